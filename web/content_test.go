package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
)

var keyAndMark = regexp.MustCompile(`<input type="hidden" name="(form_key|mark)" value="([^"]*)"`)

// formOf reads the hidden fields of the form on a page, once each.
func (s *site) formOf(path string, cookie *http.Cookie, typed url.Values) url.Values {
	s.t.Helper()
	form := url.Values{}
	for _, m := range keyAndMark.FindAllStringSubmatch(text(s.t, s.get(path, cookie)), -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for name, values := range typed {
		form[name] = values
	}
	return form
}

// reread is what a notification makes a server do.
func (s *site) reread() {
	s.t.Helper()
	if err := s.contents.Refresh(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func question(answer string) url.Values {
	return url.Values{"group": {"improvement"}, "question": {"ถ้าจุดบริการปิดแล้ว ต้องทำอย่างไร"}, "answer": {answer}, "shown": {"1"}}
}

const questionPath = "/backend/content/faq/closed-service-point"

func TestEditAndPublish(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.OPDCAdmin)
	res := s.post(questionPath, editor, s.formOf(questionPath, editor, question("ให้**ซ่อน**จุดบริการนั้น")))
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, questionPath+"?saved=") {
		t.Fatalf("%d → %s", res.StatusCode, to)
	}
	if strings.Contains(text(t, s.get("/backend/faq", nil)), "<strong>ซ่อน</strong>") {
		t.Error("visitors read a draft")
	}
	publish := questionPath + "/publish"
	if page := text(t, s.get(publish, editor)); !strings.Contains(page, "ให้**ซ่อน**จุดบริการนั้น") {
		t.Error("the page does not show what would change")
	}
	res = s.post(publish, editor, s.formOf(publish, editor, nil))
	if body := text(t, res); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "กรุณากรอกเหตุผล") {
		t.Errorf("without a reason: %d", res.StatusCode)
	}
	form := s.formOf(publish, editor, url.Values{"reason": {"ตอบให้ตรงคำถาม"}})
	for range 2 { // a double click
		if res = s.post(publish, editor, form); res.StatusCode != http.StatusSeeOther {
			t.Errorf("published: %d", res.StatusCode)
		}
	}
	s.reread()
	if !strings.Contains(text(t, s.get("/backend/faq", nil)), "<strong>ซ่อน</strong>") {
		t.Error("visitors do not read what was published")
	}
	history := text(t, s.get(questionPath+"/history", editor))
	for _, want := range []string{"ฉบับที่ 1", "เนื้อหาเริ่มต้น", "ตอบให้ตรงคำถาม"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history has no %q", want)
		}
	}
	if n := s.count(`SELECT count(*) FROM content_versions`); n != 2 {
		t.Errorf("%d versions", n)
	}
}

func TestSecondEditorSeesBothTexts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first, second := s.person("first", authz.DGAAdmin), s.person("second", authz.DGAAdmin)
	forms := []url.Values{s.formOf(questionPath, first, question("ของคนแรก")), s.formOf(questionPath, second, question("ของคนที่สอง"))}
	if res := s.post(questionPath, first, forms[0]); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", res.StatusCode)
	}
	res := s.post(questionPath, second, forms[1])
	page := text(t, res)
	if res.StatusCode != http.StatusConflict || !strings.Contains(page, "ของคนแรก") || !strings.Contains(page, "ของคนที่สอง") || !strings.Contains(page, `name="take.answer"`) {
		t.Fatalf("%d: not both texts", res.StatusCode)
	}
	again := forms[1]
	for _, m := range keyAndMark.FindAllStringSubmatch(page, -1) {
		again.Set(m[1], html.UnescapeString(m[2]))
	}
	again.Set("question", "คำถามของคนที่สอง")
	again.Set("take.answer", "1")
	if res := s.post(questionPath, second, again); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the choice: %d", res.StatusCode)
	}
	page = text(t, s.get(questionPath, first))
	if !strings.Contains(page, ">\nของคนแรก</textarea>") || !strings.Contains(page, `value="คำถามของคนที่สอง"`) {
		t.Error("the draft is not what was chosen")
	}
}

func TestTypedTextSurvivesTheSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	form := s.formOf(questionPath, editor, question("พิมพ์ไว้นานแล้ว"))
	s.now = s.now.Add(20 * time.Minute)
	kept := cookieOf(s.post(questionPath, editor, form), "__Host-portal-form")
	if kept == nil {
		t.Fatal("nothing was kept")
	}
	again := s.person("editor", "")
	page := text(t, s.do(request{method: http.MethodGet, path: questionPath, header: with(again, kept)}))
	if !strings.Contains(page, ">\nพิมพ์ไว้นานแล้ว</textarea>") {
		t.Error("the text is lost")
	}
}

