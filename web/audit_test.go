package web

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
	"portal/internal/org/agency"
)

// record writes one entry about the agency in which the samples hold role.
func (s *site) record(role authz.Role, detail any) (id int64) {
	s.t.Helper()
	a, err := s.agencies.ByCode(s.t.Context(), seed.SampleAgency[role])
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.log.Change(s.t.Context(), authz.System("test"), func(tx *audit.Tx) error {
		about := audit.Subject{Key: fmt.Sprintf("agency/%d", a.ID), Name: a.Name, Agencies: []authz.AgencyID{a.ID}}
		return tx.Record(agency.ActionChanged, about, detail)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return int64(s.count(`SELECT max(id) FROM audit_entries`))
}

func TestAuditPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	evil := `<script>alert(1)</script>`
	own := s.record(authz.CentralOfficer, audit.Diff{
		Before: map[string]any{"name": "ชื่อเดิม", "shown": true}, After: map[string]any{"name": evil, "shown": false}, Reason: "ตามประกาศกรม"})
	foreign := s.record(authz.DGAAdmin, nil)
	admin, officer := s.person("admin", authz.DGAAdmin), s.person("officer", authz.CentralOfficer)

	body := text(t, s.get("/backend/audit", admin))
	for _, want := range []string{"ชื่อเดิม", "&lt;script&gt;", "ตามประกาศกรม", "แก้ไขหน่วยงาน", "งานอัตโนมัติ", "กรมการขนส่งทางบก", "สมชาย รักงาน",
		fmt.Sprintf("/backend/audit/%d", foreign), `href="/backend/agencies/`, "/backend/audit/export?format=csv"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s on the list", want)
		}
	}
	if strings.Contains(body, evil) {
		t.Error("A51: a value is not escaped")
	}
	body = text(t, s.get("/backend/audit?q=ประกาศกรม&action=agency.changed", officer))
	if !strings.Contains(body, "พบ 1 รายการ") || !strings.Contains(body, fmt.Sprintf("/backend/audit/%d", own)) || !strings.Contains(body, `value="ประกาศกรม"`) {
		t.Error("the officer's own entry is not found, or the filter is not kept")
	}
	body = text(t, s.get(fmt.Sprintf("/backend/audit/%d", own), officer))
	var hash, previous string
	if err := s.pool.QueryRow(t.Context(), `SELECT encode(e.hash, 'hex'), encode(p.hash, 'hex') FROM audit_entries e JOIN audit_entries p ON p.id = e.id - 1 WHERE e.id = $1`, own).Scan(&hash, &previous); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ชื่อเดิม", "การแสดงผล", "แสดง", "ซ่อน", "ตามประกาศกรม", hash, previous, fmt.Sprintf("บันทึกเลขที่ %d", own), "agency.changed"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s on the entry's page", want)
		}
	}
	if res := s.get(fmt.Sprintf("/backend/audit/%d", foreign), officer); res.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign entry: %d", res.StatusCode)
	}
	if body := text(t, s.get("/backend/audit?q="+url.QueryEscape("ไม่มีคำนี้"), admin)); !strings.Contains(body, "ไม่พบบันทึกที่ค้นหา") {
		t.Error("an empty list does not say what to do")
	}
	for path, want := range map[string]int{
		"/backend/audit/0": 404, "/backend/audit/x": 404, "/backend/audit/99999999999999999999": 404, "/backend/audit/999999": 404,
		"/backend/audit?page=x": 400, "/backend/audit?from=x": 400, "/backend/audit?until=2026-13-01": 400, "/backend/audit?action=x": 400,
		"/backend/audit?unit=x": 404, "/backend/audit?unit=-1": 404, "/backend/audit?unit=9999": 404, "/backend/audit?unit_q=" + seed.CodeDLT: 200, "/backend/audit?unit_q=nowhere": 200, "/backend/audit?q=%00": 400, "/backend/audit?q=%ff": 400,
		"/backend/audit?q=" + strings.Repeat("a", 401): 200, "/backend/audit?q=%25%5f%5c'": 200, "/backend/audit?from=1e30": 400,
		"/backend/audit?from=0001-01-01&until=9999-12-31": 200, "/backend/audit/export": 400, "/backend/audit/export?format=pdf": 400,
		"/backend/audit/export?format=csv&from=x": 400,
	} {
		if res := s.get(path, admin); res.StatusCode != want {
			t.Errorf("A50: %s: %d, want %d", path, res.StatusCode, want)
		}
	}
}

