package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/staff"
)

// member is somebody with a membership and a session.
type member struct {
	id         int64
	membership int64
	cookie     *http.Cookie
}

// hire makes somebody a member of the agency that has code, or of none.
func (s *site) hire(name string, role authz.Role, code string) member {
	s.t.Helper()
	ctx, m := s.t.Context(), member{}
	err := s.log.Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		p, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: "test", Subject: name, Name: name, Email: fmt.Sprintf("%x@example.go.th", name[:3])}, s.now)
		if err != nil {
			return err
		}
		m.id = int64(p.ID)
		if role != "" {
			a, err := agency.IDOf(ctx, tx, code)
			if err != nil {
				return err
			}
			if err := staff.Join(ctx, tx, staff.Joining{Staff: p.ID, Agency: a, Role: role, Since: s.now}); err != nil {
				return err
			}
		}
		value, err := s.sessions.Open(ctx, tx, session.Start{StaffID: m.id, Epoch: p.Epoch, AuthTime: s.now})
		m.cookie = &http.Cookie{Name: "__Host-portal-session", Value: value}
		if err != nil {
			return err
		}
		return tx.Record(staff.ActionSignedIn, audit.Person(m.id), nil)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if role != "" {
		m.membership = s.number(`SELECT max(id) FROM memberships WHERE staff_id = $1 AND ended_at IS NULL`, m.id)
	}
	return m
}

func (s *site) number(sql string, args ...any) (n int64) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), sql, args...).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func membershipPath(m member, form string) string {
	return fmt.Sprintf("/backend/staff/memberships/%d/%s", m.membership, form)
}

func TestA35_DemotedWhileAFormIsOpen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.hire("ผู้ดูแล", authz.DGAAdmin, authz.CodeDGA)
	officer := s.hire("สมหญิง", authz.CentralOfficer, seed.CodeDLT)
	s.hire("สมศักดิ์", authz.CentralOfficer, seed.CodeDLT)
	author := s.hire("ปิยะพงษ์", authz.ManualAuthor, seed.CodeDLT)
	if res := s.get(membershipPath(author, "edit"), officer.cookie); res.StatusCode != http.StatusOK {
		t.Fatalf("the form: %d", res.StatusCode)
	}
	// Meanwhile, from another session.
	res := s.post(membershipPath(officer, "remove"), admin.cookie, url.Values{"reason": {"ย้ายไปหน่วยงานอื่น"}})
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("removing the officer: %d %s", res.StatusCode, text(t, res))
	}
	s.post("/backend/token", officer.cookie, nil) // any request: the session itself goes on
	res = s.post(membershipPath(author, "edit"), officer.cookie, url.Values{"role": {"manual_reviewer"}, "unit_q": {seed.CodeDLT}, "reason": {"x"}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/backend/token" { // no role at all: to the token form
		t.Errorf("%d %s", res.StatusCode, res.Header.Get("Location"))
	}
	// With another role left it is 403.
	s.hireAgain(officer, authz.ManualReviewer, seed.CodeDLT)
	before := s.number(`SELECT count(*) FROM audit_entries WHERE action <> 'access.refused'`)
	res = s.post(membershipPath(author, "edit"), officer.cookie, url.Values{"role": {"manual_reviewer"}, "unit_q": {seed.CodeDLT}, "reason": {"x"}})
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("%d, want 403", res.StatusCode)
	}
	if n := s.number(`SELECT count(*) FROM audit_entries WHERE action <> 'access.refused'`); n != before {
		t.Errorf("%d entries were written", n-before)
	}
	if n := s.number(`SELECT count(*) FROM audit_entries WHERE action = 'access.refused' AND staff_id = $1`, officer.id); n != 1 {
		t.Errorf("%d refusals in the audit log, want 1", n)
	}
	if n := s.number(`SELECT count(*) FROM memberships WHERE id = $1 AND ended_at IS NULL AND role = 'manual_author'`, author.membership); n != 1 {
		t.Error("the membership changed")
	}
}

