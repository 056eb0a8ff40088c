package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
)

func TestA55_UnitSuggestions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for role, want := range map[authz.Role]string{
		authz.DGAAdmin:       "08004000 080040005001",
		authz.CentralOfficer: "08004000 080040005001",
	} {
		cookie := s.person(string(role), role)
		if got := s.suggested(cookie, "ขนส่ง"); got != want {
			t.Errorf("%s: %s, want %s", role, got, want)
		}
	}
	if got := s.suggested(s.person("x", authz.CentralOfficer), "สำนักงานพัฒนารัฐบาลดิจิทัล"); got != "" {
		t.Errorf("a foreign unit is suggested: %s", got)
	}
}

// suggested lists the codes of the units suggested for text.
func (s *site) suggested(cookie *http.Cookie, text string) string {
	s.t.Helper()
	res := s.get("/backend/agencies/suggest?q="+url.QueryEscape(text), cookie)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		s.t.Fatalf("%s: %d %s", text, res.StatusCode, res.Header.Get("Content-Type"))
	}
	var answer struct {
		Units []struct{ ID, Name, About string }
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	var codes []string
	for _, u := range answer.Units {
		_, after, _ := strings.Cut(u.About, "รหัส ")
		codes = append(codes, strings.Fields(after)[0])
	}
	return strings.Join(codes, " ")
}

// send posts a form as somebody who pressed its button, and returns the page.
func (s *site) send(path string, cookie *http.Cookie, form url.Values) (*http.Response, string) {
	s.t.Helper()
	res := s.do(request{method: http.MethodPost, path: path, form: form, cookie: cookie})
	return res, text(s.t, res)
}

// hidden reads the value of a hidden field.
func hidden(page, name string) string {
	m := regexp.MustCompile(`type="hidden" name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if m == nil {
		return ""
	}
	return m[1]
}

func TestAgencyIsAddedWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	form := url.Values{
		"form_key": {hidden(text(t, s.get("/backend/agencies/new", admin)), "form_key")},
		"code":     {"080040005002"}, "name": {"สำนักงานขนส่งจังหวัดลำปาง"}, "kind": {"service_point"}, "unit_q": {"ขนส่ง"},
		"id": {"1"}, "shown": {"false"}, "version": {"9"}, "parent_id": {"1"}, // A53: nobody asked for these
	}
	// The search button only searches.
	form.Set("find", "unit")
	res, page := s.send("/backend/agencies/new", admin, form)
	if res.StatusCode != http.StatusOK || !strings.Contains(page, `type="radio" name="unit" value="`+s.agencyID(seed.CodeDLT)+`"`) ||
		!strings.Contains(page, `value="สำนักงานขนส่งจังหวัดลำปาง"`) || strings.Contains(page, "data-error-summary") {
		t.Fatalf("searching for the parent: %d\n%s", res.StatusCode, page)
	}
	form.Del("find")
	// Several units are meant by the text.
	if res, page = s.send("/backend/agencies/new", admin, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "พบหลายหน่วยงาน") {
		t.Fatalf("an undecided parent: %d", res.StatusCode)
	}
	form.Set("unit_for", "ขนส่ง")
	form.Set("unit", s.agencyID(seed.CodeDLT))
	res, _ = s.send("/backend/agencies/new", admin, form)
	to := res.Header.Get("Location")
	if res.StatusCode != http.StatusSeeOther || to != "/backend/agencies/"+s.agencyID("080040005002") {
		t.Fatalf("added: %d %s", res.StatusCode, to)
	}
	if page := text(t, s.get(to, admin)); !strings.Contains(page, "เพิ่มหน่วยงานแล้ว") || !strings.Contains(page, "กรมการขนส่งทางบก") {
		t.Errorf("the page after it:\n%s", page)
	}
	// A79: sent again, it is done once and ends on the same page.
	if res, _ := s.send("/backend/agencies/new", admin, form); res.Header.Get("Location") != to {
		t.Errorf("sent again: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if n := s.count(`SELECT count(*) FROM agencies WHERE code = '080040005002' AND shown AND version = 1`); n != 1 {
		t.Errorf("%d agencies", n)
	}
}

func TestAgencyEditedByTwo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	path := "/backend/agencies/" + s.agencyID(seed.CodeDLTChiangMai) + "/edit"
	page := text(t, s.get(path, admin))
	form := url.Values{"code": {seed.CodeDLTChiangMai}, "name": {"ชื่อของคนแรก"}, "kind": {"service_point"}, "version": {hidden(page, "version")}, "form_key": {hidden(page, "form_key")}}
	if res, _ := s.send(path, admin, form); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the first: %d", res.StatusCode)
	}
	form.Set("form_key", "another")
	form.Set("name", "ชื่อของคนที่สอง")
	res, page := s.send(path, admin, form)
	if res.StatusCode != http.StatusConflict || !strings.Contains(page, `value="ชื่อของคนที่สอง"`) || !strings.Contains(page, "<strong>ชื่อของคนแรก</strong>") {
		t.Fatalf("the second: %d\n%s", res.StatusCode, page)
	}
	form.Set("version", hidden(page, "version"))
	form.Set("form_key", hidden(page, "form_key"))
	if res, _ := s.send(path, admin, form); res.StatusCode != http.StatusSeeOther || s.count(`SELECT count(*) FROM agencies WHERE name = 'ชื่อของคนที่สอง'`) != 1 {
		t.Errorf("the second, who has seen it: %d", res.StatusCode)
	}
	form.Set("name", "")
	form.Set("version", "3")
	form.Set("form_key", "")
	if res, page := s.send(path, admin, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#name"`) {
		t.Errorf("no name: %d", res.StatusCode)
	}
}

