package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/org/agency"
	"portal/web/kit"
)

// upload sends a file as a browser would.
func (s *site) upload(cookie *http.Cookie, path, name string, content []byte) (*http.Response, string) {
	s.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		s.t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		s.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, baseURL+path, &body)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	res := w.Result()
	return res, text(s.t, res)
}

const importPath = "/backend/agencies/import"

func TestAgencyImport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	template := text(t, s.get(importPath+"/template", admin))
	if template != "\ufeff"+strings.Join(agency.Headings, ",")+"\r\n" {
		t.Errorf("template %q", template)
	}
	row := "77000000,,กระทรวง,กระทรวงใหม่ <script>,,,,,\r\n"
	res, page := s.upload(admin, importPath, "ก.csv", []byte(template+row+"7701,77,กรม,กรมใหม่,,,,,\r\n"))
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("a file with a bad row: %d\n%s", res.StatusCode, page)
	}
	kept := res.Header.Get("Location")
	if page = text(t, s.get(kept, admin)); !strings.Contains(page, "ไม่มีรหัส 77") || strings.Contains(page, "ยืนยันนำเข้า") {
		t.Errorf("its preview:\n%s", page)
	}
	faults := s.get(kept+"/faults", admin)
	if body := text(t, faults); faults.StatusCode != http.StatusOK || !strings.Contains(body, "ข้อผิดพลาด\r\n") || !strings.Contains(body, "กรมใหม่") {
		t.Errorf("given back: %d %q", faults.StatusCode, body)
	}
	if res, page := s.send(kept, admin, url.Values{}); res.StatusCode != http.StatusConflict || !strings.Contains(page, "ยังมีแถวที่นำเข้าไม่ได้") {
		t.Errorf("confirmed all the same: %d", res.StatusCode)
	}
	res, _ = s.upload(admin, importPath, "ก.csv", []byte(template+row))
	kept = res.Header.Get("Location")
	page = text(t, s.get(kept, admin))
	if !strings.Contains(page, "ยืนยันนำเข้า 1 หน่วยงาน") || strings.Contains(page, "<script>") {
		t.Fatalf("a good file:\n%s", page)
	}
	form := url.Values{"form_key": {hidden(page, "form_key")}}
	for range 2 { // A79: once, and the same redirect
		if res, _ := s.send(kept, admin, form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/backend/agencies" {
			t.Errorf("confirmed: %d %s", res.StatusCode, res.Header.Get("Location"))
		}
	}
	if n := s.count(`SELECT count(*) FROM agencies WHERE code LIKE '77%'`); n != 1 {
		t.Errorf("%d imported", n)
	}
	if page := text(t, s.get("/backend/agencies", admin)); !strings.Contains(page, "นำเข้าแล้ว: เพิ่ม 1 หน่วยงาน") {
		t.Errorf("afterwards:\n%s", page)
	}
}

func TestA47_OnlyTheUploadTakesLargeBodies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	big := []byte(strings.Join(agency.Headings, ",") + "\n" + strings.Repeat("77000000,,กระทรวง,ก,,,,,\n", 10_000))
	for name, c := range map[string]struct {
		path    string
		content []byte
		want    int
	}{
		"a large file": {importPath, big, http.StatusSeeOther},
		"too large":    {importPath, bytes.Repeat([]byte("x"), agency.MaxFile+kit.MaxForm+1), http.StatusRequestEntityTooLarge},
		"no CSV":       {importPath, []byte("PK\x03\x04"), http.StatusUnprocessableEntity},
	} {
		if res, _ := s.upload(admin, c.path, "a.csv", c.content); res.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, res.StatusCode, c.want)
		}
	}
	if res, _ := s.send("/backend/agencies/new", admin, url.Values{"name": {string(big)}}); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("another form: %d", res.StatusCode)
	}
	for _, role := range []authz.Role{authz.CentralOfficer, authz.OPDCAdmin} {
		if res, _ := s.upload(s.person(string(role), role), importPath, "a.csv", big); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", role, res.StatusCode)
		}
	}
	if res, page := s.send(importPath, admin, url.Values{}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "กรุณาเลือกไฟล์") {
		t.Errorf("no file: %d", res.StatusCode)
	}
	if n := s.count(`SELECT count(*) FROM agency_uploads`); n != 1 {
		t.Errorf("%d files kept", n)
	}
}
