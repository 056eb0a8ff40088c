package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

// until waits for a condition.
func until(t *testing.T, most time.Duration, what string, right func() bool) {
	t.Helper()
	tick, late := time.NewTicker(10*time.Millisecond), time.After(most)
	defer tick.Stop()
	for !right() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: not within %s", what, most)
		}
	}
}

// readers ask for public pages without end, and count what they get.
type readers struct {
	pages, failures atomic.Int64
	stop            func()
}

func (s *site) read(t *testing.T, people int) *readers {
	t.Helper()
	r := &readers{}
	var work sync.WaitGroup
	done := make(chan struct{})
	for i := range people {
		work.Go(func() {
			pause := time.NewTicker(2 * time.Millisecond)
			defer pause.Stop()
			for n := i; ; n++ {
				select {
				case <-done:
					return
				case <-pause.C:
				}
				if res := s.get(publicPaths[n%len(publicPaths)], nil); res.StatusCode != http.StatusOK {
					r.failures.Add(1)
				}
				r.pages.Add(1)
			}
		})
	}
	r.stop = sync.OnceFunc(func() { close(done); work.Wait() })
	t.Cleanup(r.stop)
	return r
}

// TestA71_A72_PostgresGoesAndComesBack takes the database away under load: as
// when it is killed, and as when it is stopped and answers nothing. Not parallel:
// it measures.
func TestA71_A72_PostgresGoesAndComesBack(t *testing.T) {
	s, link := awaySite(t)
	cookie := s.person("somchai", authz.DGAAdmin)
	s.get("/backend", nil)
	load := s.read(t, 2)
	for name, lose := range map[string]func(){"cut": link.Cut, "frozen": link.Freeze} {
		vote := request{method: http.MethodPost, path: "/backend/faq/devices/helpful", form: url.Values{"answer": {"yes"}}}
		if res := s.do(vote); res.StatusCode != http.StatusSeeOther { // leaves a connection that has just been good
			t.Errorf("%s: a vote before: %d", name, res.StatusCode)
		}
		lose()
		vote.header = map[string]string{"User-Agent": name} // another reader
		callback := request{method: http.MethodGet, path: "/backend/login/callback?state=a&code=b", cookie: &http.Cookie{Name: "__Host-portal-signin", Value: strings.Repeat("x", 26)}}
		for _, q := range []request{vote, callback} {
			start := time.Now()
			res := s.do(q)
			if took := time.Since(start); res.StatusCode != http.StatusServiceUnavailable || took > 5*time.Second || res.Header.Get("Retry-After") == "" {
				t.Errorf("%s, %s: %d after %s, Retry-After %q", name, q.path, res.StatusCode, took, res.Header.Get("Retry-After"))
			}
		}
		var work sync.WaitGroup
		for _, path := range []string{"/backend/profile", "/backend/staff", "/backend/tokens", "/backend/audit", "/backend/agencies"} {
			work.Go(func() {
				start := time.Now()
				res := s.get(path, cookie)
				body := text(t, res)
				if took := time.Since(start); res.StatusCode != http.StatusServiceUnavailable || took > 3*time.Second ||
					res.Header.Get("Retry-After") == "" || !strings.Contains(body, "ขออภัย") && !strings.Contains(body, "ชั่วคราว") {
					t.Errorf("%s, %s: %d after %s, Retry-After %q", name, path, res.StatusCode, took, res.Header.Get("Retry-After"))
				}
			})
		}
		work.Wait()
		until(t, 3*time.Second, name+": pages that say how old they are", func() bool {
			age, err := strconv.Atoi(s.get("/backend/faq", nil).Header.Get("Age"))
			return err == nil && age >= 0
		})
		if res := s.get(ask("Token"), nil); res.StatusCode != http.StatusOK || !strings.Contains(text(t, res), "<mark>Token</mark>") {
			t.Errorf("%s: searching: %d", name, res.StatusCode)
		}
		s.broken = context.DeadlineExceeded
		if res := s.get("/readyz", nil); res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text(t, res), "public pages come from memory") {
			t.Errorf("%s: /readyz: %d", name, res.StatusCode)
		}
		s.broken = nil
		link.Mend()
		until(t, 5*time.Second, name+": healing", func() bool {
			return s.get("/backend/profile", cookie).StatusCode == http.StatusOK && s.get("/backend", nil).Header.Get("Age") == ""
		})
	}
	load.stop()
	if load.pages.Load() < 100 || load.failures.Load() > 0 {
		t.Errorf("%d of %d public pages failed", load.failures.Load(), load.pages.Load())
	}
}

