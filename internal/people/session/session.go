// Package session knows who is signed in and since when. scs carries a
// session's values; whether it is alive is decided by its row in
// staff_sessions, read together with the person's memberships on every office
// request, so that a change works at the next click.
package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// Limits of a session.
type Limits struct {
	Idle     time.Duration // without a request
	Absolute time.Duration // from sign-in
}

// DefaultLimits follow the Thai website security standard of B.E. 2568.
var DefaultLimits = Limits{Idle: 15 * time.Minute, Absolute: 12 * time.Hour}

// Start is a session about to begin.
type Start struct {
	StaffID     int64
	Epoch       int
	ProviderSID string // the provider's own session, for back-channel logout
	IDToken     string // hint for the provider at sign-out
	AuthTime    time.Time
	Address     string
	UserAgent   string
	Replaces    string // the token that the browser had until now; "" for none
}

// Held is a membership as the frame of office pages shows it.
type Held struct {
	Role       authz.Role
	Agency     authz.AgencyID
	AgencyName string
}

// Current is a live session and the person behind it.
type Current struct {
	Actor       authz.Actor
	Name        string
	Memberships []Held
	IdleEnds    time.Time // when it ends unless another request comes
	Ends        time.Time // when it ends in any case
	// RightsChanged says that memberships changed since the session got its
	// id: time for a new one, by Renew.
	RightsChanged bool

	id    int64
	token string
}

// Service opens, reads and ends sessions.
type Service struct {
	values *scs.SessionManager
	keep   db.Bookkeeper
	log    *audit.Log
	limits Limits
	now    func() time.Time
}

// New returns a Service.
func New(keep db.Bookkeeper, log *audit.Log, limits Limits, now func() time.Time) *Service {
	values := scs.New()
	values.Store, values.Codec = store{keep}, newCodec()
	values.Lifetime = limits.Absolute
	return &Service{values, keep, log, limits, now}
}

// Keys of the values that scs carries.
const (
	keyFlash   = "flash"
	keyMark    = "mark"
	keyIDToken = "id_token"
)

// Open begins a session within tx and returns its token, for the cookie alone:
// the database keeps a hash of it. The session that the browser had before ends,
// whoever put it there.
func (s *Service) Open(ctx context.Context, tx *audit.Tx, start Start) (token string, err error) {
	ends := s.now().Add(s.limits.Absolute)
	data, err := s.values.Codec.Encode(ends, map[string]any{keyIDToken: start.IDToken})
	if err != nil {
		return "", fmt.Errorf("encoding a session: %w", err)
	}
	if start.Replaces != "" {
		if err := s.replace(ctx, tx, start.Replaces); err != nil {
			return "", err
		}
	}
	token = rand.Text()
	return token, insertSession(ctx, tx, hash(token), start, s.now(), ends, data)
}

// replace ends the session of token within tx, and records it for its person.
func (s *Service) replace(ctx context.Context, tx *audit.Tx, token string) error {
	ended, err := endReplaced(ctx, tx, hash(token), s.now())
	for _, e := range ended {
		if err := tx.Record(ActionEnded, audit.Person(e.StaffID), audit.Diff{Before: e.facts()}); err != nil {
			return err
		}
	}
	return err
}

// Rotate gives the session a new token within tx, after a change of rights, and
// keeps its end as it was. message is one sentence for the next page.
func (s *Service) Rotate(ctx context.Context, tx *audit.Tx, c Current, message string) (token string, err error) {
	data, err := s.values.Codec.Encode(s.values.Deadline(ctx), map[string]any{keyIDToken: s.IDToken(ctx), keyFlash: message})
	if err != nil {
		return "", fmt.Errorf("encoding a session: %w", err)
	}
	token = rand.Text()
	return token, updateToken(ctx, tx, c.id, hash(token), data)
}

