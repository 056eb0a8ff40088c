package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/site/file"
)

const filesPath = "/backend/content/files"

// sent is a file of an upload.
type sent struct {
	name    string
	content []byte
}

// uploadFiles sends files as a browser would.
func (s *site) uploadFiles(cookie *http.Cookie, header map[string]string, files ...sent) (*http.Response, string) {
	s.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, f := range files {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="files"; filename*=utf-8''`+strings.ReplaceAll(url.QueryEscape(f.name), "+", "%20"))
		h.Set("Content-Type", "image/png") // whatever a browser thinks
		part, err := m.CreatePart(h)
		if err != nil {
			s.t.Fatal(err)
		}
		_, _ = part.Write(f.content)
	}
	_ = m.Close()
	return s.sendBody(cookie, m.FormDataContentType(), header, &body)
}

func (s *site) sendBody(cookie *http.Cookie, contentType string, header map[string]string, body io.Reader) (*http.Response, string) {
	s.t.Helper()
	r := httptest.NewRequest(http.MethodPost, baseURL+filesPath, body)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", contentType)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	res := w.Result()
	return res, text(s.t, res)
}

func encodedPNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func encodedJPEG(m image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// photo has colours that a PNG cannot make small, and a red top left corner.
func photo(w, h int) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	seed := uint32(w*h + 1)
	for y := range h {
		for x := range w {
			seed = seed*1664525 + 1013904223
			m.Y[m.YOffset(x, y)] = byte(x*200/w) + byte(seed>>27)
		}
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = 128, 128
	}
	for y := range h / 4 {
		for x := range w / 4 {
			m.Y[m.YOffset(x, y)], m.Cb[m.COffset(x, y)], m.Cr[m.COffset(x, y)] = 76, 84, 255
		}
	}
	return m
}

// smallPDF is a PDF of one page with more objects in it.
func smallPDF(more ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	for i, o := range append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"}, more...) {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	fmt.Fprintf(&b, "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", b.Len())
	return b.Bytes()
}

func (s *site) files() int { s.t.Helper(); return s.count(`SELECT count(*) FROM files`) }

// hashOf is the file of that name.
func (s *site) hashOf(name string) (hash string) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), `SELECT encode(sha256, 'hex') FROM files WHERE name = $1 AND NOT variant_only`, name).Scan(&hash); err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	return hash
}

// emptyZIP is the end of a ZIP archive, which is all that an empty one has.
const emptyZIP = "PK\x05\x06" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func TestA58_OnlyPicturesAndDocumentsAreStored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.OPDCAdmin)
	before := s.files()
	picture := encodedPNG(image.NewNRGBA(image.Rect(0, 0, 20, 20)))
	comment := append([]byte("\xff\xd8\xff\xfe\x00\x1a<script>alert(1)</script>"[:28]), encodedJPEG(photo(20, 20))[2:]...)
	for name, f := range map[string]sent{
		"SVG":                     {"ภาพ.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)},
		"SVG named PNG":           {"ภาพ.png", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`)},
		"HTML named PNG":          {"ภาพ.png", []byte("<!DOCTYPE html><script>alert(1)</script>")},
		"HTML named PDF":          {"คู่มือ.pdf.html", []byte("<html>%PDF-1.7")},
		"PDF named HTML":          {"คู่มือ.pdf.html", smallPDF()},
		"PNG named EXE":           {"ภาพ.exe", picture},
		"ZIP":                     {"a.zip", []byte("PK\x03\x04" + emptyZIP)},
		"ZIP named PDF":           {"a.pdf", []byte("PK\x03\x04" + emptyZIP)},
		"EXE named JPEG":          {"a.jpg", []byte("MZ\x90\x00\x03")},
		"empty":                   {"a.png", nil},
		"GIF with script":         {"a.png", []byte("GIF89a/*\x00\x00\xff\xff*/=1;alert(1)//")},
		"WebP":                    {"a.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 ")},
		"PNG and ZIP":             {"a.png", append(bytes.Clone(picture), emptyZIP...)},
		"PNG and a page":          {"a.png", append(bytes.Clone(picture), "<html>"...)},
		"JPEG and a page":         {"a.jpg", comment},
		"JPEG and ZIP":            {"a.jpg", append(encodedJPEG(photo(20, 20)), emptyZIP...)},
		"PDF and a page":          {"a.pdf", bytes.Replace(smallPDF(), []byte("1 0 obj"), []byte("%<script>alert(1)</script>\n1 0 obj"), 1)},
		"PDF and ZIP":             {"a.pdf", append(smallPDF(), "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x06\x00%%EOF\n"...)},
		"PDF cut off":             {"a.pdf", smallPDF()[:100]},
		"PNG cut off":             {"a.png", picture[:len(picture)-20]},
		"JPEG heading alone":      {"a.jpg", []byte("\xff\xd8\xff\xe0")},
		"picture above the limit": {"a.png", append(bytes.Clone(picture), make([]byte, 10<<20)...)},
	} {
		res, page := s.uploadFiles(editor, nil, f)
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "ไม่ได้เพิ่ม 1 รายการ") || !strings.Contains(page, "กรุณา") {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
		if n := s.files(); n != before {
			t.Fatalf("%s: stored", name)
		}
	}
	// With a good file, only the bad one is refused.
	res, page := s.uploadFiles(editor, nil, sent{"ดี.png", picture}, sent{"<b>เสีย.pdf", []byte("<html>")}, sent{"ดี.pdf", smallPDF()})
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "เพิ่มแล้ว 2 ไฟล์") || !strings.Contains(page, "เสีย") || strings.Contains(page, "<b>เสีย") {
		t.Errorf("two good, one bad: %d\n%s", res.StatusCode, page)
	}
	if n := s.files(); n != before+2 {
		t.Errorf("%d files", n-before)
	}
	if res, _ := s.uploadFiles(editor, nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("nothing sent: %d", res.StatusCode)
	}
	if res := s.post(filesPath, editor, url.Values{"files": {"x"}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("no form with files: %d", res.StatusCode)
	}
}

