// Package onboarding gives a signed-in person their role: a one-time token is
// used up and the membership made in one transaction.
package onboarding

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/people/staff"
	"portal/internal/people/token"
)

// Service redeems tokens.
type Service struct {
	log    *audit.Log
	tokens *token.Service
	now    func() time.Time
}

// New returns a Service.
func New(log *audit.Log, tokens *token.Service, now func() time.Time) *Service {
	return &Service{log, tokens, now}
}

// Redeem uses up the token that text stands for and makes the actor a member.
// key is the form's own key: pressing the button twice is done once. inSameTx
// runs last in the same transaction; the session gets its new id there.
//
// Its problems are Invalid (a slip, or a code that does not work), Busy (too
// many wrong codes) and Conflict (the actor has the role already).
func (s *Service) Redeem(ctx context.Context, actor authz.Actor, text string, key idempotency.Key, inSameTx func(*audit.Tx) error) error {
	if err := actor.Require(authz.RedeemToken); err != nil {
		return err
	}
	code, err := token.Parse(text)
	if err != nil {
		return err
	}
	var wrong error
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := staff.Lock(ctx, tx, staff.ID(actor.StaffID)); err != nil {
			return err
		}
		if err := idempotency.Claim(ctx, tx, actor.StaffID, key); err != nil {
			return err
		}
		wrong, err = s.join(ctx, tx, actor, code)
		if err != nil {
			return err
		}
		if wrong != nil { // the same page may be sent again with the right code
			return idempotency.Release(ctx, tx, actor.StaffID, key)
		}
		return inSameTx(tx)
	})
	if err != nil {
		return err
	}
	return wrong
}

// join returns in wrong why the code was refused; the refusal is recorded in tx.
func (s *Service) join(ctx context.Context, tx *audit.Tx, actor authz.Actor, code token.Code) (wrong, err error) {
	t, wrong, err := s.tokens.Use(ctx, tx, actor.StaffID, code)
	if err != nil || wrong != nil {
		return wrong, err
	}
	id := int64(t.ID)
	return nil, staff.Join(ctx, tx, staff.Joining{
		Staff: staff.ID(actor.StaffID), Agency: t.AgencyID, Role: t.Role,
		Token: &id, GivenBy: t.IssuedBy, Since: s.now(),
	})
}
