package token

import (
	"context"
	"errors"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// Shown is a code in clear, for the person who asked for it.
type Shown struct {
	Token
	Code Code
}

// Show opens the code of a token that still works and records that it was
// shown. A code that was used, replaced or has expired is a Conflict problem.
func (s *Service) Show(ctx context.Context, actor authz.Actor, id ID) (Shown, error) {
	if err := actor.Require(authz.IssueToken); err != nil {
		return Shown{}, err
	}
	var shown Shown
	err := s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		t, err := selectToken(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := actor.RequireGive(authz.IssueToken, t.Role, t.Lineage); err != nil {
			return err
		}
		if err := t.mayShow(s.now()); err != nil {
			return err
		}
		shown.Token = t.Token
		if shown.Code, err = s.keys.open(t.Sealed, place(t.AgencyID, t.Role)); err != nil {
			return err
		}
		return tx.Record(ActionCopied, subject(t.ID, t.AgencyID, t.Role, t.AgencyName), nil)
	})
	return shown, err
}

var errNothing = errors.New("token: nothing to clean")

// Erased counts what EraseExpired removed.
type Erased struct {
	Codes   int64 `json:"codes"`
	Batches int64 `json:"batches"`
}

// EraseExpired erases the sealed copies of codes that have expired and forgets
// the batches whose day is over.
func (s *Service) EraseExpired(ctx context.Context, actor authz.Actor) (Erased, error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return Erased{}, err
	}
	var e Erased
	err := s.log.Change(ctx, actor, func(tx *audit.Tx) (err error) {
		if e, err = eraseExpired(ctx, tx, s.now(), s.now().Add(-batchLifetime)); err != nil {
			return err
		}
		if e == (Erased{}) {
			return errNothing
		}
		return tx.Record(audit.RowsCleaned, audit.Subject{Key: "tokens", Name: "รหัส Token ที่หมดอายุ"}, audit.Diff{After: e})
	})
	if errors.Is(err, errNothing) {
		err = nil
	}
	return e, err
}
