package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// Names in the tar.
const (
	headName     = "head.json"
	manifestName = "manifest.json"
	tablesFolder = "tables/"
)

// partSize bounds what of a table waits in memory until its length is known,
// which a tar wants to know first.
const partSize = 1 << 20

// archive is a backup being written.
type archive struct {
	sealed io.WriteCloser
	packed *zstd.Encoder
	tar    *tar.Writer
}

func newArchive(w io.Writer, to []age.Recipient) (*archive, error) {
	sealed, err := age.Encrypt(w, to...)
	if err != nil {
		return nil, err
	}
	// One core is enough: Postgres works at the same time on another.
	packed, err := zstd.NewWriter(sealed, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return &archive{sealed, packed, tar.NewWriter(packed)}, nil
}

func (a *archive) file(name string, content []byte, at time.Time) error {
	err := a.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: at, Format: tar.FormatUSTAR})
	if err != nil {
		return err
	}
	_, err = a.tar.Write(content)
	return err
}

// json writes v and returns its checksum.
func (a *archive) json(name string, v any, at time.Time) (sum [sha256.Size]byte, err error) {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return sum, err
	}
	return sha256.Sum256(text), a.file(name, text, at)
}

// close ends the file; without its end it does not open.
func (a *archive) close() error {
	for _, end := range []func() error{a.tar.Close, a.packed.Close, a.sealed.Close} {
		if err := end(); err != nil {
			return err
		}
	}
	return nil
}

// parts is one table of an archive. What is written to it goes there in parts.
type parts struct {
	archive *archive
	name    string
	at      time.Time
	buffer  bytes.Buffer
	number  int
	sum     hash.Hash
	bytes   int64
}

func (a *archive) table(name string, at time.Time) *parts {
	return &parts{archive: a, name: name, at: at, sum: sha256.New()}
}

func (p *parts) Write(b []byte) (int, error) {
	p.sum.Write(b)
	p.bytes += int64(len(b))
	for rest := b; len(rest) > 0; {
		n := min(len(rest), partSize-p.buffer.Len())
		p.buffer.Write(rest[:n])
		rest = rest[n:]
		if p.buffer.Len() == partSize {
			if err := p.flush(); err != nil {
				return 0, err
			}
		}
	}
	return len(b), nil
}

func (p *parts) flush() error {
	if p.buffer.Len() == 0 {
		return nil
	}
	p.number++
	err := p.archive.file(fmt.Sprintf("%s%s/%06d", tablesFolder, p.name, p.number), p.buffer.Bytes(), p.at)
	p.buffer.Reset()
	return err
}

// end writes the last part and returns what there was.
func (p *parts) end(rows int64) (Copied, error) {
	return Copied{p.name, rows, p.bytes, hex.EncodeToString(p.sum.Sum(nil))}, p.flush()
}
