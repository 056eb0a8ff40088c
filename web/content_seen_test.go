package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"portal/internal/kit/authz"
)

// TestPreviewsShowWhatIsEdited: the banner itself, and each page that has a
// heading.
func TestPreviewsShowWhatIsEdited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	page := text(t, s.get("/backend/content/banner/manual/preview", admin))
	if !strings.Contains(page, `src="/backend/content/banner/manual/preview/page#banner-manual"`) {
		t.Errorf("the frame opens elsewhere:\n%s", after(page, "<iframe"))
	}
	if !strings.Contains(text(t, s.get("/backend", nil)), `id="banner-manual"`) {
		t.Error("the banner has no address")
	}
	const headings = "/backend/content/site/headings/preview"
	for asked, want := range map[string]string{
		"": "คำถามที่พบบ่อย (FAQ)", "/backend/manual": "ดาวน์โหลดคู่มือการใช้งาน", "/backend/announcement": "ประกาศข่าวสาร", "/backend/contact": "ติดต่อเรา",
		"/backend/staff": "คำถามที่พบบ่อย (FAQ)", // no page of theirs
	} {
		query := "?" + url.Values{"page": {asked}}.Encode()
		if page := text(t, s.get(headings+"/page"+query, admin)); !regexp.MustCompile(`<h1[^>]*>` + regexp.QuoteMeta(want) + `</h1>`).MatchString(page) {
			t.Errorf("the page %q is another:\n%s", asked, after(page, "<h1"))
		}
		if page := text(t, s.get(headings+query, admin)); asked == "/backend/manual" && !strings.Contains(page, `preview/page?page=%2Fbackend%2Fmanual"`) {
			t.Errorf("the frame shows another page:\n%s", after(page, "<iframe"))
		}
	}
}

// TestNoBanners shows the editors' own sentence in their place.
func TestNoBanners(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const sentence = "ดูแลข้อมูลหน่วยงาน จุดบริการ และคู่มือสำหรับประชาชน"
	if strings.Contains(text(t, s.get("/backend", nil)), sentence) {
		t.Fatal("it is there beside the banners")
	}
	s.exec(`UPDATE banners SET shown = false`)
	s.reread()
	if !strings.Contains(text(t, s.get("/backend", nil)), sentence) {
		t.Error("the sentence is not there")
	}
	if page := text(t, s.get("/backend/content/site/landing", s.person("admin", authz.DGAAdmin))); !strings.Contains(page, `value="`+sentence) {
		t.Error("nobody can edit it")
	}
}

// TestAuditSaysWhatTheFormSays of content that was edited.
func TestAuditSaysWhatTheFormSays(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	s.post(questionPath, admin, s.formOf(questionPath, admin, question("คำตอบใหม่")))
	list := text(t, s.get("/backend/audit?action=content.drafted", admin))
	entry := regexp.MustCompile(`/backend/audit/[0-9]+`).FindString(list)
	if page := text(t, s.get(entry, admin)); !strings.Contains(page, `<th scope="row">คำตอบ</th>`) || strings.Contains(page, `<th scope="row">answer</th>`) {
		t.Errorf("%s", after(page, "ก่อนและหลัง"))
	}
}

// TestEditorHearsThatTheScheduleIsOff where saving calls it off.
func TestEditorHearsThatTheScheduleIsOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	const warning, told = "กำหนดเผยแพร่นี้จะถูกยกเลิก", "กำหนดเผยแพร่เดิมถูกยกเลิก"
	s.post(questionPath, admin, s.formOf(questionPath, admin, question("ก")))
	if page := text(t, s.get(questionPath, admin)); strings.Contains(page, warning) || strings.Contains(page, told) {
		t.Error("there is no schedule yet")
	}
	at := s.now.AddDate(0, 0, 7).Format("2006-01-02T15:04")
	s.post(questionPath+"/publish", admin, s.formOf(questionPath+"/publish", admin, url.Values{"reason": {"ตามแผน"}, "at": {at}}))
	if !strings.Contains(text(t, s.get(questionPath, admin)), warning) {
		t.Error("nobody warns")
	}
	for _, answer := range []string{"ก", "ข"} { // the same again calls nothing off
		s.post(questionPath, admin, s.formOf(questionPath, admin, question(answer)))
		if got := strings.Contains(text(t, s.get(questionPath, admin)), told); got != (answer == "ข") {
			t.Errorf("after %s the editor was told: %t", answer, got)
		}
	}
}