func TestAuditExport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.record(authz.CentralOfficer, audit.Diff{Before: map[string]any{"name": "ก"}, After: map[string]any{"name": "ข"}, Reason: "=HYPERLINK(1)"})
	s.record(authz.DGAAdmin, nil)
	officer := s.person("officer", authz.CentralOfficer)
	res := s.get("/backend/audit/export?format=csv&action=agency.changed", officer)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text(t, res), "\ufeff"))).ReadAll()
	if err != nil || res.StatusCode != http.StatusOK || len(rows) != 2 {
		t.Fatalf("%d, %d rows, %v", res.StatusCode, len(rows), err)
	}
	line := rows[1]
	if _, err := time.Parse("2006-01-02T15:04:05.000-07:00", line[1]); err != nil || line[4] != "แก้ไขหน่วยงาน" || line[9] != "ชื่อ: ก → ข" || line[11] != "'=HYPERLINK(1)" {
		t.Errorf("%q, %v", line, err)
	}
	book, err := excelize.OpenReader(s.get("/backend/audit/export?format=xlsx&action=agency.changed", officer).Body)
	if err != nil {
		t.Fatal(err)
	}
	if sheet, err := book.GetRows("Sheet1"); err != nil || len(sheet) != 2 || sheet[1][9] != "ชื่อ: ก → ข" {
		t.Errorf("%v, %v", sheet, err)
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'audit.exported'`); n != 2 {
		t.Errorf("%d exports recorded", n)
	}
	author := s.person("author", authz.ManualAuthor)
	if res := s.get("/backend/audit/export?format=csv", author); res.StatusCode != http.StatusForbidden || strings.Contains(res.Header.Get("Content-Type"), "csv") {
		t.Errorf("an author: %d", res.StatusCode)
	}
}

func TestRefusalIsRecorded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	author := s.person("author", authz.ManualAuthor)
	for range 3 {
		if res := s.get("/backend/audit?q=secret", author); res.StatusCode != http.StatusForbidden {
			t.Fatalf("%d", res.StatusCode)
		}
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'access.refused' AND subject = '/backend/audit' AND address <> ''
		AND staff_name = 'สมชาย รักงาน' AND detail->>'method' = 'GET' AND detail->>'message' LIKE '%ดูบันทึกการใช้งาน%' AND cardinality(agencies) = 1`); n != 1 {
		t.Errorf("%d entries", n)
	}
	s.get("/backend/audit", nil) // a visitor is asked to sign in
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'access.refused'`); n != 1 {
		t.Errorf("%d entries", n)
	}
	// The answer goes out even when the log cannot be written.
	breakAudit(t, s)
	if res := s.get("/backend/audit/export?format=csv", author); res.StatusCode != http.StatusForbidden || !strings.Contains(s.logs.String(), "a refusal was not recorded") {
		t.Errorf("%d, log %s", res.StatusCode, s.logs.String())
	}
}

// breakAudit makes every entry fail until the test ends.
func breakAudit(t *testing.T, s *site) {
	t.Helper()
	exec := func(sql string) {
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Error(err)
		}
	}
	exec(`CREATE FUNCTION audit_broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
		CREATE TRIGGER zz_broken BEFORE INSERT ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_broken()`)
	t.Cleanup(func() {
		if _, err := s.pool.Exec(context.Background(), `DROP FUNCTION IF EXISTS audit_broken CASCADE`); err != nil {
			t.Error(err)
		}
	})
}

// securityEvents are what happens through this portal's pages and command line,
// each with the rows it writes. {staff} stands for the person.
func securityEvents() []securityEvent {
	return []securityEvent{
		{"a token is issued", "token.issued", `SELECT xmin::text FROM role_tokens ORDER BY id DESC LIMIT 1`, func(s *site, _ *http.Cookie, _ string) { s.tryIssue(authz.CentralOfficer) }},
		{"a token is used", "token.redeemed", `SELECT xmin::text FROM role_tokens WHERE used_at IS NOT NULL`, redeem},
		{"a membership is given", "membership.given", `SELECT xmin::text FROM memberships`, redeem},
		{"a wrong code", "token.refused", `SELECT xmin::text FROM token_tries`, func(s *site, c *http.Cookie, code string) {
			s.tryIssue(authz.CentralOfficer) // takes the place of code
			redeem(s, c, code)
		}},
		{"signing out", "staff.signed_out", `SELECT xmin::text FROM staff_sessions WHERE ended_at IS NOT NULL`, func(s *site, c *http.Cookie, _ string) {
			s.do(request{method: "POST", path: "/backend/logout", cookie: c})
		}},
	}
}

type securityEvent struct {
	name, action string
	changed      string // gives the transaction that wrote what changed
	do           func(s *site, c *http.Cookie, code string)
}

func redeem(s *site, c *http.Cookie, code string) {
	s.do(request{method: "POST", path: "/backend/token", cookie: c, form: url.Values{"token": {code}, "form_key": {"k"}}})
}

func (s *site) tryIssue(role authz.Role) {
	s.t.Helper()
	a, err := s.agencies.ByCode(s.t.Context(), seed.SampleAgency[role])
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = s.tokens.Issue(s.t.Context(), authz.System("test"), a.ID, role) // whether it worked is what the test asks
}

func TestA67_EveryEventHasOneEntryInItsTransaction(t *testing.T) {
	t.Parallel()
	for _, e := range securityEvents() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			cookie, code := s.person("somchai", ""), s.issue(authz.CentralOfficer)
			before := s.count(`SELECT count(*) FROM audit_entries WHERE action = $1`, e.action)
			e.do(s, cookie, code)
			if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = $1`, e.action) - before; n != 1 {
				t.Fatalf("%d entries", n)
			}
			var change, entry string
			err := s.pool.QueryRow(t.Context(), `SELECT (`+e.changed+`), (SELECT xmin::text FROM audit_entries WHERE action = $1 ORDER BY id DESC LIMIT 1)`, e.action).Scan(&change, &entry)
			if err != nil || change != entry {
				t.Errorf("changed in transaction %s, recorded in %s, %v", change, entry, err)
			}
		})
	}
}

