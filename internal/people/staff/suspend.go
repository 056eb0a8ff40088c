package staff

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// Order is what a dga_admin decides about an account.
type Order struct {
	Reason string
	Key    idempotency.Key
}

// Suspend keeps the person out until somebody restores the account. All their
// sessions end with their next request.
func (s *Service) Suspend(ctx context.Context, actor authz.Actor, id ID, o Order) error {
	return s.order(ctx, actor, id, o, true, ActionSuspended, func(tx *audit.Tx, p Person) error {
		if err := p.maySuspend(actor); err != nil {
			return err
		}
		if err := keepAdminBeside(ctx, tx, p); err != nil {
			return err
		}
		return setSuspended(ctx, tx, id, new(s.now()))
	})
}

// Restore lets a suspended person in again.
func (s *Service) Restore(ctx context.Context, actor authz.Actor, id ID, o Order) error {
	return s.order(ctx, actor, id, o, true, ActionRestored, func(tx *audit.Tx, p Person) error {
		if err := p.mayRestore(); err != nil {
			return err
		}
		return setSuspended(ctx, tx, id, nil)
	})
}

// EndSessions ends every session of the person with its next request. It needs
// no reason.
func (s *Service) EndSessions(ctx context.Context, actor authz.Actor, id ID, o Order) error {
	return s.order(ctx, actor, id, o, false, audit.SessionsEnded, func(tx *audit.Tx, _ Person) error {
		return raiseEpoch(ctx, tx, id)
	})
}

// Ordering returns the person for the form of one of the orders.
func (s *Service) Ordering(ctx context.Context, actor authz.Actor, id ID) (Person, error) {
	if err := actor.Require(authz.SuspendStaff); err != nil {
		return Person{}, err
	}
	return selectKnown(ctx, s.db, id)
}

// order does what was decided to the account, which nobody else changes
// meanwhile.
func (s *Service) order(ctx context.Context, actor authz.Actor, id ID, o Order, needsReason bool, action audit.Action, do func(*audit.Tx, Person) error) error {
	if err := actor.Require(authz.SuspendStaff); err != nil {
		return err
	}
	reason, fix := checkReason(o.Reason, needsReason)
	if fix != "" {
		return problem.Fields(map[string]string{"reason": fix})
	}
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, o.Key); err != nil {
			return err
		}
		if err := lockOthers(ctx, tx, Held{Role: authz.DGAAdmin}); err != nil {
			return err
		}
		if err := lockPerson(ctx, tx, id); err != nil {
			return err
		}
		p, err := selectKnown(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, p); err != nil {
			return err
		}
		return tx.Record(action, audit.Person(int64(id)), audit.Diff{Reason: reason})
	})
}

// keepAdminBeside refuses to suspend the last dga_admin.
func keepAdminBeside(ctx context.Context, tx *audit.Tx, p Person) error {
	held, err := selectMemberships(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	for _, m := range held {
		if m.Role != authz.DGAAdmin {
			continue
		}
		others, err := countOthers(ctx, tx, Held{StaffID: p.ID, Role: m.Role, AgencyID: m.AgencyID})
		if err != nil {
			return err
		}
		if err := keepsAdmin(m.Role, others); err != nil {
			return err
		}
	}
	return nil
}
