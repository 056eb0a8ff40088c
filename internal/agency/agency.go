// Package agency holds the tree of government agencies, from ministries down to
// service points. An agency is never deleted, only hidden.
package agency

import (
	"context"
	"fmt"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/db"
)

// ID names an agency.
type ID = authz.AgencyID

// Kind is an agency's level in the tree.
type Kind = authz.AgencyKind

// Agency is one agency or service point.
type Agency struct {
	ID        ID
	Code      string // digits; unique across government
	ParentID  *ID
	Kind      Kind
	Name      string
	NameEN    string
	ShortName string
}

// Service answers questions about agencies and changes them.
type Service struct {
	db  db.Reader
	log *audit.Log
}

// New returns a Service that reads from r and changes through log.
func New(r db.Reader, log *audit.Log) *Service { return &Service{r, log} }

// ByCode returns the agency with the code, or a NotFound problem. Public: the
// tree of agencies is public knowledge.
func (s *Service) ByCode(ctx context.Context, code string) (Agency, error) {
	return selectByCode(ctx, s.db, code)
}

// Lineage lists id and the agencies above it, the root last. Public: see ByCode.
func (s *Service) Lineage(ctx context.Context, id ID) ([]ID, error) {
	return selectLineage(ctx, s.db, id)
}

// Add adds an agency within tx, under the parent that has parentCode unless
// that is empty, and returns its id.
func Add(ctx context.Context, tx *audit.Tx, a Agency, parentCode string) (ID, error) {
	if parentCode != "" {
		parent, err := selectByCode(ctx, tx, parentCode)
		if err != nil {
			return 0, fmt.Errorf("parent %s: %w", parentCode, err)
		}
		a.ParentID = &parent.ID
	}
	return insertAgency(ctx, tx, a)
}

// IDOf returns the id of the agency with the code, within tx.
func IDOf(ctx context.Context, tx *audit.Tx, code string) (ID, error) {
	a, err := selectByCode(ctx, tx, code)
	return a.ID, err
}