func TestA67_WithoutItsEntryNothingChanges(t *testing.T) {
	t.Parallel()
	for _, e := range securityEvents() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			cookie, code := s.person("somchai", ""), s.issue(authz.CentralOfficer)
			state := func() int {
				return s.count(`SELECT (SELECT count(*) + count(used_at) * 100 + count(replaced_at) * 1000 FROM role_tokens) + (SELECT count(*) * 10000 FROM memberships)
					+ (SELECT count(*) * 100000 FROM token_tries) + (SELECT count(ended_at) * 1000000 FROM staff_sessions) + (SELECT count(*) * 10000000 FROM form_results)`)
			}
			breakAudit(t, s)
			before := state()
			e.do(s, cookie, code)
			if after := state(); after != before {
				t.Errorf("changed without an entry: %d, then %d", before, after)
			}
		})
	}
}

// TestA69_OneLineEach sends what would forge lines or move a terminal's cursor.
func TestA69_OneLineEach(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	nasty := "a\r\n{\"msg\":\"forged\"}\n\x1b[2J\x00\u2028z"
	cookie := s.person(strings.ReplaceAll(nasty, "\x00", ""), authz.ManualAuthor)
	s.logs.Reset()
	paths := []string{"/backend/x%0d%0a%7b%22msg%22:%22forged%22%7d", "/backend/%1b%5b2J", "/backend/%00", "/backend/audit/%0a", "/backend/audit", "/backend/content/faq/a%0d%0a%1bz"}
	for _, path := range paths {
		s.do(request{method: "GET", path: path, cookie: cookie, header: map[string]string{"User-Agent": nasty, "X-Request-Id": nasty}})
	}
	lines := strings.Split(strings.TrimSuffix(s.logs.String(), "\n"), "\n")
	requests := 0
	for _, line := range lines {
		var read map[string]any
		if err := json.Unmarshal([]byte(line), &read); err != nil || read["msg"] == "forged" || strings.ContainsAny(line, "\r\x1b\x00") {
			t.Errorf("%q: %v", line, err)
		}
		if read["msg"] == "request" {
			requests++
		}
	}
	if requests != len(paths) {
		t.Errorf("%d lines for %d requests", requests, len(paths))
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'access.refused' AND subject LIKE '/backend/content/faq/a%z'`); n != 1 {
		t.Errorf("%d refusals of an address with control characters, want 1: else the next proves nothing", n)
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE subject ~ '[[:cntrl:]]'`); n != 0 {
		t.Errorf("%d subjects with control characters", n)
	}
}

