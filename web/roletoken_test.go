package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
)

var (
	writtenCode = regexp.MustCompile(`(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}`)
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// formAt reads the hidden fields of the form that html holds around mark.
func formAt(t testing.TB, html, mark string) url.Values {
	t.Helper()
	at := strings.Index(html, mark)
	if at < 0 {
		t.Fatalf("no %s in the page", mark)
	}
	begin := strings.LastIndex(html[:at], "<form")
	end := strings.Index(html[at:], "</form>")
	form := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(html[begin:at+end], -1) {
		form.Set(m[1], strings.ReplaceAll(m[2], "&amp;", "&"))
	}
	return form
}

// follow opens the page that res leads to.
func (s *site) follow(res *http.Response, cookie *http.Cookie) string {
	s.t.Helper()
	if res.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("%d, want 303: %s", res.StatusCode, text(s.t, res))
	}
	return text(s.t, s.get(res.Header.Get("Location"), cookie))
}

const tokenRows = `SELECT (SELECT count(*) FROM role_tokens) + (SELECT count(*) FROM token_batches) + (SELECT count(*) FROM form_results)
	+ (SELECT count(*) FROM audit_entries WHERE action LIKE 'token.%')`

func TestTokensListHidesItsCodes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("officer", authz.CentralOfficer)
	code := s.issue(authz.ServicePointOfficer)
	before := s.count(tokenRows)
	body := text(t, s.get("/backend/tokens", cookie))
	for _, want := range []string{"บทบาทผู้ใช้งาน", "หน่วยงาน / จุดบริการ", "รหัส <span lang=\"en\">Token</span>", "สถานะ", "Refresh Token", "คัดลอก", "พร้อมใช้", "ยังไม่ออกรหัส", "หมดอายุ", "ออกรหัส", "พบ 3 รายการ"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if writtenCode.MatchString(body) || strings.Contains(body, code) {
		t.Error("the list shows a code")
	}
	if after := s.count(tokenRows); after != before {
		t.Errorf("looking at the list wrote %d rows", after-before)
	}
	filtered := text(t, s.get("/backend/tokens?unit_q="+url.QueryEscape("เชียงใหม่")+"&state=ready&role=service_point_officer", cookie))
	if !strings.Contains(filtered, "พบ 1 รายการ") || !strings.Contains(filtered, `value="เชียงใหม่"`) || !strings.Contains(filtered, `<option value="ready" selected`) {
		t.Error("the filters are not kept")
	}
	if !strings.Contains(filtered, ">ล้างตัวกรอง</a>") || strings.Contains(body, ">ล้างตัวกรอง</a>") {
		t.Error("no way out of the filters, or out of none")
	}
	limited := text(t, s.get("/backend/tokens?role=manual_author&unit="+s.agencyID(seed.CodeDLT), cookie))
	if !strings.Contains(limited, "เฉพาะ <strong>กรมการขนส่งทางบก</strong>") || !strings.Contains(limited, `href="/backend/tokens?role=manual_author"`) {
		t.Error("a unit in the address: nothing says so, or leads out of it")
	}
	if empty := text(t, s.get("/backend/tokens?unit_q=zzz", cookie)); !strings.Contains(empty, "ไม่พบรายการ") {
		t.Error("an empty list says nothing")
	}
	for _, path := range []string{"?unit=x", "?role=x", "?state=x", "?page=x"} {
		if res := s.get("/backend/tokens"+path, cookie); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestA27_CopyThroughThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("officer", authz.CentralOfficer)
	code := s.issue(authz.ServicePointOfficer)
	list := text(t, s.get("/backend/tokens?state=ready", cookie))
	form := formAt(t, list, "data-show")
	if form.Get("return") != "/backend/tokens?state=ready" {
		t.Errorf("leads back to %q", form.Get("return"))
	}
	json := request{method: http.MethodPost, path: "/backend/tokens", form: form, cookie: cookie, header: map[string]string{"Accept": "application/json"}}
	for range 2 {
		page := text(t, s.post("/backend/tokens", cookie, form))
		if strings.Count(page, code) != 1 || !strings.Contains(page, `<option value="ready" selected`) {
			t.Error("the list does not show the code, once, with its filters")
		}
		if got := text(t, s.do(json)); got != `{"code":"`+code+"\"}\n" {
			t.Errorf("for scripts: %s", got)
		}
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'token.copied'`); n != 4 {
		t.Errorf("%d showings recorded, want 4", n)
	}
	if res := s.post("/backend/token", s.person("newcomer", ""), url.Values{"token": {code}, "form_key": {"k"}}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("redeeming: %d", res.StatusCode)
	}
	res := s.post("/backend/tokens", cookie, form)
	page := text(t, res)
	if res.StatusCode != http.StatusConflict || !strings.Contains(page, "ถูกใช้แล้ว") || writtenCode.MatchString(page) {
		t.Errorf("after use: %d; want a refusal in words and no code", res.StatusCode)
	}
	if refused := s.do(json); refused.StatusCode != http.StatusConflict || !strings.Contains(text(t, refused), "ถูกใช้แล้ว") {
		t.Errorf("after use, for scripts: %d", refused.StatusCode)
	}
	list = text(t, s.get("/backend/tokens?state=used", cookie))
	if strings.Contains(list, "data-copy") || strings.Contains(list, "data-show") || !strings.Contains(list, "ใช้แล้วโดย สมชาย รักงาน") {
		t.Error("the row of a used code still offers it, or does not say who used it")
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'token.copied'`); n != 4 {
		t.Errorf("%d showings recorded after the refusals, want 4", n)
	}
}

func TestRefreshThroughThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie, colleague := s.person("officer", authz.CentralOfficer), s.person("colleague", authz.CentralOfficer)
	const list = "/backend/tokens?role=manual_author"
	first := formAt(t, text(t, s.get(list, cookie)), `name="role" value="manual_author"`)
	page := s.follow(s.post("/backend/tokens/refresh", cookie, first), cookie)
	code := writtenCode.FindString(page)
	if code == "" || !strings.Contains(page, "สร้าง Token ของ เจ้าหน้าที่จัดทำคู่มือ · กรมการขนส่งทางบก แล้ว") {
		t.Fatalf("no code or no word on it:\n%s", page)
	}
	if writtenCode.MatchString(text(t, s.get(list, cookie))) {
		t.Error("the code is shown a second time")
	}
	second := formAt(t, text(t, s.get(list, cookie)), `name="role" value="manual_author"`)
	theirs := formAt(t, text(t, s.get(list, colleague)), `name="role" value="manual_author"`)
	res := s.post("/backend/tokens/refresh", cookie, second)
	if res.Header.Get("Location") != list {
		t.Errorf("leads to %s", res.Header.Get("Location"))
	}
	page = s.follow(res, cookie)
	newer := writtenCode.FindString(page)
	if newer == code || newer == "" || !strings.Contains(page, "รหัสเดิมใช้ไม่ได้อีกต่อไป") {
		t.Error("the refresh shows no new code, or does not say that the old one is void")
	}
	page = s.follow(s.post("/backend/tokens/refresh", colleague, theirs), colleague)
	if writtenCode.FindString(page) != newer || !strings.Contains(page, "เจ้าหน้าที่อีกท่าน") {
		t.Error("a late refresh does not show the newer code, or does not say so")
	}
	if n := s.count(`SELECT count(*) FROM role_tokens`); n != 2 {
		t.Errorf("%d tokens, want 2", n)
	}
}

