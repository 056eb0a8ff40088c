package status

import (
	"context"
	"errors"
	"sync"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/ops/auditlog"
	"portal/internal/people/signin"
)

// Numbers are what is measured now and then.
type Numbers struct {
	Answers    bool // the database does; what it knows is zero otherwise
	Bytes      int64
	Sessions   int
	Scheduled  int
	Overdue    int
	Migration  int64
	LastBackup time.Time // zero: none
	Chain      Chain
	Until      time.Time // when the certificate ends; zero: not known
	Provider   signin.Contact
}

// Chain is what the last quick look at the audit log found.
type Chain struct {
	Known, Good bool
	Head        auditlog.ID
}

// How often what is asked for costs something.
const (
	numbersHold  = 15 * time.Second
	chainHolds   = time.Minute
	providerIdle = 5 * time.Minute // without a sign-in, before the provider is asked how it is
	askWithin    = time.Second
	besideWithin = 3 * time.Second
)

// numbers are kept between two questions.
type numbers struct {
	mu          sync.Mutex
	at, chainAt time.Time
	last        Numbers
}

// Numbers returns what is measured, at most a moment old, so that asking often
// costs nothing.
func (s *Service) Numbers(ctx context.Context, actor authz.Actor) (Numbers, error) {
	if err := actor.Require(authz.ViewStatus); err != nil {
		return Numbers{}, err
	}
	k := &s.kept
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := s.Now(); k.at.IsZero() || now.Sub(k.at) >= numbersHold {
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		defer cancel()
		s.measure(ctx, actor)
		k.at = now
	}
	n := k.last
	n.Until, n.Provider = s.beside(ctx)
	return n, nil
}

// measure asks the database.
func (s *Service) measure(ctx context.Context, actor authz.Actor) {
	k := &s.kept
	n := Numbers{Chain: k.last.Chain}
	f, err := selectFacts(ctx, s.Read, s.Now(), s.Idle)
	if err != nil {
		k.last = n
		return
	}
	n.Answers, n.Bytes, n.Sessions, n.Scheduled, n.Overdue, n.Migration = true, f.Bytes, f.Sessions, f.Scheduled, f.Overdue, f.Migration
	if b, found, err := selectBackup(ctx, s.Read); err == nil && found {
		n.LastBackup = b.At
	}
	if s.Now().Sub(k.chainAt) >= chainHolds {
		v, err := s.Audit.CheckTail(ctx, actor, tailLength)
		var broken *auditlog.Broken
		if err == nil || errors.As(err, &broken) {
			n.Chain, k.chainAt = Chain{Known: true, Good: err == nil, Head: v.Last}, s.Now()
		}
	}
	k.last = n
}

// beside returns what is known of the world outside, and has it asked for
// without waiting.
func (s *Service) beside(ctx context.Context) (until time.Time, c signin.Contact) {
	f, fresh := s.certificate.current()
	c = s.SignIn.Contact()
	quiet := askProvider(c, s.Now())
	if fresh && !quiet {
		return f.Until, c
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), besideWithin)
		defer cancel()
		if !fresh {
			s.certificate.look(ctx)
		}
		if quiet {
			s.SignIn.Probe(ctx, providerIdle)
		}
	}()
	return f.Until, c
}

// askProvider reports whether it is time to ask the provider how it is: soon
// after it failed, and now and then while nobody signs in.
func askProvider(c signin.Contact, now time.Time) bool {
	if c.Good() {
		return now.Sub(c.Answered) >= providerIdle
	}
	return now.Sub(c.Failed) >= askSooner
}
