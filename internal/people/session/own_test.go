package session

import (
	"context"
	"net/url"
	"testing"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

func TestTouchEvery(t *testing.T) {
	for idle, want := range map[time.Duration]time.Duration{
		15 * time.Minute: time.Minute, 10 * time.Minute: time.Minute, time.Minute: 6 * time.Second,
	} {
		if got := (Limits{Idle: idle}).touchEvery(); got != want {
			t.Errorf("%s: %s, want %s", idle, got, want)
		}
	}
}

func TestUseCasesAskWhoIsThere(t *testing.T) {
	t.Parallel()
	s, _, _ := open(t)
	ctx, visitor := context.Background(), authz.Actor{}
	_, own := s.Own(ctx, visitor, Current{})
	_, others := s.EndOthers(ctx, visitor, Current{}, "")
	_, extend := s.Extend(ctx, visitor, Current{})
	_, _, form := s.TakeForm(ctx, visitor, "", "")
	for name, err := range map[string]error{"Own": own, "End": s.End(ctx, visitor, 1, ""), "EndOthers": others, "Extend": extend, "TakeForm": form} {
		if !problem.Is(err, problem.SignIn) {
			t.Errorf("%s: %v, want SignIn", name, err)
		}
	}
	if _, err := s.Clean(ctx, authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.DGAAdmin}}}); !problem.Is(err, problem.Forbidden) {
		t.Errorf("Clean: %v, want Forbidden", err)
	}
}

func TestA34_ExtendFindsTheSessionEnded(t *testing.T) {
	t.Parallel()
	s, _, token := open(t)
	ctx, c, _ := signedIn(t, s, token) // a request under way
	if _, other, _ := signedIn(t, s, token); s.Close(ctx, other.Actor, other) != nil {
		t.Fatal("the session did not end")
	}
	if _, err := s.Extend(ctx, c.Actor, c); !problem.Is(err, problem.SignIn) {
		t.Errorf("got %v, want SignIn", err)
	}
}

func TestRenewIsForTheNewestToken(t *testing.T) {
	t.Parallel()
	s, _, token := open(t)
	ctx, c, _ := signedIn(t, s, token)
	renewed, err := s.Renew(ctx, c)
	if err != nil || renewed == "" {
		t.Fatalf("%q, %v", renewed, err)
	}
	if again, err := s.Renew(ctx, c); again != "" || err != nil {
		t.Errorf("the token before got another one: %q, %v", again, err)
	}
	if _, _, ok := signedIn(t, s, renewed); !ok {
		t.Error("the new token does not work")
	}
}

func TestKeptFormOpensInItsPlaceAlone(t *testing.T) {
	t.Parallel()
	s, pool, token := open(t)
	ctx, c, _ := signedIn(t, s, token)
	keep := func() string {
		key, err := s.KeepForm(ctx, token, "", Form{"/backend/x", url.Values{"a": {"1", "2"}}})
		if err != nil || len(key) != len(token) {
			t.Fatalf("%q, %v", key, err)
		}
		return key
	}
	key := keep()
	if _, found, err := s.TakeForm(ctx, c.Actor, key, "/backend/y"); found || err != nil {
		t.Errorf("at another address: %v, %v", found, err)
	}
	fields, found, err := s.TakeForm(ctx, c.Actor, key, "/backend/x")
	if err != nil || !found || len(fields["a"]) != 2 {
		t.Errorf("%v, %v, %v", fields, found, err)
	}
	key = keep()
	if _, err := pool.Exec(ctx, `UPDATE kept_forms SET path = '/backend/y'`); err != nil {
		t.Fatal(err)
	}
	if fields, _, err := s.TakeForm(ctx, c.Actor, key, "/backend/y"); err == nil {
		t.Errorf("a form that was moved opens: %v", fields)
	}
}

func TestEndAllLeavesNobodySignedIn(t *testing.T) {
	t.Parallel()
	s, pool, token := open(t)
	ctx := context.Background()
	if _, err := s.EndAll(ctx, authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.DGAAdmin}}}); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an administrator: %v, want Forbidden", err)
	}
	for want := 1; want >= 0; want-- { // the second time nobody is left
		if n, err := s.EndAll(ctx, authz.System("test")); n != want || err != nil {
			t.Errorf("%d ended, %v; want %d", n, err, want)
		}
	}
	if _, _, ok := signedIn(t, s, token); ok {
		t.Error("the session lives")
	}
	var entries int
	err := pool.QueryRow(ctx, `SELECT count(*) FROM audit_entries WHERE action = 'session.all_ended'`).Scan(&entries)
	if err != nil || entries != 1 {
		t.Errorf("%d entries, %v", entries, err)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	s, pool, token := open(t)
	ctx := context.Background()
	count := func(sql string) (n int) {
		if err := pool.QueryRow(ctx, sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if _, err := s.KeepForm(ctx, token, "", Form{"/backend/x", url.Values{"a": {"1"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(ctx, `INSERT INTO staff_sessions (token_hash, staff_id, epoch, auth_time, last_seen_at, ends_at, ended_at)
		SELECT sha256(n::text::bytea), staff_id, 1, now(), now(), now() - make_interval(days => n), now() FROM staff_sessions, generate_series(85, 94) n`); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Clean(ctx, authz.System("test")); n != 5 || err != nil {
		t.Errorf("%d rows, %v; want the 5 sessions of more than 90 days ago", n, err)
	}
	s.now = func() time.Time { return time.Now().Add(FormLasts + time.Minute) }
	if n, err := s.Clean(ctx, authz.System("test")); n != 1 || err != nil {
		t.Errorf("%d rows, %v; want the form", n, err)
	}
	if n, err := s.Clean(ctx, authz.System("test")); n != 0 || err != nil {
		t.Errorf("nothing to do: %d rows, %v", n, err)
	}
	if n := count(`SELECT count(*) FROM audit_entries WHERE action = 'retention.cleaned'`); n != 2 {
		t.Errorf("%d entries, want one for each time that something went", n)
	}
	if n := count(`SELECT count(*) FROM staff_sessions`); n != 6 {
		t.Errorf("%d sessions left, want 6", n)
	}
}
