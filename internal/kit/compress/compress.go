// Package packed compresses a text that has several openings, such as a page
// whose first tag says how its reader wants to see it: the long rest is packed
// once, and each opening is joined to it.
package compress

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
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

// Text is a text in every coding.
type Text [Codings][]byte

// zstdWindow is what a decoder must hold; RFC 9659 allows browsers eight times that.
const zstdWindow = 1 << 20

const quickly = 3 // level of Gzip

// Quickly is every opening with rest as they are, the first also under Gzip: in
// a millisecond, for the second until the best form is found.
func Quickly(openings []string, rest []byte) []Text {
	texts := plain(openings, rest)
	whole := texts[0][Identity]
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, quickly)
	must(0, err)
	must(w.Write(whole))
	must(0, w.Close())
	texts[0][Gzip] = finish(Gzip, whole, out.Bytes())
	return texts
}

// Best is every opening with rest, as short as they can be packed. The openings
// are of one length and end alike.
func Best(openings []string, rest []byte) []Text {
	texts := plain(openings, rest)
	for _, c := range []Coding{Gzip, Brotli, Zstd} {
		w := newPacker(c)
		back := packBehind(w, openings[0], rest)
		for i := range texts {
			whole := texts[i][Identity]
			texts[i][c] = finish(c, whole, join(packFront(c, w, openings[i]), back))
			// A packer may remember more of what came before than is known here.
			if got, err := Unpack(c, texts[i][c]); err != nil || !bytes.Equal(got, whole) {
				front, back := split(w, whole, nil)
				texts[i][c] = finish(c, whole, join(front, back))
			}
		}
	}
	return texts
}

func plain(openings []string, rest []byte) []Text {
	texts := make([]Text, len(openings))
	for i, o := range openings {
		texts[i][Identity] = join([]byte(o), rest)
	}
	return texts
}

// shared is how much of its end an opening has in common with the others:
// Brotli guesses a letter by the two before it.
const shared = 2

// packFront packs an opening so that what follows can be behind any other.
func packFront(c Coding, w packer, opening string) []byte {
	if c == Brotli && 0 < len(opening) && len(opening) <= 1<<16 {
		return stored(opening)
	}
	front, _ := split(w, []byte(opening), nil)
	return front
}

// stored is a beginning under Brotli that holds the text as it is (RFC 7932, 9.1
// and 9.2: a window of 2^22, a block that is neither the last nor packed). In a
// packed one there may be a distance, and what follows would count from it.
func stored(text string) []byte {
	const window, unpacked = 22, 1 << 23
	head := (window-17)<<1 | 1 | (len(text)-1)<<7 | unpacked
	return append([]byte{byte(head), byte(head >> 8), byte(head >> 16)}, text...) // #nosec G115 -- its three bytes
}

// inNoText are the bytes that UTF-8 never has.
var inNoText = []byte("\xc0\xc1\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe\xff")

// packBehind packs rest as it stands behind an opening of the same length to
// which nothing in rest can refer, nor it to itself: its bytes occur in no text,
// and no two of them follow one another twice in its first 156.
func packBehind(w packer, opening string, rest []byte) []byte {
	strange, at := []byte(opening), 0
	for i := range max(0, len(strange)-shared) {
		strange[i] = inNoText[at]
		at = (at + 1 + i/len(inNoText)) % len(inNoText)
	}
	_, back := split(w, strange, rest)
	return back
}

// packer packs one text after the other; each needs much memory.
type packer interface {
	io.WriteCloser
	Flush() error // ends a block
	Reset(io.Writer)
}

// split packs front and then back, and returns the two separately.
func split(w packer, front, back []byte) (packedFront, packedBack []byte) {
	var out bytes.Buffer
	w.Reset(&out)
	must(w.Write(front))
	must(0, w.Flush())
	n := out.Len()
	must(w.Write(back))
	must(0, w.Close())
	return out.Bytes()[:n:n], out.Bytes()[n:]
}

func newPacker(c Coding) packer {
	switch c {
	case Gzip:
		w, err := flate.NewWriter(nil, flate.BestCompression)
		must(0, err)
		return w
	case Brotli:
		return brotli.NewWriterLevel(nil, brotli.BestCompression)
	default:
		w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(zstdWindow),
			zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		must(0, err)
		return w
	}
}

var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff} // RFC 1952: deflate, no name, no time

// finish adds what stands around the packed text.
func finish(c Coding, whole, packed []byte) []byte {
	if c != Gzip {
		return packed
	}
	b := join(gzipHeader, packed)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(whole))
	return binary.LittleEndian.AppendUint32(b, uint32(len(whole))) // #nosec G115 -- modulo 2^32, by RFC 1952
}

func join(a, b []byte) []byte { return append(append(make([]byte, 0, len(a)+len(b)), a...), b...) }

func must(_ int, err error) {
	if err != nil {
		panic("packed: " + err.Error()) // into memory, by our own settings
	}
}
