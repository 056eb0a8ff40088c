// Package compress writes a text in the content codings of HTTP.
package compress

import (
	"bytes"
	"compress/gzip"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// Coding is a content coding of HTTP.
type Coding int

// The codings.
const (
	Identity Coding = iota
	Gzip
	Brotli
	Zstd
	Codings int = iota
)

// Names are the codings as HTTP calls them.
var Names = [Codings]string{"", "gzip", "br", "zstd"}

// Text is a text in every coding; nil where there is none.
type Text [Codings][]byte

const (
	// zstdWindow is what a decoder must hold; RFC 9659 allows browsers eight times that.
	zstdWindow = 1 << 20
	fastGzip   = 3
	// brotliLevel is the last one before the steep rise: 10 takes nine times as
	// long for 4 % less (docs/adr/0007-prepared-pages.md).
	brotliLevel = 9
)

// Fast is every text as it is, the first also under Gzip: it takes a
// millisecond, and serves until the small form is ready.
func Fast(texts [][]byte) []Text {
	fast := plain(texts)
	w, err := gzip.NewWriterLevel(nil, fastGzip)
	must(0, err)
	fast[0][Gzip] = encode(w, texts[0])
	return fast
}

// Small is every text in every coding, small on the wire.
func Small(texts [][]byte) []Text {
	small := plain(texts)
	for _, c := range []Coding{Gzip, Brotli, Zstd} {
		w := newWriter(c)
		for i := range texts {
			small[i][c] = encode(w, texts[i])
		}
	}
	return small
}

func plain(texts [][]byte) []Text {
	list := make([]Text, len(texts))
	for i := range texts {
		list[i][Identity] = texts[i]
	}
	return list
}

// writer encodes one text after the other; each needs much memory.
type writer interface {
	io.WriteCloser
	Reset(io.Writer)
}

func newWriter(c Coding) writer {
	switch c {
	case Gzip:
		w, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
		must(0, err)
		return w
	case Brotli:
		return brotli.NewWriterLevel(nil, brotliLevel)
	default:
		w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(zstdWindow),
			zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		must(0, err)
		return w
	}
}

func encode(w writer, text []byte) []byte {
	var out bytes.Buffer
	w.Reset(&out)
	must(w.Write(text))
	must(0, w.Close())
	return bytes.Clone(out.Bytes()) // without the room that the buffer grew for
}

func must(_ int, err error) {
	if err != nil {
		panic("compress: " + err.Error()) // into memory, by our own settings
	}
}