// TestA31_ForgedTokenForms sends forms that no page holds.
func TestA31_ForgedTokenForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("officer", authz.CentralOfficer)
	foreign := s.issue(authz.OPDCAdmin)
	before := s.count(tokenRows)
	id := fmt.Sprint(s.count(`SELECT max(id) FROM role_tokens`))
	for name, tt := range map[string]struct {
		path string
		form url.Values
		want int
	}{
		"foreign unit":         {"/refresh", url.Values{"agency": {s.agencyID(authz.CodeOPDC)}, "role": {"manual_author"}}, 403},
		"role above":           {"/refresh", url.Values{"agency": {s.agencyID(seed.CodeDLT)}, "role": {"central_officer"}}, 403},
		"not held there":       {"/refresh", url.Values{"agency": {s.agencyID(seed.CodeDLTChiangMai)}, "role": {"manual_author"}}, 422},
		"nothing":              {"/refresh", url.Values{}, 403},
		"show a foreign code":  {"", url.Values{"token": {id}}, 403},
		"show nothing":         {"", url.Values{"token": {"x"}}, 404},
		"foreign among many":   {"/batch", url.Values{"pair": {s.agencyID(seed.CodeDLT) + "/manual_author", s.agencyID(authz.CodeDGA) + "/manual_author"}}, 403},
		"above among many":     {"/batch", url.Values{"pair": {s.agencyID(seed.CodeDLT) + "/central_officer"}}, 403},
		"nonsense among many":  {"/batch", url.Values{"pair": {"x/y"}}, 403},
		"nothing among many":   {"/batch", url.Values{}, 422},
		"all of a foreign one": {"/batch", url.Values{"which": {"all"}, "return": {"/backend/tokens?unit=" + s.agencyID(authz.CodeOPDC)}}, 422},
	} {
		if tt.form.Get("form_key") == "" {
			tt.form.Set("form_key", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		}
		if res := s.post("/backend/tokens"+tt.path, cookie, tt.form); res.StatusCode != tt.want || strings.Contains(text(t, res), foreign) {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, tt.want)
		}
	}
	if after := s.count(tokenRows); after != before {
		t.Errorf("%d rows written", after-before)
	}
}