func TestAgencyMovesAndHides(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	id := s.agencyID(seed.CodeDLT)
	path := "/backend/agencies/" + id
	page := text(t, s.get(path+"/move", admin))
	form := url.Values{"version": {hidden(page, "version")}, "form_key": {hidden(page, "form_key")}, "unit_q": {"สำนักงานขนส่งจังหวัดเชียงใหม่"}, "reason": {"ปรับโครงสร้าง"}}
	if res, page := s.send(path+"/move", admin, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "ใต้ตัวเอง") {
		t.Errorf("under itself: %d\n%s", res.StatusCode, page)
	}
	form.Set("unit_q", "")
	if res, page := s.send(path+"/move", admin, form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "กรุณาเลือกหน่วยงานต้นสังกัดใหม่") {
		t.Errorf("nowhere: %d", res.StatusCode)
	}
	form.Set("unit_q", "สำนักนายกรัฐมนตรี")
	if res, _ := s.send(path+"/move", admin, form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != path {
		t.Errorf("moved: %d", res.StatusCode)
	}
	if n := s.count(`SELECT count(*) FROM agency_paths WHERE agency_id = (SELECT id FROM agencies WHERE code = $1)
		AND ancestor_id = (SELECT id FROM agencies WHERE code = '01000000')`, seed.CodeDLTChiangMai); n != 1 {
		t.Error("what is under it did not move")
	}
	hide := url.Values{"version": {"2"}, "reason": {"ยุบ"}}
	if res, _ := s.send(path+"/hide", admin, hide); res.StatusCode != http.StatusSeeOther {
		t.Errorf("hidden: %d", res.StatusCode)
	}
	if page := text(t, s.get("/backend/agencies?state=hidden", admin)); !strings.Contains(page, "กรมการขนส่งทางบก") || !strings.Contains(page, "1 หน่วยงาน") {
		t.Errorf("the hidden ones:\n%s", page)
	}
	page = text(t, s.get(path, admin))
	show := url.Values{"version": {hidden(page, "version")}, "form_key": {hidden(page, "form_key")}, "return": {"https://evil.example/"}}
	for _, press := range []string{"first", "second"} { // as when the first one's answer was lost
		if res, _ := s.send(path+"/show", admin, show); res.StatusCode != http.StatusSeeOther || strings.Contains(res.Header.Get("Location"), "evil") {
			t.Errorf("shown, %s: %d %s", press, res.StatusCode, res.Header.Get("Location"))
		}
	}
	if n := s.count(`SELECT count(*) FROM agencies WHERE shown`); n != 6 {
		t.Errorf("%d shown", n)
	}
}

func TestA50_AgencyAddresses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	for path, want := range map[string]int{
		"?under=x": 404, "?under=-1": 404, "?under=99999999999999999999": 404, "?unit=0": 404, "?unit=x": 404,
		"?kind=x": 400, "?state=x": 400, "?q=%00": 400, "?q=%ff": 400, "?page=x": 400, "?q=%27": 200, "?q=%25": 200, "/x": 404, "/1e30": 404,
		"?unit_q=%00": 400, "?unit_q=ขนส่ง": 200, "?kind=department&q=กรม&state=shown&unit_q=08000000": 200, "/suggest?q=%00": 400,
	} {
		if res := s.get("/backend/agencies"+path, admin); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	page := text(t, s.get("/backend/agencies?unit_q="+url.QueryEscape("ขนส่ง"), admin))
	if !strings.Contains(page, `type="radio" name="unit"`) || strings.Contains(page, "<table") {
		t.Errorf("an undecided filter:\n%s", page)
	}
}
