// Package file keeps pictures and documents in Postgres, addressed by the
// SHA-256 of their bytes, so that an address never changes its content.
//
// What is uploaded is taken in add.go: its type is told from its bytes
// (name.go), a PDF is read through (pdf.go), a picture is made anew in up to
// three widths (picture.go).
package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// File is a stored file.
type File struct {
	SHA256    string // hex; also its address
	MediaType string
	Name      string // as it is saved on the reader's machine; may be Thai
	Size      int64
	CreatedAt time.Time
	Bytes     []byte
}

// Picture reports whether it is one.
func (f File) Picture() bool { return f.MediaType != string(typePDF) }

// Service keeps files.
type Service struct {
	db   db.Reader
	log  *audit.Log
	work chan struct{} // held by whoever has a whole file in memory
}

// New returns a Service that reads from r and writes through log.
func New(r db.Reader, log *audit.Log) *Service {
	return &Service{r, log, make(chan struct{}, atOnce)}
}

// atOnce is how many files are decoded at a time. A picture of 40 million pixels
// takes up to 600 MB then.
const atOnce = 1

// ByHash returns the file whose bytes have the SHA-256 given in hex, if it is
// published, in whatever size; otherwise a NotFound problem. It is the one
// answer to whether visitors may have a file, and the file. Public: no actor.
func (s *Service) ByHash(ctx context.Context, hash string) (File, error) {
	return selectFile(ctx, s.db, hash, true)
}

// Stored returns the file with that SHA-256, published or not, to those who
// keep the store. To others it does not exist.
func (s *Service) Stored(ctx context.Context, actor authz.Actor, hash string) (File, error) {
	if actor.Require(authz.EditContent) != nil {
		return File{}, errNoFile
	}
	return selectFile(ctx, s.db, hash, false)
}

// Variant is a picture in one width.
type Variant struct {
	Hash          string
	Width, Height int
}

// Sources are the sizes for a browser to choose from (HTML, srcset).
func Sources(sizes []Variant) string {
	all := make([]string, len(sizes))
	for i, v := range sizes {
		all[i] = fmt.Sprintf("/backend/file/%s %dw", v.Hash, v.Width)
	}
	return strings.Join(all, ", ")
}

// Variants returns the sizes of the pictures among hashes, the largest first,
// which is the file itself. Pictures that were stored by Put have only their own
// size and are not in the result. Public: addresses of pictures say nothing.
func (s *Service) Variants(ctx context.Context, hashes []string) (map[string][]Variant, error) {
	return selectVariants(ctx, s.db, hashes)
}

// Put stores bytes within tx as they are and returns their SHA-256 in hex. Bytes
// that are there already stay as they are.
func Put(ctx context.Context, tx *audit.Tx, typ, name string, b []byte) (hash string, err error) {
	f := stored{made: made{mediaType: mediaType(typ), bytes: b}, name: name}
	f.size = measure(b, f.mediaType)
	if f.mediaType == typePDF {
		f.pages, _ = inspectPDF(b) // the house's own: whatever it is, it is stored
	}
	_, err = insertFile(ctx, tx, &f)
	return f.hash(), err
}

// Measure fills in, within tx, the pages and the sizes of files that were stored
// before they were counted.
func Measure(ctx context.Context, tx *audit.Tx) error {
	hashes, err := selectUnmeasured(ctx, tx)
	if err != nil {
		return err
	}
	for _, hash := range hashes {
		f, err := selectFile(ctx, tx, hash, false)
		if err != nil {
			return err
		}
		m := stored{made: made{size: measure(f.Bytes, mediaType(f.MediaType))}}
		if !f.Picture() {
			m.pages, _ = inspectPDF(f.Bytes) // it stays, whatever it is
		}
		if err := updateMeasures(ctx, tx, hash, m); err != nil {
			return err
		}
	}
	return nil
}

// stored is a file on its way into the store.
type stored struct {
	made
	name        string
	pages       int
	variantOnly bool
	sum         []byte
}

func (f *stored) hashed() []byte {
	if f.sum == nil {
		sum := sha256.Sum256(f.bytes)
		f.sum = sum[:]
	}
	return f.sum
}

func (f *stored) hash() string { return hex.EncodeToString(f.hashed()) }
