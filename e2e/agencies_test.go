package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// agencyPath finds an agency by its code and returns its page's path.
func (b *tab) agencyPath(p portal, code string) string {
	b.t.Helper()
	b.open(p.base + "/backend/agencies?q=" + code)
	return evaluate[string](b, `document.querySelector('tbody th a').getAttribute('href')`)
}

// TestAgencyPagesAreClean opens the pages of หน่วยงานและโครงสร้าง as those who
// may see them.
func TestAgencyPagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, narrow, 900)
	b.signIn(p, "sample-dga-admin")
	point := b.agencyPath(p, "080040005001")
	department := b.agencyPath(p, "08004000")
	for name, path := range map[string]string{
		"agencies top": "/backend/agencies", "agencies level": "/backend/agencies?under=" + strings.TrimPrefix(department, "/backend/agencies/"),
		"agencies found": "/backend/agencies?q=สำนักงาน&kind=department&state=shown", "agencies none": "/backend/agencies?q=ไม่มีชื่อนี้",
		"agencies undecided": "/backend/agencies?unit_q=ขนส่ง", "agency": department, "agency point": point,
		"agency new": "/backend/agencies/new", "agency edit": department + "/edit", "agency move": department + "/move", "agency hide": department + "/hide",
		"agency import": "/backend/agencies/import",
	} {
		if status := b.open(p.base + path); status != http.StatusOK {
			t.Errorf("%s: %d", name, status)
		}
		b.clean(name)
	}
	b.open(p.base + "/backend/agencies/new")
	b.follow(chromedp.Submit(`main form`))
	b.mu.Lock()
	b.logs = nil // the browser remarks on the 422
	b.mu.Unlock()
	b.clean("agency new refused")
	b.send(p, "refused.csv", "code,parent_code,kind,name\n77000000,,กระทรวง,กระทรวงใหม่\n7701,771,กรม,กรมใหม่\n08004000,08000000,กรม,กรมการขนส่งทางบก (ใหม่)\n")
	b.clean("agency import refused")
	b.send(p, "good.csv", "code,parent_code,kind,name\n77000000,,กระทรวง,กระทรวงใหม่\n")
	b.clean("agency import good")
	o := openTab(t, narrow, 900)
	o.signIn(p, "sample-central-officer")
	o.open(p.base + "/backend/agencies")
	o.clean("agencies officer")
	o.open(p.base + department)
	o.clean("agency officer")
}

// send chooses a file on the import page and sends it.
func (b *tab) send(p portal, name, content string) {
	b.t.Helper()
	file := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.open(p.base + "/backend/agencies/import")
	b.do(chromedp.SetUploadFiles(`#file`, []string{file}))
	b.click(`main form button[type="submit"]`)
}

// TestAgencyJourney adds a unit, moves it and hides it, with and without scripts.
func TestAgencyJourney(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			p := startPortal(t)
			b := openTab(t, 360, 740)
			if !scripts {
				b.withoutScripts()
			}
			b.signIn(p, "sample-dga-admin")
			b.open(p.base + "/backend/agencies/new")
			b.choose("ขนส่ง", "กรมการขนส่งทางบก", scripts)
			for field, value := range map[string]string{"code": "080040005002", "name": "สำนักงานขนส่งจังหวัดลำปาง"} {
				b.do(chromedp.Focus("#" + field))
				b.insert(value)
			}
			evaluate[bool](b, `(document.querySelector('#kind').value = 'service_point') !== ''`)
			b.click(`main form .actions button[type="submit"]`)
			if !strings.Contains(b.text(), "เพิ่มหน่วยงานแล้ว") || !strings.Contains(b.text(), "กรมการขนส่งทางบก") {
				t.Fatalf("added: %s\n%s", b.path(), b.text())
			}
			page := b.path()
			b.open(p.base + page + "/move")
			b.choose("สำนักงาน", "สำนักงานคณะกรรมการพัฒนาระบบราชการ", scripts)
			b.do(chromedp.Focus("#reason"))
			b.insert("ปรับโครงสร้าง")
			b.click(`main form .actions button[type="submit"]`)
			if !strings.Contains(b.text(), "ย้ายหน่วยงานแล้ว") || !strings.Contains(b.text(), "สำนักงานคณะกรรมการพัฒนาระบบราชการ") {
				t.Fatalf("moved: %s\n%s", b.path(), b.text())
			}
			b.click(`a[href="` + page + `/hide"]`)
			b.do(chromedp.Focus("#reason"))
			b.insert("ยุบจุดบริการ")
			b.click(`main form .actions button[type="submit"]`)
			if !strings.Contains(b.text(), "ซ่อนหน่วยงานแล้ว") || !strings.Contains(b.text(), "เหตุผล: ยุบจุดบริการ") {
				t.Fatalf("hidden: %s\n%s", b.path(), b.text())
			}
			b.follow(chromedp.Submit(`form[action="` + page + `/show"]`))
			if !strings.Contains(b.text(), "แสดงหน่วยงานแล้ว") {
				t.Errorf("shown: %s\n%s", b.path(), b.text())
			}
		})
	}
}

// choose finds a unit in the picker of a form.
func (b *tab) choose(text, unit string, scripts bool) {
	b.t.Helper()
	b.do(chromedp.Focus("#unit"))
	b.insert(text)
	if !scripts {
		b.click(`button[name="find"]`)
		evaluate[bool](b, `[...document.querySelectorAll('.choice')].find(l => l.innerText.startsWith("`+unit+`")).querySelector('input').click() ?? true`)
		return
	}
	b.do(chromedp.WaitVisible(`#unit-list [role="option"]`))
	b.picture("picker open")
	for range 20 {
		b.do(chromedp.KeyEvent(kb.ArrowDown))
		if evaluate[bool](b, `document.querySelector('#unit-list [aria-selected="true"]').firstChild.data === "`+unit+`"`) {
			break
		}
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	if got := evaluate[string](b, `document.querySelector('#unit').value`); got != unit {
		b.t.Fatalf("%q is in the picker, want %q", got, unit)
	}
}