// TestA70_LogsKeepSecrets walks a whole journey and looks through all that was
// logged for what must not be there, and for what must.
func TestA70_LogsKeepSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie, code := s.person("1101700230708", ""), s.issue(authz.CentralOfficer)
	state := "c3RhdGUtb2YtYW4tYXR0ZW1wdA"
	s.logs.Reset()
	s.get("/backend", cookie)
	s.get("/backend/login/callback?state="+state+"&code=the-providers-code", cookie)
	s.get("/backend/token?token="+code, cookie)
	stale := s.issue(authz.ServicePointOfficer)
	s.tryIssue(authz.ServicePointOfficer)
	redeem(s, cookie, stale)
	res := s.do(request{method: "POST", path: "/backend/token", cookie: cookie, form: url.Values{"token": {code}}})
	renewed := cookieOf(res, cookie.Name)
	if renewed == nil {
		t.Fatalf("%d", res.StatusCode)
	}
	s.get("/backend/profile", renewed)
	s.get("/backend/audit?q="+url.QueryEscape("ความลับ"), renewed)
	s.get("/backend/nowhere/1", renewed)
	s.do(request{method: "POST", path: "/backend/logout", cookie: renewed})

	logs := s.logs.String()
	for name, secret := range map[string]string{
		"a code": code, "a code in lower case": strings.ToLower(code), "a code without hyphens": strings.ReplaceAll(code, "-", ""), "a wrong code": stale,
		"a cookie": cookie.Value, "the renewed cookie": renewed.Value, "a state": state, "the provider's code": "the-providers-code",
		"a citizen's number": "1101700230708", "a search": "ความลับ",
	} {
		if strings.Contains(logs, secret) || strings.Contains(logs, url.QueryEscape(secret)) {
			t.Errorf("%s is in the log", name)
		}
	}
	who := s.count(`SELECT id FROM staff WHERE subject = '1101700230708'`)
	found := false
	for line := range strings.Lines(logs) {
		var read struct {
			Time, Msg, Path, Address, Method string
			Status, Staff                    int
		}
		if err := json.Unmarshal([]byte(line), &read); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if read.Msg != "request" {
			continue
		}
		zone := regexp.MustCompile(`(Z|[+-]\d\d:\d\d)$`)
		if _, err := time.Parse(time.RFC3339Nano, read.Time); err != nil || !zone.MatchString(read.Time) || read.Address == "" || read.Path == "" || read.Method == "" || read.Status == 0 {
			t.Errorf("a line without its time, address, path, method or status: %s", line)
		}
		found = found || read.Path == "/backend/audit" && read.Staff == who && read.Status == http.StatusOK
	}
	if !found {
		t.Errorf("no line says that person %s opened the audit log", strconv.Itoa(who))
	}
}

func TestAuditListShowsTheBeginningOfLongTexts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const contact, faq = "/backend/content/site/contact", "/backend/content/faq/devices"
	s.must(s.fill(contact, contact, admin, url.Values{"center_tel": {"0 2612 6061"}}))
	s.must(s.fill(faq, faq, admin, url.Values{"answer": {strings.Repeat("ที่", 5000)}}))
	page := text(t, s.get("/backend/audit?action=content.drafted", admin))
	if !strings.Contains(page, strings.Repeat("ที่", 53)+"…") || strings.Contains(page, strings.Repeat("ที่", 54)) {
		t.Error("an answer stands in the list with all its words, or with none")
	}
	if strings.Contains(page, "การแสดงผล</span>") {
		t.Error("a part of the site that is always shown is said to be hidden")
	}
}
