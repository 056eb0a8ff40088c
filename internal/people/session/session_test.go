package session

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/people/staff"
)

func open(t *testing.T) (*Service, *pgxpool.Pool, string) {
	t.Helper()
	ctx := context.Background()
	pool := testdb.New(t)
	var staffID int64
	if err := pool.QueryRow(ctx, `INSERT INTO staff (issuer, subject, name) VALUES ('i', 's', 'สมชาย') RETURNING id`).Scan(&staffID); err != nil {
		t.Fatal(err)
	}
	log := audit.New(pool)
	s := New(pool, log, DefaultLimits, time.Now)
	token := ""
	err := log.Change(ctx, authz.System("test"), func(tx *audit.Tx) (err error) {
		if token, err = s.Open(ctx, tx, Start{StaffID: staffID, Epoch: 1, IDToken: "hint", AuthTime: time.Now()}); err != nil {
			return err
		}
		return tx.Record(staff.ActionSignedIn, audit.Subject{Key: "staff"}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, pool, token
}

func signedIn(t *testing.T, s *Service, token string) (context.Context, Current, bool) {
	t.Helper()
	ctx, c, err := s.Load(context.Background(), token)
	if err != nil {
		t.Fatal(err)
	}
	return ctx, c, c.Actor.SignedIn()
}

func TestA34_EndedSessionDoesNotComeBack(t *testing.T) {
	t.Parallel()
	s, pool, token := open(t)
	slow, current, ok := signedIn(t, s, token) // a request under way
	if !ok {
		t.Fatal("not signed in")
	}
	if _, other, _ := signedIn(t, s, token); s.Close(context.Background(), other.Actor, other) != nil {
		t.Fatal("the session did not end")
	}
	s.values.Put(slow, keyFlash, "late")
	if err := s.Save(slow, current); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := signedIn(t, s, token); ok {
		t.Error("the session came back")
	}
	err := audit.New(pool).Change(context.Background(), authz.System("test"), func(tx *audit.Tx) error {
		_, err := s.Rotate(slow, tx, current, "")
		return err
	})
	if !problem.Is(err, problem.SignIn) {
		t.Errorf("renewing an ended session: %v, want SignIn", err)
	}
}

func TestEpochEndsAllSessions(t *testing.T) {
	t.Parallel()
	s, pool, token := open(t)
	if _, err := pool.Exec(context.Background(), `UPDATE staff SET epoch = epoch + 1`); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := signedIn(t, s, token); ok {
		t.Error("still signed in")
	}
}

func TestSuspensionEndsAtTheNextRequest(t *testing.T) {
	t.Parallel()
	s, pool, token := open(t)
	if _, err := pool.Exec(context.Background(), `UPDATE staff SET suspended_at = now()`); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := signedIn(t, s, token); ok {
		t.Error("still signed in")
	}
}

func TestA37_DatabaseHoldsNoCookie(t *testing.T) {
	t.Parallel()
	_, pool, token := open(t)
	dump := strings.ToLower(testdb.Dump(t, pool))
	for _, trace := range []string{strings.ToLower(token), hex.EncodeToString([]byte(token))} {
		if strings.Contains(dump, trace) {
			t.Errorf("the cookie's value is in the database as %s", trace)
		}
	}
}

func TestRotateKeepsTheValuesAndTheEnd(t *testing.T) {
	t.Parallel()
	s, pool, token := open(t)
	ctx, current, _ := signedIn(t, s, token)
	var before, after time.Time
	if err := pool.QueryRow(ctx, `SELECT ends_at FROM staff_sessions`).Scan(&before); err != nil {
		t.Fatal(err)
	}
	renewed := ""
	err := audit.New(pool).Change(ctx, current.Actor, func(tx *audit.Tx) (err error) {
		if renewed, err = s.Rotate(ctx, tx, current, "เรียบร้อย"); err != nil {
			return err
		}
		return tx.Record(staff.ActionMembershipGiven, audit.Subject{Key: "staff"}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := signedIn(t, s, token); ok {
		t.Error("the old token still works")
	}
	ctx, _, ok := signedIn(t, s, renewed)
	if !ok || s.IDToken(ctx) != "hint" || s.TakeFlash(ctx) != "เรียบร้อย" {
		t.Error("the values are lost")
	}
	if err := pool.QueryRow(ctx, `SELECT ends_at FROM staff_sessions`).Scan(&after); err != nil || !after.Equal(before) {
		t.Errorf("the end moved from %s to %s, %v", before, after, err)
	}
}
