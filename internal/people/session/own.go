package session

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// Device is one of a person's open sessions.
type Device struct {
	ID         int64
	UserAgent  string
	Address    string
	OpenedAt   time.Time
	LastSeenAt time.Time
	This       bool // the one that asks
}

// Own lists the actor's open sessions, this one first.
func (s *Service) Own(ctx context.Context, actor authz.Actor, c Current) ([]Device, error) {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return nil, err
	}
	return selectDevices(ctx, s.keep, actor.StaffID, c.id, s.now(), s.limits.Idle)
}

// End ends one of the actor's own sessions. One that has ended already stays as
// it is; anybody else's is NotFound.
func (s *Service) End(ctx context.Context, actor authz.Actor, id int64, key idempotency.Key) error {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return err
	}
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		d, ended, found, err := lockOwn(ctx, tx, actor.StaffID, id)
		switch {
		case err != nil:
			return err
		case !found:
			return problem.New(problem.NotFound, "")
		case ended:
			return audit.ErrUnchanged
		}
		if err := idempotency.Claim(ctx, tx, actor.StaffID, key); err != nil {
			return err
		}
		if err := endSession(ctx, tx, id, s.now()); err != nil {
			return err
		}
		return tx.Record(ActionEnded, audit.Person(actor.StaffID), audit.Diff{Before: d.facts()})
	})
}

// EndOthers ends all of the actor's sessions but c and returns how many they
// were.
func (s *Service) EndOthers(ctx context.Context, actor authz.Actor, c Current, key idempotency.Key) (ended int, err error) {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return 0, err
	}
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, key); err != nil {
			return err
		}
		if ended, err = endOthers(ctx, tx, actor.StaffID, c.id, s.now()); err != nil {
			return err
		}
		if ended == 0 {
			return audit.ErrUnchanged
		}
		return tx.Record(audit.SessionsEnded, audit.Person(actor.StaffID), audit.Diff{Before: map[string]int{"sessions": ended}})
	})
	return ended, err
}

// facts are what the audit log keeps of a session that was ended.
func (d Device) facts() map[string]string {
	return map[string]string{"address": d.Address, "user_agent": d.UserAgent, "since": d.OpenedAt.UTC().Format(time.RFC3339)}
}

// ProviderSession says which sessions the provider has ended: the one that it
// calls SID, or all of the person, or the one if it is the person's.
type ProviderSession struct {
	Issuer, SID, Subject string
}

// EndByProvider ends sessions within tx because the provider asked for it, and
// records it for each person. It returns how many it ended.
func (s *Service) EndByProvider(ctx context.Context, tx *audit.Tx, p ProviderSession) (int, error) {
	people, err := endByProvider(ctx, tx, p, s.now())
	if err != nil {
		return 0, err
	}
	counts := map[int64]int{}
	for _, id := range people {
		counts[id]++
	}
	for id, n := range counts {
		if err := tx.Record(ActionEndedByProvider, audit.Person(id), audit.Diff{Before: map[string]int{"sessions": n}}); err != nil {
			return 0, err
		}
	}
	return len(people), nil
}