// hireAgain gives somebody another membership.
func (s *site) hireAgain(m member, role authz.Role, code string) {
	s.t.Helper()
	ctx := s.t.Context()
	err := s.log.Change(ctx, authz.System("test"), func(tx *audit.Tx) error {
		a, err := agency.IDOf(ctx, tx, code)
		if err != nil {
			return err
		}
		return staff.Join(ctx, tx, staff.Joining{Staff: staff.ID(m.id), Agency: a, Role: role, Since: s.now})
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestA33_RoleChangeInMidSession changes a role under an open session: the very
// next request of every session of the person has the new rights.
func TestA33_RoleChangeInMidSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.hire("ผู้ดูแล", authz.DGAAdmin, authz.CodeDGA)
	officer := s.hire("สมหญิง", authz.OPDCAdmin, authz.CodeOPDC)
	second := s.hire("สมหญิง", "", "") // the same person, another device
	for _, c := range []*http.Cookie{officer.cookie, second.cookie} {
		if res := s.get("/backend/staff", c); res.StatusCode != http.StatusForbidden {
			t.Fatalf("before: %d", res.StatusCode)
		}
	}
	res := s.post(membershipPath(officer, "edit"), admin.cookie, url.Values{"role": {"central_officer"}, "unit_q": {seed.CodeDLT}, "reason": {"ย้าย"}, "return": {"/backend/staff?q=x"}})
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/backend/staff?q=x" {
		t.Fatalf("%d %s", res.StatusCode, text(t, res))
	}
	if !strings.Contains(text(t, s.get("/backend/staff?q=x", admin.cookie)), "แก้ไขสิทธิ์ของสมหญิงเรียบร้อยแล้ว") {
		t.Error("the next page does not say what happened")
	}
	for _, c := range []*http.Cookie{officer.cookie, second.cookie} {
		if res := s.get("/backend/staff", c); res.StatusCode != http.StatusOK {
			t.Errorf("after: %d", res.StatusCode)
		}
	}
}

// TestOwnChangeGivesTheSessionANewID removes the actor's own membership.
func TestOwnChangeGivesTheSessionANewID(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	author := s.hire("ปิยะพงษ์", authz.ManualAuthor, seed.CodeDLT)
	if res := s.get(membershipPath(author, "remove"), author.cookie); res.StatusCode != http.StatusOK {
		t.Fatalf("the form: %d", res.StatusCode)
	}
	form := url.Values{"reason": {"ลาออก"}, "form_key": {"k"}}
	res := s.post(membershipPath(author, "remove"), author.cookie, form)
	renewed := cookieOf(res, author.cookie.Name)
	if res.StatusCode != http.StatusSeeOther || renewed == nil || renewed.Value == author.cookie.Value {
		t.Fatalf("%d %v", res.StatusCode, renewed)
	}
	if res := s.get("/backend/profile", author.cookie); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the old id still works: %d", res.StatusCode)
	}
	if body := text(t, s.get("/backend/profile", renewed)); !strings.Contains(body, "ท่านยังไม่ได้รับสิทธิ์") {
		t.Error("the profile still shows the role")
	}
	again := s.post(membershipPath(author, "remove"), renewed, form)
	if again.StatusCode != http.StatusSeeOther || again.Header.Get("Location") != res.Header.Get("Location") {
		t.Errorf("A79, second press: %d %s", again.StatusCode, again.Header.Get("Location"))
	}
}

func TestA53_ExtraFieldsAreIgnored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	officer := s.hire("สมหญิง", authz.CentralOfficer, seed.CodeDLT)
	author := s.hire("ปิยะพงษ์", authz.ManualAuthor, seed.CodeDLT)
	other := s.hire("วิชัย", authz.ManualAuthor, authz.CodeDGA)
	res := s.post(membershipPath(author, "edit"), officer.cookie, url.Values{
		"role": {"manual_reviewer"}, "unit_q": {seed.CodeDLT}, "reason": {"ปรับหน้าที่"},
		"id": {fmt.Sprint(other.membership)}, "membership_id": {fmt.Sprint(other.membership)}, "staff_id": {fmt.Sprint(other.id)},
		"agency_id": {"1"}, "given_by": {"1"}, "approved_by": {"1"}, "since": {"2000-01-01"}, "previous_id": {"1"},
	})
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", res.StatusCode, text(t, res))
	}
	n := s.number(`SELECT count(*) FROM memberships m JOIN agencies a ON a.id = m.agency_id WHERE m.staff_id = $1 AND m.role = 'manual_reviewer'
		AND a.code = $2 AND m.ended_at IS NULL AND m.given_by = $3 AND m.previous_id = $4 AND m.since > now() - interval '1 hour'`,
		author.id, seed.CodeDLT, officer.id, author.membership)
	if n != 1 {
		t.Error("what was asked for did not happen")
	}
	if n := s.number(`SELECT count(*) FROM memberships WHERE id = $1 AND ended_at IS NULL`, other.membership); n != 1 {
		t.Error("somebody else's membership changed")
	}
}