// exif is what a telephone held upright writes: turned, and where it was.
const exif = "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x02" +
	"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00" + // orientation 6
	"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x26" + // GPS below
	"\x00\x00\x00\x00GPS-13.7563N-100.5018E"

func TestA60_PicturesAreMadeAnew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	plain := encodedJPEG(photo(2400, 1600))
	segment := append([]byte{0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	res, page := s.uploadFiles(editor, nil, sent{"IMG_0001.JPG", append(append(bytes.Clone(plain[:2]), segment...), plain[2:]...)})
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.StatusCode, page)
	}
	hash := s.hashOf("IMG_0001.jpg")
	rows, err := s.pool.Query(t.Context(), `SELECT f.bytes, v.width, v.height, f.width, f.height FROM file_variants v JOIN files f ON f.sha256 = v.variant
		WHERE v.sha256 = decode($1, 'hex') ORDER BY v.width DESC`, hash)
	if err != nil {
		t.Fatal(err)
	}
	var widths []int
	for rows.Next() {
		var b []byte
		var w, h, fw, fh int
		if err := rows.Scan(&b, &w, &h, &fw, &fh); err != nil {
			t.Fatal(err)
		}
		widths = append(widths, w)
		if bytes.Contains(b, []byte("Exif")) || bytes.Contains(b, []byte("GPS")) {
			t.Errorf("%d: keeps what the camera wrote", w)
		}
		m, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if m.Bounds().Dx() != w || m.Bounds().Dy() != h || fw != w || fh != h || h != w*3/2 {
			t.Errorf("%v, noted as %d × %d", m.Bounds(), w, h)
		}
		// Upright, the red corner is at the top right.
		if r, g, _, _ := m.At(w-w/8, h/8).RGBA(); r < 0xc000 || g > 0x4000 {
			t.Errorf("%d: top right %x %x", w, r, g)
		}
		if r, g, _, _ := m.At(w/8, h/8).RGBA(); r > g+0x2000 {
			t.Errorf("%d: top left %x %x", w, r, g)
		}
	}
	if fmt.Sprint(widths) != "[1600 1280 640]" {
		t.Errorf("widths %v", widths)
	}
	// What is transparent stays so; nothing is enlarged.
	clear := image.NewNRGBA(image.Rect(0, 0, 700, 300))
	clear.Set(3, 4, color.NRGBA{255, 0, 0, 128})
	if res, _ := s.uploadFiles(editor, nil, sent{"ตรา.PNG", encodedPNG(clear)}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	var b []byte
	if err := s.pool.QueryRow(t.Context(), `SELECT bytes FROM files WHERE sha256 = decode($1, 'hex')`, s.hashOf("ตรา.png")).Scan(&b); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil || m.Bounds().Dx() != 700 {
		t.Fatalf("%v %v", m.Bounds(), err)
	}
	if c := color.NRGBAModel.Convert(m.At(3, 4)).(color.NRGBA); c.A != 128 || c.R < 250 {
		t.Errorf("a transparent pixel became %v", c)
	}
}