// Not parallel: it measures.
func TestA76_NoConnectionLeft(t *testing.T) {
	s := newSite(t)
	cookie := s.person("somchai", authz.DGAAdmin)
	s.get("/backend", nil)
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	for range s.pool.Config().MaxConns {
		work.Go(func() { _, _ = s.pool.Exec(ctx, `SELECT pg_sleep(60)`) })
	}
	defer work.Wait()
	defer stop()
	until(t, 5*time.Second, "every connection to be in use", func() bool { return s.pool.Stat().AcquiredConns() == s.pool.Config().MaxConns })
	start := time.Now()
	res := s.get("/backend/profile", cookie)
	if took := time.Since(start); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || took > 2*time.Second {
		t.Errorf("%d after %s", res.StatusCode, took)
	}
	if res := s.get("/backend/faq", nil); res.StatusCode != http.StatusOK {
		t.Errorf("a public page: %d", res.StatusCode)
	}
	stop()
	until(t, 5*time.Second, "recovering", func() bool { return s.get("/backend/profile", cookie).StatusCode == http.StatusOK })
}

// TestA76_SomebodyElseHoldsTheLog lets a transaction stand in the way of all
// others, as one does whose commit waits for the disk. Not parallel: it measures.
func TestA76_SomebodyElseHoldsTheLog(t *testing.T) {
	s := newSite(t)
	cookie := s.person("somchai", authz.DGAAdmin)
	code := s.issue(authz.ManualAuthor)
	tx, err := s.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock(7205759403792793)`); err != nil { // the chain's own
		t.Fatal(err)
	}
	start := time.Now()
	res := s.post("/backend/token", cookie, url.Values{"token": {code}, "form_key": {"once"}})
	body := text(t, res)
	if took := time.Since(start); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || took > 4*time.Second ||
		!strings.Contains(body, "ชั่วคราว") {
		t.Errorf("%d after %s, Retry-After %q\n%s", res.StatusCode, took, res.Header.Get("Retry-After"), body)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if res := s.post("/backend/token", cookie, url.Values{"token": {code}, "form_key": {"once"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the same form again: %d", res.StatusCode)
	}
	if n := s.count(`SELECT count(*) FROM memberships WHERE token_id IS NOT NULL`); n != 1 {
		t.Errorf("%d memberships", n)
	}
}

// TestA78_OnlyReading is a database that takes no changes for a while, as when
// another server took its place and this one became a standby.
func TestA78_OnlyReading(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	admin := s.somebody(authz.DGAAdmin)
	forms := everyForm()
	slices.Reverse(forms) // the code to be shown is the last that is issued
	ready := make([]request, len(forms))
	for i, f := range forms {
		ready[i] = s.ready(f)
	}
	name := s.pool.Config().ConnConfig.Database
	only := func(how string) {
		s.alter(`BEGIN READ WRITE; ALTER DATABASE ` + name + ` ` + how + `; COMMIT`)
		s.pool.Reset()
	}
	t.Cleanup(func() { only(`RESET default_transaction_read_only`) })
	only(`SET default_transaction_read_only = on`)
	for i, f := range forms {
		if res := s.do(ready[i]); !f.free && (res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || !strings.Contains(text(t, res), "ชั่วคราว")) {
			t.Errorf("%s: %d", f.route, res.StatusCode)
		}
	}
	s.now = s.now.Add(5 * time.Minute) // so that the session wants to note when it was last seen
	for _, path := range append([]string{"/backend/profile", "/backend/staff", "/backend/audit", "/backend/content/faq"}, publicPaths...) {
		if res := s.get(path, admin); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// TestA76_ALockThatIsHeld lets a form wait for what somebody else holds.
func TestA76_ALockThatIsHeld(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	hold, err := s.pool.Begin(t.Context())
	if err == nil {
		_, err = hold.Exec(t.Context(), `LOCK TABLE faq_votes IN ACCESS EXCLUSIVE MODE`)
	}
	if err != nil {
		t.Fatal(err)
	}
	vote := request{method: http.MethodPost, path: "/backend/faq/devices/helpful", form: url.Values{"answer": {"yes"}}}
	if res := s.do(vote); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("while it is held: %d", res.StatusCode)
	}
	if err := hold.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if res := s.do(vote); res.StatusCode != http.StatusSeeOther {
		t.Errorf("afterwards: %d", res.StatusCode)
	}
}
