// Package token issues the one-time codes that give a person a role in an
// agency, and uses them up. rules.go says when a code works; code.go how it is
// written.
package token

import (
	"context"
	"fmt"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// ID names a token.
type ID int64

// Token stands for one role in one agency.
type Token struct {
	ID         ID
	AgencyID   authz.AgencyID
	AgencyName string
	Role       authz.Role
	IssuedBy   *int64 // nil for the command line
	ExpiresAt  time.Time
	UsedAt     *time.Time
	ReplacedAt *time.Time
}

// Lineage tells the agencies above one, itself first.
type Lineage func(ctx context.Context, id authz.AgencyID) ([]authz.AgencyID, error)

// Service issues tokens.
type Service struct {
	db      db.Reader
	log     *audit.Log
	keys    Keys
	lineage Lineage
	now     func() time.Time
	tries   Tries
}

// New returns a Service that hides codes with keys.
func New(r db.Reader, log *audit.Log, keys Keys, lineage Lineage, now func() time.Time) *Service {
	return &Service{r, log, keys, lineage, now, DefaultTries}
}

// LimitTries sets other limits on wrong codes, before the first is tried.
// Public: the program's own settings.
func (s *Service) LimitTries(t Tries) { s.tries = t }

// Use uses up the token that text stands for, within tx, on behalf of the
// person staffID at address. If wrong is set, the code was refused and the try
// recorded: tx must then be committed, so that it counts.
func (s *Service) Use(ctx context.Context, tx *audit.Tx, staffID int64, code Code) (t Token, wrong, err error) {
	address := tx.Actor().Address
	now := s.now()
	counted, err := countTries(ctx, tx, staffID, address, now.Add(-s.tries.Window))
	if err != nil {
		return Token{}, nil, err
	}
	if err := counted.mayTry(s.tries, now); err != nil {
		return Token{}, nil, err
	}
	t, found, err := lockToken(ctx, tx, s.keys.hashes(code))
	if err != nil {
		return Token{}, nil, err
	}
	wrong = errWrong()
	if found {
		wrong = t.mayRedeem(now)
	}
	if wrong != nil {
		if err := insertTry(ctx, tx, staffID, address, now); err != nil {
			return Token{}, nil, err
		}
		return Token{}, wrong, recordRefusal(tx, staffID, t, found, counted.Person+1)
	}
	if err := markUsed(ctx, tx, t.ID, staffID, now); err != nil {
		return Token{}, nil, err
	}
	return t, nil, tx.Record(ActionRedeemed, subject(t.ID, t.AgencyID, t.Role, t.AgencyName), nil)
}

// recordRefusal says in the audit log what the person is not told. Officers of
// the agency whose code it was can read it, too.
func recordRefusal(tx *audit.Tx, staffID int64, t Token, found bool, tries int) error {
	about, detail := audit.Person(staffID), map[string]any{"reason": t.whyRefused(found), "tries": tries}
	if found {
		about.Agencies, detail["token"] = []authz.AgencyID{t.AgencyID}, t.ID
	}
	return tx.Record(ActionRefused, about, detail)
}

// Parse reads a code as people type it. A slip in typing is an Invalid problem
// that says so; it needs no look into the database and costs no try.
func Parse(text string) (Code, error) {
	code, err := parse(text)
	if err != nil {
		return "", hint(err)
	}
	return code, nil
}

// subject names the token in the audit log. unit may be unknown.
func subject(id ID, agency authz.AgencyID, role authz.Role, unit string) audit.Subject {
	name := role.Name()
	if unit != "" {
		name += " · " + unit
	}
	return audit.Subject{Key: fmt.Sprintf("token/%d", id), Name: name, Agencies: []authz.AgencyID{agency}}
}

func place(agency authz.AgencyID, role authz.Role) string { return fmt.Sprintf("%d/%s", agency, role) }