func TestA61_Documents(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	before := s.files()
	for name, more := range map[string]string{
		"script": "<< /S /JavaScript /JS (app.alert(1)) >>", "launch": "<< /S /Launch /F (cmd.exe) >>",
		"attached": "<< /Type /EmbeddedFile >>", "encrypted": "<< /Encrypt 9 0 R >>",
	} {
		if res, page := s.uploadFiles(editor, nil, sent{"a.pdf", smallPDF(more)}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "กรุณา") {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if n := s.files(); n != before {
		t.Errorf("%d stored", n-before)
	}
	if res, page := s.uploadFiles(editor, nil, sent{"คู่มือ\r\nSet-Cookie: a=b \"ฉบับที่ 2\".pdf", smallPDF()}); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.StatusCode, page)
	}
	name := "คู่มือ Set-Cookie a=b ฉบับที่ 2.pdf"
	hash := s.hashOf(name)
	if n := s.count(`SELECT pages FROM files WHERE sha256 = decode($1, 'hex')`, hash); n != 1 {
		t.Errorf("%d pages", n)
	}
	res := s.get("/backend/file/"+hash, editor)
	want := map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Content-Disposition": "attachment; filename*=utf-8''" + strings.ReplaceAll(url.PathEscape(name), "=", "%3D"), "Set-Cookie": "", "Cache-Control": "private, no-store",
	}
	for k, v := range want {
		if got := res.Header.Get(k); got != v {
			t.Errorf("%s: %q, want %q", k, got, v)
		}
	}
	if res := s.get("/backend/file/"+hash+"?view", editor); !strings.HasPrefix(res.Header.Get("Content-Disposition"), "inline") {
		t.Error("not shown when asked to")
	}
	// The same bytes again are one file, whatever they are called.
	res, _ = s.uploadFiles(editor, nil, sent{"ชื่ออื่น.pdf", smallPDF()})
	if page := text(t, s.get(filesPath, editor)); res.StatusCode != http.StatusSeeOther || !strings.Contains(page, "มีอยู่ในคลังแล้ว 1 ไฟล์") {
		t.Errorf("the same again: %d", res.StatusCode)
	}
	if n := s.files(); n != before+1 {
		t.Errorf("%d files", n-before)
	}
}

func TestA62_OnlyPublishedFilesAreServed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.OPDCAdmin)
	if res, _ := s.uploadFiles(editor, nil, sent{"ภาพ.jpg", encodedJPEG(photo(1500, 900))}, sent{"ร่าง.pdf", smallPDF()}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	picture, draft := s.hashOf("ภาพ.jpg"), s.hashOf("ร่าง.pdf")
	var small string
	if err := s.pool.QueryRow(t.Context(), `SELECT encode(variant, 'hex') FROM file_variants WHERE sha256 = decode($1, 'hex') ORDER BY width LIMIT 1`, picture).Scan(&small); err != nil {
		t.Fatal(err)
	}
	everybody := []*http.Cookie{nil, {Name: "__Host-portal-session", Value: "made up"}, s.person("new", ""), s.person("officer", authz.CentralOfficer), editor}
	statuses := func(hash string) string {
		all := ""
		for _, who := range everybody {
			res := s.get("/backend/file/"+hash, who)
			all += fmt.Sprint(res.StatusCode, " ")
			if keep := res.Header.Get("Cache-Control"); res.StatusCode == http.StatusOK && who == editor && !strings.HasPrefix(keep, "p") {
				t.Errorf("%s: %s", hash, keep)
			}
		}
		return all
	}
	const hidden, shown = "404 404 404 404 200 ", "200 200 200 200 200 "
	for _, hash := range []string{picture, small, draft} {
		if got := statuses(hash); got != hidden {
			t.Errorf("before: %s", got)
		}
	}
	s.exec(`UPDATE faq_entries SET answer = answer || E'\n\n![ภาพ](/backend/file/' || $1 || ')' WHERE slug = 'token-usage'`, picture)
	s.exec(`UPDATE announcements SET attachments = jsonb_build_array(jsonb_build_object('file', $1::text, 'name', 'x')) WHERE slug = 'new-portal'`, draft)
	for _, hash := range []string{picture, small, draft} {
		if got := statuses(hash); got != shown {
			t.Errorf("published: %s", got)
		}
	}
	s.reread()
	if faq := text(t, s.get("/backend/faq", nil)); !strings.Contains(faq, "/backend/file/"+small+" 640w") || !strings.Contains(faq, `loading="lazy"`) {
		t.Error("the FAQ does not offer a phone the small picture")
	}
	s.exec(`UPDATE announcements SET shown_from = now() + interval '1 hour' WHERE slug = 'new-portal'`)
	s.reread()
	if got := statuses(draft); got != hidden {
		t.Errorf("not begun: %s", got)
	}
	// A proxy's cache asks again, or what is hidden later could be had there for a year.
	if keep := s.get("/backend/file/"+small, editor).Header.Get("Cache-Control"); keep != "public, max-age=31536000, s-maxage=1, immutable" {
		t.Errorf("published: %s", keep)
	}
	// The one query says what the view says of every file.
	rows, err := s.pool.Query(t.Context(), `SELECT encode(sha256, 'hex'), sha256 IN (SELECT sha256 FROM begun_files) FROM files`)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for rows.Next() {
		var hash string
		var served bool
		if err := rows.Scan(&hash, &served); err != nil {
			t.Fatal(err)
		}
		all[hash] = served
	}
	for hash, served := range all {
		if got := s.get("/backend/file/"+hash, nil).StatusCode == http.StatusOK; got != served {
			t.Errorf("%s served: %v, in the view: %v", hash, got, served)
		}
	}
	if len(all) < 15 {
		t.Errorf("%d files", len(all))
	}
	s.exec(`UPDATE faq_entries SET shown = false WHERE slug = 'token-usage'`)
	s.exec(`UPDATE announcements SET shown = false`)
	s.reread()
	for _, hash := range []string{picture, small, draft} {
		if got := statuses(hash); got != hidden {
			t.Errorf("hidden: %s", got)
		}
	}
}