func TestA55_ListsShowTheOwnDepartmentOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	officer := s.hire("สมหญิง", authz.CentralOfficer, seed.CodeDLT)
	s.hire("ปิยะพงษ์ ในสังกัด", authz.ServicePointOfficer, seed.CodeDLTChiangMai)
	foreign := s.hire("วิชัย ต่างสังกัด", authz.OPDCAdmin, authz.CodeOPDC)
	nobody := s.hire("กมล ยังไม่มี", "", "")
	both := s.hire("พิมพ์ สองที่", authz.ManualAuthor, seed.CodeDLT)
	s.hireAgain(both, authz.OPDCAdmin, authz.CodeOPDC)
	for _, path := range []string{
		"/backend/staff", "/backend/staff?q=สังกัด", "/backend/staff?q=" + url.QueryEscape("พัฒนาระบบราชการ"), "/backend/staff?role=opdc_admin",
		"/backend/staff?unit_q=" + authz.CodeOPDC, "/backend/staff?state=none", "/backend/staff/export", "/backend/staff/export?role=opdc_admin",
		"/backend/staff/export?state=none", fmt.Sprintf("/backend/staff/%d", both.id),
	} {
		res := s.get(path, officer.cookie)
		body := text(t, res)
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		_, body, _ = strings.Cut(body, "<main") // the export has no such thing
		for _, secret := range []string{"ต่างสังกัด", "ยังไม่มี", "สำนักงานคณะกรรมการพัฒนาระบบราชการ"} {
			if path != "/backend/staff?unit_q="+authz.CodeOPDC && strings.Contains(body, secret) {
				t.Errorf("%s shows %s", path, secret)
			}
		}
	}
	if body := text(t, s.get("/backend/staff", officer.cookie)); !strings.Contains(body, "ในสังกัด") || !strings.Contains(body, "พบ 3 รายการ") {
		t.Error("the own people are not there, or the count is of more")
	}
	for path, want := range map[string]int{
		fmt.Sprintf("/backend/staff/%d", foreign.id): 404, fmt.Sprintf("/backend/staff/%d", nobody.id): 404,
		membershipPath(foreign, "edit"): 404, membershipPath(foreign, "remove"): 404, membershipPath(officer, "edit"): 403,
	} {
		if res := s.get(path, officer.cookie); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	admin := s.hire("ผู้ดูแล", authz.DGAAdmin, authz.CodeDGA)
	if body := text(t, s.get("/backend/staff?state=none", admin.cookie)); !strings.Contains(body, "กมล ยังไม่มี") {
		t.Error("a dga_admin does not see people without a membership")
	}
}

func TestA56_LastOnesThroughThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.hire("ผู้ดูแล", authz.DGAAdmin, authz.CodeDGA)
	for _, form := range []string{"edit", "remove"} {
		res := s.post(membershipPath(admin, form), admin.cookie, url.Values{"role": {"central_officer"}, "unit_q": {seed.CodeDLT}, "reason": {"ลาออก"}})
		if body := text(t, res); res.StatusCode != http.StatusConflict || !strings.Contains(body, "คนสุดท้าย") || !strings.Contains(body, "ลาออก") {
			t.Errorf("%s: %d", form, res.StatusCode)
		}
	}
	officer := s.hire("สมหญิง", authz.CentralOfficer, seed.CodeDLT)
	if body := text(t, s.get(membershipPath(officer, "remove"), officer.cookie)); !strings.Contains(body, "จะไม่มีเจ้าหน้าที่ส่วนกลาง") {
		t.Error("no warning on the form")
	}
	res := s.post(membershipPath(officer, "remove"), officer.cookie, url.Values{"reason": {"ลาออก"}})
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text(t, res), `href="#confirm"`) {
		t.Errorf("unconfirmed: %d", res.StatusCode)
	}
	res = s.post(membershipPath(officer, "remove"), officer.cookie, url.Values{"reason": {"ลาออก"}, "confirm": {"yes"}})
	if res.StatusCode != http.StatusSeeOther {
		t.Errorf("confirmed: %d", res.StatusCode)
	}
	if n := s.number(`SELECT count(*) FROM audit_entries WHERE action = 'membership.ended' AND detail->'before'->>'last' = 'true' AND detail->>'reason' = 'ลาออก'`); n != 1 {
		t.Errorf("%d entries say so", n)
	}
}

func TestSuspendThroughThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.hire("ผู้ดูแล", authz.DGAAdmin, authz.CodeDGA)
	author := s.hire("ปิยะพงษ์", authz.ManualAuthor, seed.CodeDLT)
	path := fmt.Sprintf("/backend/staff/%d", author.id)
	if res := s.post(path+"/suspend", admin.cookie, url.Values{"reason": {" "}}); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", res.StatusCode)
	}
	if res := s.post(path+"/suspend", admin.cookie, url.Values{"reason": {"สอบสวน"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", res.StatusCode)
	}
	if res := s.get("/backend/profile", author.cookie); res.StatusCode != http.StatusSeeOther {
		t.Errorf("still signed in: %d", res.StatusCode)
	}
	body := text(t, s.get(path, admin.cookie))
	for _, word := range []string{"ถูกระงับ", "ระงับบัญชีผู้ใช้งาน", "สอบสวน", "คืนบัญชี"} {
		if !strings.Contains(body, word) {
			t.Errorf("the person's page lacks %s", word)
		}
	}
	if res := s.post(path+"/restore", admin.cookie, url.Values{"reason": {"ไม่พบความผิด"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("restore: %d", res.StatusCode)
	}
	if res := s.get("/backend/profile", author.cookie); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the session from before came back: %d", res.StatusCode)
	}
	again := s.hire("ปิยะพงษ์", "", "")
	if res := s.post(path+"/end-sessions", admin.cookie, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("end sessions: %d", res.StatusCode)
	}
	if res := s.get("/backend/profile", again.cookie); res.StatusCode != http.StatusSeeOther {
		t.Errorf("still signed in: %d", res.StatusCode)
	}
	if res := s.post(fmt.Sprintf("/backend/staff/%d/suspend", admin.id), admin.cookie, url.Values{"reason": {"x"}}); res.StatusCode != http.StatusConflict {
		t.Errorf("suspending oneself: %d", res.StatusCode)
	}
}

func TestStaffListThroughThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.hire("เอก ผู้ดูแล", authz.DGAAdmin, authz.CodeDGA)
	for i := range staff.PageSize + 5 {
		s.hire(fmt.Sprintf("ก%03d ทดสอบ", i), authz.ServicePointOfficer, seed.CodeDLTChiangMai)
	}
	first := text(t, s.get("/backend/staff?role=service_point_officer", admin.cookie))
	if !strings.Contains(first, "ก000") || strings.Contains(first, "ก025") || !strings.Contains(first, "พบ 30 รายการ") {
		t.Error("the first page is not the first 25")
	}
	_, rest, _ := strings.Cut(first, `rel="next" href="`)
	next, _, _ := strings.Cut(rest, `"`)
	if second := text(t, s.get(strings.ReplaceAll(next, "&amp;", "&"), admin.cookie)); !strings.Contains(second, "ก029") || strings.Contains(second, "ก024") || !strings.Contains(second, `value="service_point_officer" selected`) {
		t.Errorf("the second page at %s", next)
	}
	for path, want := range map[string]int{
		"/backend/staff?unit=99999999": 404, "/backend/staff?unit=x": 404, "/backend/staff?unit_q=nowhere": 200, "/backend/staff?page=x": 400, "/backend/staff?q=%00%FF": 400, "/backend/staff?unit=12345678%00": 400,
		"/backend/staff?q=%25_%5C": 200, "/backend/staff?q=" + strings.Repeat("x", 500): 200, "/backend/staff?role=x&state=y": 200,
		"/backend/staff/1e30": 404, "/backend/staff/-1": 404, "/backend/staff/export?format=pdf": 400, "/backend/staff?unit_q=" + seed.CodeDLT: 200,
	} {
		if res := s.get(path, admin.cookie); res.StatusCode != want {
			t.Errorf("A50, %s: %d, want %d", path, res.StatusCode, want)
		}
	}
}