func TestA79_TokenFormsTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("officer", authz.CentralOfficer)
	for path, mark := range map[string]string{"/backend/tokens/refresh": `name="role" value="manual_reviewer"`, "/backend/tokens/batch": `value="all"`} {
		list := "/backend/tokens?role=manual_reviewer"
		form := formAt(t, text(t, s.get(list, cookie)), mark)
		form.Set("which", "all")
		form.Set("anew", "1")
		before := s.count(`SELECT count(*) FROM role_tokens`)
		var to [2]string
		var wg sync.WaitGroup
		for i := range to {
			wg.Go(func() { to[i] = s.post(path, cookie, form).Header.Get("Location") })
		}
		wg.Wait()
		again := s.post(path, cookie, form).Header.Get("Location")
		if to[0] == "" || to[0] != to[1] || to[0] != again {
			t.Errorf("%s leads to %q, %q and then to %q", path, to[0], to[1], again)
		}
		if n := s.count(`SELECT count(*) FROM role_tokens`) - before; n != 1 {
			t.Errorf("%s: %d codes, want 1", path, n)
		}
		if res := s.get(again, cookie); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", again, res.StatusCode)
		}
	}
}

func TestManyTokensThroughThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookie := s.person("officer", authz.CentralOfficer)
	list := text(t, s.get("/backend/tokens", cookie))
	form := formAt(t, list, `value="ticked"`)
	res := s.post("/backend/tokens/batch", cookie, form)
	if body := text(t, res); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "เลือกอย่างน้อยหนึ่งรายการ") {
		t.Errorf("nothing ticked: %d", res.StatusCode)
	}
	form["pair"] = []string{s.agencyID(seed.CodeDLT) + "/manual_author", s.agencyID(seed.CodeDLTChiangMai) + "/service_point_officer"}
	res = s.post("/backend/tokens/batch", cookie, form)
	at := res.Header.Get("Location")
	page := s.follow(res, cookie)
	if !strings.Contains(page, "มีรหัสพร้อมใช้ 2 รหัส") || writtenCode.MatchString(page) {
		t.Errorf("%s: no count, or a code in clear", at)
	}
	prints := text(t, s.get(at+"/print", cookie))
	codes := writtenCode.FindAllString(prints, -1)
	if len(codes) != 2 || strings.Count(prints, `<article class="slip">`) != 2 || strings.Count(prints, `href="#qr"`) != 2 ||
		!strings.Contains(prints, "QR Code ของหน้าเข้าสู่ระบบ "+baseURL+"/backend/login") {
		t.Errorf("slips with %d codes", len(codes))
	}
	csv := s.get(at+"/csv", cookie)
	if body := text(t, csv); !strings.Contains(csv.Header.Get("Content-Disposition"), "attachment") || !slices.Equal(writtenCode.FindAllString(body, -1), codes) {
		t.Errorf("CSV: %s", body)
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(text(t, s.get(at+"/xlsx", cookie)))))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Sheet1")
	if err != nil || len(rows) != 3 || rows[0][3] != "รหัส Token" || rows[1][3] != codes[0] || rows[2][0] != seed.CodeDLTChiangMai {
		t.Errorf("Excel: %v, %v", rows, err)
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'token.exported' AND (detail->'after'->>'count')::int = 2`); n != 3 {
		t.Errorf("%d exports recorded, want 3", n)
	}
	for _, other := range []authz.Role{authz.CentralOfficer, authz.DGAAdmin} {
		for _, path := range []string{"", "/print", "/csv"} {
			if res := s.get(at+path, s.person("other"+string(other)+path, other)); res.StatusCode != http.StatusNotFound {
				t.Errorf("%s for another %s: %d", path, other, res.StatusCode)
			}
		}
	}
}

// TestA54_TokenAccess tries, as everybody, what concerns units of the own
// department, of others, and roles above the own reach.
func TestA54_TokenAccess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	dlt, point := s.agencyID(seed.CodeDLT), s.agencyID(seed.CodeDLTChiangMai)
	pairs := []struct{ name, agency, role string }{
		{"dga_admin at สพร.", s.agencyID(authz.CodeDGA), "dga_admin"},
		{"opdc_admin at ก.พ.ร.", s.agencyID(authz.CodeOPDC), "opdc_admin"},
		{"central_officer at ขบ.", dlt, "central_officer"},
		{"manual_author at ขบ.", dlt, "manual_author"},
		{"manual_author at สพร.", s.agencyID(authz.CodeDGA), "manual_author"},
		{"service_point_officer at เชียงใหม่", point, "service_point_officer"},
		{"central_officer at เชียงใหม่", point, "central_officer"},
	}
	var out strings.Builder
	for _, role := range append([]authz.Role{"newcomer"}, authz.Roles...) {
		held := role
		if role == "newcomer" {
			held = ""
		}
		cookie := s.person("access "+string(role), held)
		for i, p := range pairs {
			form := url.Values{"agency": {p.agency}, "role": {p.role}, "pair": {p.agency + "/" + p.role}}
			form.Set("seen", fmt.Sprint(s.count(fmt.Sprintf(`SELECT coalesce(max(id), 0) FROM role_tokens WHERE agency_id = %s AND role = '%s'`, p.agency, p.role))))
			if form.Get("seen") == "0" {
				form.Del("seen")
			}
			refreshed := outcome(s.post("/backend/tokens/refresh", cookie, form))
			shown := url.Values{"token": {fmt.Sprint(s.count(fmt.Sprintf(`SELECT coalesce(max(id), 0) FROM role_tokens WHERE agency_id = %s AND role = '%s'`, p.agency, p.role)))}}
			form.Set("form_key", strings.Repeat(string(rune('A'+i)), 26))
			many := s.post("/backend/tokens/batch", cookie, form)
			fmt.Fprintf(&out, "%-22s %-40s refresh=%s show=%s batch=%s\n", role, p.name, refreshed,
				outcome(s.post("/backend/tokens", cookie, shown)), outcome(many))
		}
	}
	golden(t, "testdata/tokens.golden", out.String())
}
