// Package token issues the one-time codes that give a person a role in an
// agency, and uses them up. rules.go says when a code works; code.go how it is
// written.
package token

import (
	"context"
	"fmt"
	"time"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/db"
)

// ID names a token.
type ID int64

// Token stands for one role in one agency.
type Token struct {
	ID         ID
	AgencyID   authz.AgencyID
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
}

// New returns a Service that hides codes with keys.
func New(r db.Reader, log *audit.Log, keys Keys, lineage Lineage, now func() time.Time) *Service {
	return &Service{r, log, keys, lineage, now}
}

// Issue makes a new code for the role in the agency. The code that was live for
// the pair, if any, stops working at the same moment.
func (s *Service) Issue(ctx context.Context, actor authz.Actor, agency authz.AgencyID, role authz.Role) (Code, error) {
	lineage, err := s.lineage(ctx, agency)
	if err != nil {
		return "", err
	}
	if err := actor.RequireIn(authz.IssueToken, lineage); err != nil {
		return "", err
	}
	if err := mayIssue(role); err != nil {
		return "", err
	}
	code := newCode()
	return code, s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		// Two who issue for the same pair at once take turns.
		if err := lockPair(ctx, tx, agency, role); err != nil {
			return err
		}
		if err := replaceLive(ctx, tx, agency, role, s.now()); err != nil {
			return err
		}
		id, err := insertToken(ctx, tx, newToken{
			Agency: agency, Role: role, Hash: s.keys.hash(code), Sealed: s.keys.seal(code, place(agency, role)),
			IssuedAt: s.now(), IssuedBy: actor.StaffID, ExpiresAt: s.now().Add(Lifetime),
		})
		if err != nil {
			return err
		}
		return tx.Record(audit.TokenIssued, subject(id, agency, role), nil)
	})
}

// Live returns the live code for the role in the agency, for showing it again.
// There is none, and ok is false, once it was used, replaced or has expired.
func (s *Service) Live(ctx context.Context, actor authz.Actor, agency authz.AgencyID, role authz.Role) (code Code, ok bool, err error) {
	lineage, err := s.lineage(ctx, agency)
	if err != nil {
		return "", false, err
	}
	if err := actor.RequireIn(authz.IssueToken, lineage); err != nil {
		return "", false, err
	}
	sealed, err := selectSealed(ctx, s.db, agency, role, s.now())
	if err != nil || sealed == nil {
		return "", false, err
	}
	code, err = s.keys.open(sealed, place(agency, role))
	return code, err == nil, err
}

// Use uses up the token that text stands for, within tx, on behalf of the
// person staffID at address. If wrong is set, the code was refused and the try
// recorded: tx must then be committed, so that it counts.
func (s *Service) Use(ctx context.Context, tx *audit.Tx, staffID int64, code Code) (t Token, wrong, err error) {
	address := tx.Actor().Address
	now := s.now()
	counted, err := countTries(ctx, tx, staffID, address, now.Add(-triesWindow))
	if err != nil {
		return Token{}, nil, err
	}
	if err := counted.mayTry(now); err != nil {
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
		return Token{}, wrong, tx.Record(audit.TokenRefused, audit.Person(staffID), nil)
	}
	if err := markUsed(ctx, tx, t.ID, staffID, now); err != nil {
		return Token{}, nil, err
	}
	return t, nil, tx.Record(audit.TokenRedeemed, subject(t.ID, t.AgencyID, t.Role), nil)
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

// subject names the token in the audit log.
func subject(id ID, agency authz.AgencyID, role authz.Role) audit.Subject {
	return audit.Subject{Key: fmt.Sprintf("token/%d", id), Name: role.Name(), Agencies: []authz.AgencyID{agency}}
}

func place(agency authz.AgencyID, role authz.Role) string { return fmt.Sprintf("%d/%s", agency, role) }
