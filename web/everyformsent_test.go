package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/dev/testdb"
	"portal/internal/kit/ratelimit"
)

// ready makes a request of a form, with limits that nobody meets.
func (s *site) ready(f sending) request {
	s.t.Helper()
	q := f.ready(s)
	q.method = http.MethodPost
	return q
}

// freely lifts the limits that a test with many requests of one address meets.
func (s *site) freely() *site {
	often := ratelimit.Rate{Most: 1_000_000, In: time.Second}
	s.limits.Upload.Rate, s.limits.Feedback.Own.Rate, s.limits.Feedback.Address.Rate = often, often, often
	return s
}

// TestA40_EveryFormFromElsewhere sends each form, as somebody who may and with all
// that makes it good, from where no page of the portal is.
func TestA40_EveryFormFromElsewhere(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	elsewhere := map[string]map[string]string{
		"cross-site": {"Sec-Fetch-Site": "cross-site"}, "same-site": {"Sec-Fetch-Site": "same-site"}, "silent": {"Sec-Fetch-Site": ""},
		"null origin": {"Sec-Fetch-Site": "", "Origin": "null"}, "evil origin": {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
		"origin by another scheme": {"Sec-Fetch-Site": "", "Origin": strings.Replace(baseURL, "https", "http", 1)},
		"origin with a port":       {"Sec-Fetch-Site": "", "Origin": baseURL + ":8443"},
	}
	for _, f := range everyForm() {
		q := s.ready(f)
		before := s.sums()
		for name, header := range elsewhere {
			forged := q
			forged.header = map[string]string{"Content-Type": q.header["Content-Type"]}
			if q.form != nil {
				forged.header = map[string]string{}
			}
			for k, v := range header {
				forged.header[k] = v
			}
			if res := s.do(forged); res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
				t.Errorf("%s %s: %d", f.route, name, res.StatusCode)
			}
		}
		if changed := differ(before, s.sums()); len(changed) > 0 {
			t.Errorf("%s from elsewhere changed %v", f.route, changed)
		}
		if res := s.do(q); !went(res) {
			t.Errorf("%s from its own page: %d, which proves nothing\n%s", f.route, res.StatusCode, text(t, res))
		} else if changed := differ(before, s.sums()); (len(changed) == 0) != f.changesNothing() {
			t.Errorf("%s changed %v", f.route, changed)
		}
	}
}

// changesNothing that sums looks at.
func (f sending) changesNothing() bool {
	return f.free || f.route == "/backend/tokens" || f.route == "/backend/logout" || f.route == "/backend/session/extend"
}

// TestA67_NoFormWithoutItsEntry lets each form's entry fail.
func TestA67_NoFormWithoutItsEntry(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	breakAudit(t, s)
	for _, f := range everyForm() {
		if f.quiet {
			continue
		}
		s.alter(`ALTER TABLE audit_entries DISABLE TRIGGER zz_broken`)
		q := s.ready(f)
		before, ended := s.sums(), s.count(`SELECT count(ended_at) FROM staff_sessions`)
		s.alter(`ALTER TABLE audit_entries ENABLE TRIGGER zz_broken`)
		if res := s.do(q); res.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s without its entry: %d", f.route, res.StatusCode)
		}
		if changed := differ(before, s.sums()); len(changed) > 0 || s.count(`SELECT count(ended_at) FROM staff_sessions`) != ended {
			t.Errorf("%s without its entry changed %v", f.route, changed)
		}
		s.alter(`ALTER TABLE audit_entries DISABLE TRIGGER zz_broken`)
		entries := s.count(`SELECT count(*) FROM audit_entries`)
		if res := s.do(q); !went(res) || s.count(`SELECT count(*) FROM audit_entries`) == entries {
			t.Errorf("%s with its entry: %d, %d entries", f.route, res.StatusCode, s.count(`SELECT count(*) FROM audit_entries`)-entries)
		}
	}
}

// TestA79_EveryFormTwice sends each form twice at once and, after going back, once
// more: one effect, one entry, one page that all three lead to.
func TestA79_EveryFormTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	for _, f := range everyForm() {
		if f.each {
			continue
		}
		q := s.ready(f)
		entries := func() int { return s.count(`SELECT count(*) FROM audit_entries`) }
		before := entries()
		var to [3]string
		var both sync.WaitGroup
		var renewed [2]*http.Cookie
		for i := range 2 {
			both.Go(func() {
				res := s.do(q)
				to[i], renewed[i] = outcomeOf(res), cookieOf(res, q.cookie.Name)
			})
		}
		both.Wait()
		for i, c := range renewed {
			if c != nil && c.Value != "" { // the session has a new id, which whoever came later did not know
				q.cookie, to[1-i] = c, to[i]
			}
		}
		once, written := s.sums(), entries()
		if !f.quiet && written == before {
			t.Errorf("%s: no entry: %v", f.route, to)
		}
		to[2] = outcomeOf(s.do(q))
		if changed := differ(once, s.sums()); len(changed) > 0 || entries() != written {
			t.Errorf("%s once more changed %v, %d more entries", f.route, changed, entries()-written)
		}
		if to[0] != to[1] || to[1] != to[2] || !strings.HasPrefix(to[0], "303") {
			t.Errorf("%s leads to %q", f.route, to)
		}
	}
}

// TestA53_EveryFormWithMore adds to each form what it does not ask for: whose, by
// whom, when, which role. It is carried out as if they were not there.
func TestA53_EveryFormWithMore(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	const nobody = "424242424242"
	more := []string{"id", "staff_id", "agency_id", "membership_id", "given_by", "approved_by", "created_by", "updated_by", "issued_by", "token_id",
		"previous_id", "position", "epoch", "slug", "key", "sha256", "address", "issuer", "subject", "session", "used_by", "parent_id", "code_hash"}
	powers := func() int {
		return s.count(`SELECT (SELECT count(*) FROM memberships WHERE role = 'dga_admin') + (SELECT count(*) FROM role_tokens WHERE role = 'dga_admin')`)
	}
	for _, f := range everyForm() {
		q := s.ready(f)
		if q.form == nil {
			continue
		}
		for _, name := range more {
			if !q.form.Has(name) {
				q.form.Set(name, nobody)
			}
		}
		if !q.form.Has("role") {
			q.form.Set("role", "dga_admin")
		}
		before := powers()
		if res := s.do(q); !went(res) {
			t.Errorf("%s: %d\n%s", f.route, res.StatusCode, text(t, res))
		}
		if powers() != before {
			t.Errorf("%s gave somebody the role of an administrator", f.route)
		}
	}
	if strings.Contains(testdb.Dump(t, s.pool), nobody) {
		t.Error("something of it was kept")
	}
}

// outcomeOf is the status, and the page that it leads to.
func outcomeOf(res *http.Response) string {
	to, _ := url.Parse(res.Header.Get("Location"))
	return res.Status + " " + to.Path
}

// alter changes the schema.
func (s *site) alter(sql string) {
	s.t.Helper()
	if _, err := s.pool.Exec(context.Background(), sql); err != nil { // when the test ends, too
		s.t.Fatal(err)
	}
}
