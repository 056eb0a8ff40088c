package compress

import (
	"bytes"
	"compress/gzip"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

var unzstd = sync.OnceValue(func() *zstd.Decoder {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	must(0, err)
	return r
})

// Unpack is the text again: tests compare with it.
func Unpack(c Coding, b []byte) ([]byte, error) {
	switch c {
	case Gzip:
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		r.Multistream(false) // one member, as browsers expect
		return io.ReadAll(r)
	case Brotli:
		return io.ReadAll(brotli.NewReader(bytes.NewReader(b)))
	case Zstd:
		return unzstd().DecodeAll(b, nil)
	default:
		return b, nil
	}
}