func TestA53_EditorsExtraFieldsAreIgnored(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.OPDCAdmin)
	extra := question("ก")
	for _, name := range []string{"role", "agency_id", "id", "key", "kind", "slug", "approved_by", "position", "publish_at"} {
		extra.Set(name, "usage")
	}
	if res := s.post(questionPath, editor, s.formOf(questionPath, editor, extra)); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", res.StatusCode)
	}
	if n := s.count(`SELECT count(*) FROM content_drafts WHERE fields ?| ARRAY['role', 'agency_id', 'id', 'key', 'slug', 'position', 'publish_at'] OR publish_at IS NOT NULL`); n != 0 {
		t.Error("something of it was kept")
	}
	foreign := s.post("/backend/content/faq/token-usage", editor, question("ก"))
	if foreign.StatusCode != http.StatusForbidden {
		t.Errorf("a question of another group: %d", foreign.StatusCode)
	}
}

// TestA51_EditorsTextsRunNothing puts markup into every field of every kind and
// looks at the pages that show it.
func TestA51_EditorsTextsRunNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const bad = `"><script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))`
	for kind, fields := range map[string]url.Values{
		"announcement/new-portal":  {"title": {bad}, "body": {bad}, "date": {"2026-11-01"}, "shown": {"1"}},
		"faq/closed-service-point": {"group": {"improvement"}, "question": {bad}, "answer": {bad}, "shown": {"1"}},
		"faq-group/usage":          {"title": {bad}},
		"page/about":               {"title": {bad}, "description": {bad}, "body": {"## " + bad + "\n\n" + bad}},
	} {
		path := "/backend/content/" + kind
		if res := s.post(path, admin, s.formOf(path, admin, fields)); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		if res := s.post(path+"/publish", admin, s.formOf(path+"/publish", admin, url.Values{"reason": {bad}})); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", path, res.StatusCode, text(t, res))
		}
		s.reread()
		for _, seen := range []string{path, path + "/history", path + "/compare?a=0&b=1", "/backend/content/links", "/backend/audit", "/backend", "/backend/faq", "/backend/about", "/backend/announcement", "/backend/feed.atom"} {
			page := text(t, s.get(seen, admin))
			for _, runs := range []string{"<script>alert", "<img src=x", `href="javascript:`} {
				if strings.Contains(page, runs) {
					t.Errorf("%s shows %s", seen, runs)
				}
			}
		}
	}
}

func TestContactIsEditedWhole(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const path = "/backend/content/site/contact"
	fields := url.Values{
		"owner": {"สำนักงานทดสอบ"}, "address": {"ถนนใหม่"}, "map": {"https://www.openstreetmap.org/"}, "telephone": {"(+66) 2000 0000"}, "fax": {""},
		"email": {"new@dga.or.th"}, "center": {"ศูนย์ใหม่"}, "center_tel": {"02 000 0000"}, "center_for": {"สอบถาม"}, "follow": {"ติดตามเรา"}, "copyright": {"ลิขสิทธิ์ {ปี} ของใหม่"},
		"social.0.name": {"ที่สอง"}, "social.0.url": {"https://b.example"}, "social.0.place": {"2"},
		"social.1.name": {"ที่หนึ่ง"}, "social.1.url": {"https://a.example"}, "social.1.place": {"1"},
		"social.2.name": {"ลบ"}, "social.2.url": {"https://c.example"}, "social.2.drop": {"1"},
	}
	s.post(path, admin, s.formOf(path, admin, fields))
	s.post(path+"/publish", admin, s.formOf(path+"/publish", admin, url.Values{"reason": {"ย้ายสำนักงาน"}}))
	s.reread()
	page := text(t, s.get("/backend/contact", nil))
	for _, want := range []string{"ถนนใหม่", "02 000 0000", "new@dga.or.th", "ลิขสิทธิ์ 25", "ของใหม่"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	one, two := strings.Index(page, "ที่หนึ่ง"), strings.Index(page, "ที่สอง")
	if one < 0 || two < one || strings.Contains(page, "c.example") {
		t.Error("the channels do not stand as they were put")
	}
	bad := s.post(path, admin, s.formOf(path, admin, url.Values{"owner": {"ก"}, "email": {"ไม่ใช่อีเมล"}, "map": {"javascript:alert(1)"}}))
	if body := text(t, bad); bad.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, "อีเมลไม่ถูกต้อง") || !strings.Contains(body, `value="ไม่ใช่อีเมล"`) {
		t.Errorf("%d", bad.StatusCode)
	}
}

func TestPartsOfTheLandingPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const path = "/backend/content/site/landing"
	fields := url.Values{"background": {"ที่มาใหม่"}, "faq_by": {"chosen"}, "steps.0.title": {"ขั้นเดียว"}, "duties.0.icon": {"star"}, "duties.0.title": {"งานเดียว"}}
	for _, part := range []string{"banners", "news", "duties", "steps", "manuals", "background", "faq"} {
		fields.Set(part+"_title", "หัวข้อ "+part)
		if part != "faq" {
			fields.Set(part+"_on", "1")
		}
	}
	s.post(path, admin, s.formOf(path, admin, fields))
	if res := s.post(path+"/publish", admin, s.formOf(path+"/publish", admin, url.Values{"reason": {"ปิด FAQ ชั่วคราว"}})); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", res.StatusCode, text(t, res))
	}
	s.reread()
	page := text(t, s.get("/backend", nil))
	if strings.Contains(page, "หัวข้อ faq") || !strings.Contains(page, "หัวข้อ duties") || !strings.Contains(page, "งานเดียว") || !strings.Contains(page, "ที่มาใหม่") {
		t.Error("the page does not show its parts as they were edited")
	}
}

func TestLinksThatLeadNowhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	if page := text(t, s.get("/backend/content/links", admin)); !strings.Contains(page, "ลิงก์ทั้งหมดมีปลายทาง") {
		t.Errorf("the initial content has broken links:\n%s", after(page, "<h1>"))
	}
	form := s.formOf(questionPath, admin, question("ดู [ที่นี่](/backend/nowhere) [คู่มือ](/backend/manual) [ข้อนี้](/backend/faq#gone) [ข้อนั้น](/backend/faq#token-usage)"))
	s.post(questionPath, admin, form)
	page := text(t, s.get(questionPath+"/publish", admin))
	for address, broken := range map[string]bool{"/backend/nowhere": true, "/backend/faq#gone": true, "/backend/manual": false, "/backend/faq#token-usage": false} {
		if got := strings.Contains(page, ">"+address+"</li>"); got != broken {
			t.Errorf("%s reported: %t", address, got)
		}
	}
}

func TestOrderOfQuestions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const path = "/backend/content/faq-group"
	send := func(places string) *http.Response {
		return s.post(path, admin, url.Values{"form_key": {string(idempotency.New())}, "was": {"usage improvement"}, "order": {"usage", "improvement"}, "place": {places, "1"}})
	}
	if res := send("9"); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d", res.StatusCode)
	}
	s.reread()
	page := text(t, s.get("/backend/faq", nil))
	if strings.Index(page, `id="group-improvement"`) > strings.Index(page, `id="group-usage"`) {
		t.Error("visitors see the old order")
	}
	if res := send("9"); res.StatusCode != http.StatusConflict {
		t.Errorf("an order that is not there any more: %d", res.StatusCode)
	}
}

func TestCountedQuestionsOfTheLandingPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const path = "/backend/content/site/landing"
	page := text(t, s.get(path, admin))
	typed := url.Values{}
	for _, m := range regexp.MustCompile(`<(?:input class="input" type="text"[^>]*|input type="checkbox"[^>]*) name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasSuffix(m[1], ".drop") {
			typed.Set(m[1], html.UnescapeString(m[2]))
		}
	}
	typed.Set("background", "ที่มา")
	typed.Set("faq_by", "counted")
	for i := range 7 {
		typed.Set("duties."+string(rune('0'+i))+".icon", "star")
	}
	s.post(path, admin, s.formOf(path, admin, typed))
	if res := s.post(path+"/publish", admin, s.formOf(path+"/publish", admin, url.Values{"reason": {"ตามผู้อ่าน"}})); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", res.StatusCode, text(t, res))
	}
	const notChosen = "ที่เลิกให้บริการประชาชนแล้ว"
	s.reread()
	if strings.Contains(text(t, s.get("/backend", nil)), notChosen) {
		t.Fatal("the question is there already: it proves nothing")
	}
	s.post("/backend/faq/closed-service-point/helpful", nil, url.Values{"answer": {"yes"}})
	s.now = s.now.Add(time.Hour) // it is counted so often
	s.reread()
	if !strings.Contains(text(t, s.get("/backend", nil)), notChosen) {
		t.Error("what helped readers is not on the landing page")
	}
	if !strings.Contains(text(t, s.get("/backend/content/faq", s.person("admin", ""))), "ช่วยได้ 1 · ไม่ช่วย 0") {
		t.Error("editors do not see it")
	}
}

func TestA62_PreviewIsForEditorsAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	editor := s.person("editor", authz.OPDCAdmin)
	s.post(questionPath, editor, s.formOf(questionPath, editor, question("ร่างที่ยังไม่เผยแพร่")))
	res := s.get(questionPath+"/preview/page", editor)
	if page := text(t, res); res.StatusCode != http.StatusOK || !strings.Contains(page, "ร่างที่ยังไม่เผยแพร่") || !strings.Contains(page, "รหัสผู้ใช้") {
		t.Errorf("%d: not the page with the draft in it", res.StatusCode)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Frame-Options": "SAMEORIGIN", "X-Robots-Tag": "noindex"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	s.reread()
	for who, cookie := range map[string]*http.Cookie{"a visitor": nil, "an officer": s.person("officer", authz.CentralOfficer), "a newcomer": s.person("newcomer", "")} {
		for _, path := range []string{questionPath + "/preview/page", questionPath + "/preview", "/backend/faq"} {
			if page := text(t, s.get(path, cookie)); strings.Contains(page, "ร่างที่ยังไม่เผยแพร่") {
				t.Errorf("%s reads the draft at %s", who, path)
			}
		}
	}
	admin := s.person("admin", authz.DGAAdmin)
	for path, want := range map[string]string{"page/about": "ที่มาโครงการ", "announcement/new-portal": "ประกาศข่าวสาร", "banner/start": "carousel", "site/contact": "ติดต่อเรา", "manual/dga-admin": "ดาวน์โหลดคู่มือการใช้งาน"} {
		if page := text(t, s.get("/backend/content/"+path+"/preview/page", admin)); !strings.Contains(page, want) {
			t.Errorf("the preview of %s has no %q", path, want)
		}
	}
}

func TestFilesOfAnnouncementsAndManuals(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	var old, other string
	if err := s.pool.QueryRow(t.Context(), `SELECT encode(m.file, 'hex'), encode(o.file, 'hex') FROM manuals m, manuals o WHERE m.slug = 'dga-admin' AND o.slug = 'manual-author'`).Scan(&old, &other); err != nil {
		t.Fatal(err)
	}
	publish := func(path string, fields url.Values) {
		t.Helper()
		if res := s.post(path, admin, s.formOf(path, admin, fields)); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", res.StatusCode, text(t, res))
		}
		if res := s.post(path+"/publish", admin, s.formOf(path+"/publish", admin, url.Values{"reason": {"ก"}})); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d %s", res.StatusCode, text(t, res))
		}
	}
	publish("/backend/content/announcement/new-portal", url.Values{"title": {"มีเอกสาร"}, "body": {"ดูเอกสาร"}, "date": {"2026-11-01"}, "shown": {"1"},
		"attachments.0.name": {"แบบฟอร์มขอสิทธิ์"}, "attachments.0.file": {other}})
	publish("/backend/content/manual/dga-admin", url.Values{"title": {"คู่มือผู้ดูแลระบบ"}, "audience": {"dga_admin"}, "group": {"central"},
		"date": {"2026-11-01"}, "file": {other}, "shown": {"1"}})
	s.reread()
	for path, want := range map[string]string{
		"/backend/announcement": `/backend/file/` + other + `?download`, "/backend": "แบบฟอร์มขอสิทธิ์", "/backend/manual": `/backend/file/` + old + `?download`,
	} {
		if page := text(t, s.get(path, nil)); !strings.Contains(page, want) {
			t.Errorf("%s has no %s", path, want)
		}
	}
}

func TestHeadingsOfPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const path = "/backend/content/site/headings"
	fields := url.Values{"home_description": {"อธิบายหน้าหลัก"}, "manual_central_title": {"กลุ่มส่วนกลาง"}, "manual_service_point_title": {"กลุ่มจุดบริการ"}}
	for _, page := range []string{"faq", "manual", "announcement", "contact"} {
		fields.Set(page+"_title", "หัวข้อ "+page)
		fields.Set(page+"_lead", "คำนำ **"+page+"**")
		fields.Set(page+"_description", "อธิบาย "+page)
	}
	s.post(path, admin, s.formOf(path, admin, fields))
	if res := s.post(path+"/publish", admin, s.formOf(path+"/publish", admin, url.Values{"reason": {"ปรับถ้อยคำ"}})); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", res.StatusCode, text(t, res))
	}
	s.reread()
	if page := text(t, s.get("/backend/manual", nil)); !strings.Contains(page, ">กลุ่มส่วนกลาง<") || !strings.Contains(page, ">กลุ่มจุดบริการ<") {
		t.Error("the groups of manuals have their old names")
	}
	for _, page := range []string{"faq", "manual", "announcement", "contact"} {
		got := text(t, s.get("/backend/"+page, nil))
		for _, want := range []string{"<h1>หัวข้อ " + page + "</h1>", "คำนำ <strong>" + page + "</strong>", `content="อธิบาย ` + page + `"`} {
			if !strings.Contains(got, want) {
				t.Errorf("%s has no %s", page, want)
			}
		}
	}
	if !strings.Contains(text(t, s.get("/backend", nil)), `content="อธิบายหน้าหลัก"`) {
		t.Error("the landing page is described as before")
	}
}
