package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPeoplePagesAreClean looks at every page of จัดการรายละเอียดผู้ใช้งาน.
func TestPeoplePagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, narrow, 900)
	b.signIn(p, "sample-two-hats") // with their long name from now on
	b.follow(chromedp.Submit(`form[action="/backend/logout"]`))
	b.signIn(p, "sample-central-officer")
	b.pageIsClean(p, "/backend/staff", "people officer")
	b.pageIsClean(p, "/backend/staff?q=ไม่มีใคร", "people none")
	b.open(p.base + "/backend/staff?role=manual_author")
	b.click(`a[href*="/edit"]`)
	b.clean("people edit")
	b.open(p.base + "/backend/staff?role=manual_author")
	b.click(`a.people__name`)
	b.clean("people person officer")
	b.open(p.base + "/backend/staff?role=central_officer")
	b.click(`a[href*="/remove"]`)
	b.clean("people remove last")
	b.follow(chromedp.Submit(`form[action="/backend/logout"]`))
	b.signIn(p, "sample-dga-admin")
	b.pageIsClean(p, "/backend/staff", "people admin")
	b.pageIsClean(p, "/backend/staff?unit_q=สำนักงาน", "people several units")
	b.open(p.base + "/backend/staff?role=manual_author")
	b.click(`a.people__name`)
	b.clean("people person admin")
	person := b.path()
	for _, order := range []string{"suspend", "restore", "end-sessions"} {
		b.pageIsClean(p, person+"/"+order, "people "+order)
	}
}

func (b *tab) pageIsClean(p portal, path, name string) {
	b.t.Helper()
	if status := b.open(p.base + path); status != http.StatusOK && status != http.StatusUnprocessableEntity {
		b.t.Errorf("%s: %d", path, status)
	}
	b.mu.Lock()
	b.logs = nil // the console notes a 422 of its own accord
	b.mu.Unlock()
	b.clean(name)
}

// TestOfficerManagesPeople is a central officer's errand: find somebody, give
// another role, take it away; on a telephone.
func TestOfficerManagesPeople(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			p := startPortal(t)
			b := openTab(t, 360, 740)
			if !scripts {
				b.withoutScripts()
			}
			b.signIn(p, "sample-manual-author")
			b.follow(chromedp.Submit(`form[action="/backend/logout"]`))
			b.signIn(p, "sample-central-officer")
			b.open(p.base + "/backend/staff")
			b.do(chromedp.Focus(`input[name="q"]`))
			b.insert("ปิยะ")
			b.click(`.filters button[type="submit"]`)
			if !strings.Contains(b.text(), "ปิยะพงษ์ แก้วมณี") || strings.Contains(b.text(), "ใจดี\nsomying") {
				t.Fatalf("the search shows\n%s", b.text())
			}
			list := evaluate[string](b, "location.search")
			b.click(`a[href*="/edit"]`)
			evaluate[bool](b, `(document.querySelector("#role").value = "manual_reviewer") !== ""`)
			b.do(chromedp.Focus(`#reason`))
			b.insert("ปรับหน้าที่ประจำปี")
			b.click(`main form button[type="submit"]`)
			if b.path() != "/backend/staff" || evaluate[string](b, "location.search") != list || !strings.Contains(b.text(), "เรียบร้อยแล้ว") || !strings.Contains(b.text(), "เจ้าหน้าที่ตรวจคู่มือ") {
				t.Fatalf("after the change: %s\n%s", b.path(), b.text())
			}
			b.click(`a.people__name`)
			for _, word := range []string{"แก้ไขโดย สมหญิง ใจดี", "เดิมเป็นเจ้าหน้าที่จัดทำคู่มือ", "ปรับหน้าที่ประจำปี"} {
				if !strings.Contains(b.text(), word) {
					t.Errorf("the person's page lacks %q\n%s", word, b.text())
				}
			}
			b.click(`a[href*="/remove"]`)
			b.do(chromedp.Focus(`#reason`))
			b.insert("ลาออก")
			b.click(`main form button[type="submit"]`)
			if !strings.Contains(b.text(), "ไม่มีสิทธิ์ในหน่วยงานของท่านแล้ว") {
				t.Errorf("after the removal: %s\n%s", b.path(), b.text())
			}
		})
	}
}
