// Package file keeps pictures and documents in Postgres, addressed by the
// SHA-256 of their bytes, so that an address never changes its content.
package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"portal/internal/audit"
	"portal/internal/db"
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

// Service answers questions about files.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// ByHash returns the file whose bytes have the SHA-256 given in hex, or a
// NotFound problem. Public: no actor, since only published files exist so far.
func (s *Service) ByHash(ctx context.Context, hash string) (File, error) {
	return selectFile(ctx, s.db, hash)
}

// Put stores bytes within tx and returns their SHA-256 in hex. Bytes that are
// there already stay as they are.
func Put(ctx context.Context, tx *audit.Tx, mediaType, name string, b []byte) (hash string, err error) {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), insertFile(ctx, tx, sum[:], mediaType, name, b)
}