// Renew gives the session a new token because somebody else changed the
// person's rights. Of requests that come together one gets the new token, and
// "" tells the others that they are not that one; the old token answers them
// for a moment still (graceful). Public: it acts on the caller's own session.
func (s *Service) Renew(ctx context.Context, c Current) (token string, err error) {
	token = rand.Text()
	won, err := renewToken(ctx, s.keep, c.id, hash(c.token), hash(token), s.now().Add(graceful))
	if err != nil || !won {
		return "", err
	}
	return token, nil
}

// Load returns the live session that token stands for and a context that
// carries its values. Without one it returns the zero Current: a visitor.
// Public: it is how the portal learns who is asking.
func (s *Service) Load(ctx context.Context, token string) (context.Context, Current, error) {
	if token == "" {
		return s.visitor(ctx)
	}
	now := s.now()
	row, found, err := selectLive(ctx, s.keep, hash(token), now, s.limits.Idle)
	if err != nil {
		return ctx, Current{}, err
	}
	if !found {
		return s.visitor(ctx)
	}
	if now.Sub(row.LastSeenAt) >= s.limits.touchEvery() {
		// A database that can only be read, as with a full disk, still shows
		// pages: the session then ends earlier, which it tells the person.
		if _, err := touch(ctx, s.keep, row.ID, now); err == nil {
			row.LastSeenAt = now
		}
	}
	c := row.current(token)
	c.IdleEnds = row.LastSeenAt.Add(s.limits.Idle)
	ctx, err = s.values.Load(withData(ctx, row.Data), strconv.FormatInt(row.ID, 10))
	return ctx, c, err
}

// visitor carries an empty set of values.
func (s *Service) visitor(ctx context.Context) (context.Context, Current, error) {
	ctx, err := s.values.Load(ctx, "")
	return ctx, Current{}, err
}

// Extend counts as a request: the person wants to go on. It returns the
// session with its new end.
func (s *Service) Extend(ctx context.Context, actor authz.Actor, c Current) (Current, error) {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return c, err
	}
	now := s.now()
	found, err := touch(ctx, s.keep, c.id, now)
	if err == nil && !found {
		err = errGone
	}
	c.IdleEnds = now.Add(s.limits.Idle)
	return c, err
}

// Save writes the values that changed. It never brings an ended session back.
// Public: it acts on the session in ctx alone.
func (s *Service) Save(ctx context.Context, c Current) error {
	if c.id == 0 || s.values.Status(ctx) != scs.Modified {
		return nil
	}
	_, _, err := s.values.Commit(ctx)
	return err
}

// Flash keeps one sentence for the next page. Public: see Save.
func (s *Service) Flash(ctx context.Context, message string) { s.values.Put(ctx, keyFlash, message) }

// TakeFlash returns the sentence kept for this page and forgets it. Public: see Save.
func (s *Service) TakeFlash(ctx context.Context) string { return s.values.PopString(ctx, keyFlash) }

// Mark keeps for the next page which of its rows matters. Public: see Save.
func (s *Service) Mark(ctx context.Context, row string) { s.values.Put(ctx, keyMark, row) }

// TakeMark returns what Mark kept and forgets it. Public: see Save.
func (s *Service) TakeMark(ctx context.Context) string { return s.values.PopString(ctx, keyMark) }

// IDToken is the hint for the provider at sign-out. Public: see Save.
func (s *Service) IDToken(ctx context.Context) string { return s.values.GetString(ctx, keyIDToken) }

// Close ends the actor's own session.
func (s *Service) Close(ctx context.Context, actor authz.Actor, c Current) error {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return err
	}
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := endSession(ctx, tx, c.id, s.now()); err != nil {
			return err
		}
		return tx.Record(ActionSignedOut, audit.Person(actor.StaffID), nil)
	})
}

func hash(token string) []byte { h := sha256.Sum256([]byte(token)); return h[:] }

var errGone = problem.New(problem.SignIn, "การเข้าใช้งานนี้สิ้นสุดแล้ว กรุณาเข้าสู่ระบบใหม่")
