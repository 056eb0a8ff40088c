package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
)

// needsNoRight are the forms that need no right beyond being signed in, or not even that.
var needsNoRight = []string{"/backend/display", "/backend/faq/{slug}/helpful", "/backend/logout", "/backend/token", "/backend/session/extend",
	"/backend/profile/sessions/{id}/end", "/backend/profile/sessions/end-others"}

// TestA34_A35_EveryFormAfterwards opens each form and sends it when its sender's
// rights have gone meanwhile, and when the session has.
func TestA34_A35_EveryFormAfterwards(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	for _, f := range everyForm() {
		q := s.ready(f)
		id := s.sessionID(q.cookie)
		if !slices.Contains(needsNoRight, f.route) {
			staff := s.number(`SELECT staff_id FROM staff_sessions WHERE id = $1`, id)
			s.exec(`UPDATE memberships SET ended_at = now() WHERE staff_id = $1 AND ended_at IS NULL`, staff)
			s.hireAgain(member{id: staff}, authz.ManualReviewer, seed.CodeDLT)
			before := s.sums()
			if res := s.do(q); res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusNotFound { // for them it does not exist
				t.Errorf("%s of somebody demoted: %d", f.route, res.StatusCode)
			}
			if changed := differ(before, s.sums()); len(changed) > 0 {
				t.Errorf("%s of somebody demoted changed %v", f.route, changed)
			}
		}
		if f.route == "/backend/display" || f.route == "/backend/faq/{slug}/helpful" {
			continue // whoever sends them
		}
		s.exec(`UPDATE staff_sessions SET ended_at = now() WHERE id = $1`, id)
		before := s.sums()
		res := s.do(q)
		if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/backend/log") { // in, or out
			t.Errorf("%s of an ended session: %d → %s", f.route, res.StatusCode, to)
		}
		if changed := slices.DeleteFunc(differ(before, s.sums()), func(table string) bool { return table == "kept_forms" }); len(changed) > 0 {
			t.Errorf("%s of an ended session changed %v", f.route, changed)
		}
		if s.alive(q.cookie) {
			t.Errorf("%s brought the session back", f.route)
		}
	}
}

// away are addresses that look as if they were ours.
var away = []string{"//evil.example", `/\evil.example`, `\\evil.example`, "https:evil.example", "https://evil.example/backend", "/%2f%2fevil.example", "/\t/evil.example",
	"javascript:alert(1)", "//portal.example@evil.example/", "/backend\r\nLocation: https://evil.example", "/backend/../../evil", "///evil.example"}

// TestA18_A32_EveryForm asks each form to lead elsewhere afterwards, and looks at
// every cookie on the way.
func TestA18_A32_EveryForm(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	cookies := map[string]bool{}
	for i, f := range everyForm() {
		q := s.ready(f)
		if q.form != nil {
			q.form.Set("return", away[i%len(away)])
		}
		res := s.do(q)
		if to := res.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/backend") || strings.ContainsAny(to, "\\\r\n\t") || strings.Contains(to, "evil")) {
			t.Errorf("%s leads to %q", f.route, to)
		}
		for _, c := range res.Cookies() {
			cookies[c.Name] = true
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Name)+len(c.Value) > 4096 {
				t.Errorf("%s: %+v", f.route, c)
			}
		}
	}
	for _, path := range []string{"/backend/login?return=", "/backend/login/digitalid?return=", "/backend/staff/1?return="} {
		for _, to := range away {
			res := s.get(path+url.QueryEscape(to), s.somebody(authz.DGAAdmin))
			if at := res.Header.Get("Location"); strings.Contains(at, "evil") {
				t.Errorf("%s%q leads to %s", path, to, at)
			}
		}
	}
	if len(cookies) < 3 {
		t.Errorf("only the cookies %v", cookies)
	}
}

// TestA70_EveryForm looks for codes and cookies in what was logged of all forms.
func TestA70_EveryForm(t *testing.T) {
	t.Parallel()
	s := newSite(t).freely()
	secrets := map[string]bool{}
	for _, f := range everyForm() {
		q := s.ready(f)
		secrets[q.cookie.Value] = true
		if code := q.form.Get("token"); len(code) > 10 {
			secrets[code] = true
		}
		res := s.do(q)
		for _, c := range res.Cookies() {
			secrets[c.Value] = c.Value != "" && c.Name != "__Host-portal-display"
		}
		for _, code := range writtenCode.FindAllString(text(t, res), -1) {
			secrets[code] = true
		}
	}
	logs := s.logs.String()
	for secret, is := range secrets {
		if is && strings.Contains(logs, secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
	if len(secrets) < len(everyForm()) || strings.Count(logs, "\n") < len(everyForm()) {
		t.Errorf("%d secrets, %d lines", len(secrets), strings.Count(logs, "\n"))
	}
}