// exec changes something behind the portal's back.
func (s *site) exec(sql string, args ...any) {
	s.t.Helper()
	if tag, err := s.pool.Exec(s.t.Context(), sql, args...); err != nil || tag.RowsAffected() == 0 {
		s.t.Fatal(tag, err)
	}
}

func TestFileList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	page := text(t, s.get(filesPath, editor))
	for _, words := range []string{"มากับระบบ", "เผยแพร่อยู่", `href="/backend/content/banner/start"`, "1120 × 720 พิกเซล", "3 หน้า"} {
		if !strings.Contains(page, words) {
			t.Errorf("no %s", words)
		}
	}
	if strings.Contains(page, "/delete") {
		t.Error("a file in use can be deleted")
	}
	for i := range 35 {
		m := image.NewGray(image.Rect(0, 0, 30+i, 30))
		if res, _ := s.uploadFiles(editor, nil, sent{fmt.Sprintf("รูปที่ %d.png", i), encodedPNG(m)}); res.StatusCode != http.StatusSeeOther {
			t.Fatal(res.StatusCode)
		}
	}
	first := text(t, s.get(filesPath+"?kind=picture&used=unused", editor))
	next := linkOf(first, `rel="next" href="`)
	if n := strings.Count(first, `/delete"`); n != 30 || next == "" || !strings.Contains(first, "พบ 35 ไฟล์") {
		t.Errorf("%d of unused pictures, next %q", n, next)
	}
	if second := text(t, s.get(next, editor)); strings.Count(second, `/delete"`) != 5 || linkOf(second, `rel="prev" href="`) == "" {
		t.Errorf("second page: %d", strings.Count(second, `/delete"`))
	}
	if found := text(t, s.get(filesPath+"?q="+url.QueryEscape("รูปที่ 17"), editor)); strings.Count(found, `/delete"`) != 1 {
		t.Errorf("found %d", strings.Count(found, `/delete"`))
	}
	for path, status := range map[string]int{"?page=x": 400, "?page=eyJrIjpbIngiLCJ5Il19": 400, "?pick=x": 400, "?kind=x&used=y": 200, "?q=" + url.QueryEscape(`%_\'`): 200} {
		if res := s.get(filesPath+path, editor); res.StatusCode != status {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	var picked []struct {
		Hash, Name    string
		Width, Height int
	}
	res := s.do(request{method: http.MethodGet, path: filesPath + "?pick=picture", cookie: editor, header: map[string]string{"Accept": "application/json"}})
	if err := json.Unmarshal([]byte(text(t, res)), &picked); err != nil || len(picked) < 35 || picked[0].Name != "รูปที่ 34.png" || picked[0].Width != 64 || len(picked[0].Hash) != 64 {
		t.Errorf("%v %v", err, picked)
	}
}

// linkOf is the address behind the first mark in a page.
func linkOf(page, mark string) string {
	_, rest, ok := strings.Cut(page, mark)
	if !ok {
		return ""
	}
	link, _, _ := strings.Cut(rest, `"`)
	return strings.ReplaceAll(link, "&amp;", "&")
}

func TestFileDelete(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	before := s.files()
	if res, _ := s.uploadFiles(editor, nil, sent{"ภาพ.jpg", encodedJPEG(photo(2000, 900))}); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	if n := s.files(); n != before+3 {
		t.Fatalf("%d sizes", n-before)
	}
	hash := s.hashOf("ภาพ.jpg")
	path := filesPath + "/" + hash + "/delete"
	// A draft that uses a size of it.
	s.exec(`INSERT INTO content_files (kind, key, number, sha256) SELECT 'faq', 'token-usage', -1, variant FROM file_variants WHERE sha256 = decode($1, 'hex') AND width = 640`, hash)
	if res, page := s.send(path, editor, url.Values{}); res.StatusCode != http.StatusConflict || !strings.Contains(page, "ใช้อยู่ใน") || !strings.Contains(page, "ฉบับร่าง") || strings.Contains(page, "<form method=\"post\" action=\""+path) {
		t.Errorf("used: %d\n%s", res.StatusCode, page)
	}
	s.exec(`DELETE FROM content_files`)
	form := url.Values{"form_key": {string(idempotency.New())}}
	for range 2 {
		if res, page := s.send(path, editor, form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != filesPath {
			t.Fatalf("%d\n%s", res.StatusCode, page)
		}
	}
	if n := s.files(); n != before {
		t.Errorf("%d files left", n-before)
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = $1 AND detail->'before'->>'name' = 'ภาพ.jpg'`, file.ActionDeleted); n != 1 {
		t.Errorf("%d entries", n)
	}
	if res := s.post(path, editor, url.Values{}); res.StatusCode != http.StatusNotFound {
		t.Errorf("again: %d", res.StatusCode)
	}
}

// TestFileUsedMeanwhile deletes files while they are put to use.
func TestFileUsedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	outcomes := map[int]int{}
	for i := range 20 {
		name := fmt.Sprintf("%d.png", i)
		if res, _ := s.uploadFiles(editor, nil, sent{name, encodedPNG(image.NewGray(image.Rect(0, 0, 30+i, 30)))}); res.StatusCode != http.StatusSeeOther {
			t.Fatal(res.StatusCode)
		}
		hash := s.hashOf(name)
		var both sync.WaitGroup
		var refused error
		status := 0
		both.Go(func() {
			_, refused = s.pool.Exec(t.Context(), `INSERT INTO content_files (kind, key, number, sha256) VALUES ('faq', 'x', $2, decode($1, 'hex'))`, hash, i)
		})
		both.Go(func() { res, _ := s.send(filesPath+"/"+hash+"/delete", editor, url.Values{}); status = res.StatusCode })
		both.Wait()
		if (status == http.StatusSeeOther) == (refused == nil) || status != http.StatusSeeOther && status != http.StatusConflict {
			t.Errorf("deleted %d, used: %v", status, refused)
		}
		outcomes[status]++
	}
	t.Log(outcomes)
}

// TestA79_TheSameUploadTwice sends one form twice at once.
func TestA79_TheSameUploadTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	before := s.files()
	content := encodedJPEG(photo(1400, 700))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if res, _ := s.uploadFiles(editor, nil, sent{"ภาพ.jpg", content}, sent{"a.pdf", smallPDF()}); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != filesPath {
				t.Errorf("%d %s", res.StatusCode, res.Header.Get("Location"))
			}
		})
	}
	all.Wait()
	if n := s.files(); n != before+3 {
		t.Errorf("%d files", n-before)
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = $1`, file.ActionAdded); n != 2 {
		t.Errorf("%d entries", n)
	}
}

func TestUploadForScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	asked := map[string]string{"Accept": "application/json"}
	res, body := s.uploadFiles(editor, asked, sent{"a.pdf", smallPDF()}, sent{"b.pdf", []byte("x")})
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, `"added":["a.pdf"]`) || !strings.Contains(body, `"name":"b.pdf"`) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	res, body = s.uploadFiles(editor, asked, sent{"a.pdf", smallPDF()})
	if res.StatusCode != http.StatusOK || body != `{"to":"`+filesPath+`"}` {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	if page := text(t, s.get(filesPath, editor)); !strings.Contains(page, "มีอยู่ในคลังแล้ว 1 ไฟล์") {
		t.Error("nothing is said after it")
	}
}

// TestFormsThatAreNone sends them past everything that lies before the form.
func TestFormsThatAreNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	before := s.files()
	for _, body := range oddForms {
		if res, _ := s.sendBody(editor, "multipart/form-data; boundary=x", nil, strings.NewReader(body)); res.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%q: %d %s", body, res.StatusCode, s.logs.String())
		}
	}
	if n := s.files() - before; n != 0 {
		t.Errorf("%d files stored", n)
	}
}
