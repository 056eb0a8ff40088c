// Package manual holds the manuals that staff download, one for each role.
// Anyone may read them.
package manual

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// Group says whose accounts a manual is for.
type Group string

// The groups of the manual page, in order.
const (
	Central      Group = "central"
	ServicePoint Group = "service_point"
)

// Title is the group's heading, in Thai.
func (g Group) Title() string {
	if g == ServicePoint {
		return "สำหรับบัญชีเจ้าหน้าที่จุดบริการ"
	}
	return "สำหรับบัญชีเจ้าหน้าที่หน่วยงานส่วนกลาง"
}

// Manual is one document to download.
type Manual struct {
	Slug      string
	Title     string
	Audience  authz.Role
	Group     Group
	Position  int
	IssuedOn  time.Time
	File      string    // SHA-256 (hex) of the file
	FileName  string    // as it is saved on the reader's machine
	FileBytes int64     // size of the file
	Pages     int       // of the document; 0 if nobody counted
	Earlier   []Earlier // documents it replaced, the newest first
}

// Earlier is a document that a newer one replaced.
type Earlier struct {
	File     string    `json:"file"` // SHA-256 (hex)
	IssuedOn time.Time `json:"issued_on"`
}

// Service answers questions about manuals.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// All lists the manuals in order. Public: no actor.
func (s *Service) All(ctx context.Context) ([]Manual, error) { return selectManuals(ctx, s.db) }

// Add adds a manual within tx; its file must be stored already.
func Add(ctx context.Context, tx *audit.Tx, m Manual) error { return insertManual(ctx, tx, m) }
