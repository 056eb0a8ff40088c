package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var publicPages = []string{
	"/backend", "/backend/guideline", "/backend/manual", "/backend/about", "/backend/faq", "/backend/contact",
	"/backend/policy/website", "/backend/policy/privacy", "/backend/policy/security", "/backend/login", "/backend/logout/done",
}

// TestPagesAreClean opens every public page on a telephone and on a desk, in
// both themes.
func TestPagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, narrow, 900)
	for _, contrast := range []bool{false, true} {
		if contrast {
			b.open(p.base + "/backend/about")
			b.click(`button[value="contrast-on"]`)
		}
		for _, path := range publicPages {
			if status := b.open(p.base + path); status != http.StatusOK && status != http.StatusNotModified {
				t.Errorf("%s: %d", path, status)
			}
			if contrast {
				b.colours(path + " high contrast")
			} else {
				b.clean(path)
			}
		}
	}
}

// signIn goes from the landing page to the local Digital ID and comes back as
// the person who has subject.
func (b *tab) signIn(p portal, subject string) {
	b.t.Helper()
	b.open(p.base + "/backend/login")
	b.click(`a[href^="/backend/login/digitalid"]`)
	b.click(`button[value="` + subject + `"]`)
}

// TestFirstSignIn is the first day of a new officer, on a telephone: sign in,
// slip, redeem, look at the profile, sign out.
func TestFirstSignIn(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			p := startPortal(t)
			b := openTab(t, 360, 740)
			if !scripts {
				b.withoutScripts()
			}
			b.signIn(p, "sample-newcomer")
			if b.path() != "/backend/token" {
				t.Fatalf("signed in to %s:\n%s", b.path(), b.text())
			}
			code := p.tokens["เจ้าหน้าที่ส่วนกลาง"]
			b.do(chromedp.Focus(`input[name="token"]`))
			b.insert(code[:9])
			if status := b.click(`main button[type="submit"], main form button`); status != http.StatusUnprocessableEntity || !strings.Contains(b.text(), "16 ตัวอักษร") {
				t.Errorf("half a code: %d\n%s", status, b.text())
			}
			if kept := evaluate[string](b, `document.querySelector('input[name="token"]').value`); kept != code[:9] {
				t.Errorf("what was typed is now %q", kept)
			}
			evaluate[bool](b, `document.querySelector('input[name="token"]').select() ?? true`)
			b.insert(strings.ToLower(code))
			b.click(`main button[type="submit"], main form button`)
			if b.path() != "/backend/profile" || !strings.Contains(b.text(), "กรมการขนส่งทางบก") || !strings.Contains(b.text(), "ยืนยันสิทธิ์เรียบร้อยแล้ว") {
				t.Errorf("after the code: %s\n%s", b.path(), b.text())
			}
			b.follow(chromedp.Submit(`form[action="/backend/logout"]`))
			if b.path() != "/backend/logout/done" {
				t.Errorf("signed out to %s", b.path())
			}
			b.open(p.base + "/backend/profile")
			if b.path() != "/backend/login" {
				t.Errorf("after sign-out the profile leads to %s", b.path())
			}
		})
	}
}

// TestOfficePagesAreClean looks at the pages of somebody who is signed in.
func TestOfficePagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, narrow, 900)
	b.signIn(p, "sample-two-hats")
	if b.path() != "/backend/profile" {
		t.Fatalf("signed in to %s", b.path())
	}
	b.clean("profile")
	b.open(p.base + "/backend/token")
	b.clean("token form")
}

// TestKeyboardAlone signs in without a mouse: Tab to the skip link, Enter.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, 1360, 900)
	b.open(p.base + "/backend/login?return=/backend/token")
	tabTo(b, `a[href^="/backend/login/digitalid"]`)
	b.follow(chromedp.KeyEvent(kb.Enter))
	tabTo(b, `button[value="sample-newcomer"]`)
	b.follow(chromedp.KeyEvent(kb.Enter))
	tabTo(b, `input[name="token"]`)
	b.insert(p.tokens["เจ้าหน้าที่จุดบริการ"])
	b.follow(chromedp.KeyEvent(kb.Enter))
	if b.path() != "/backend/profile" || !strings.Contains(b.text(), "สำนักงานขนส่งจังหวัดเชียงใหม่") {
		t.Errorf("%s\n%s", b.path(), b.text())
	}
}

// tabTo presses Tab until the element has the focus.
func tabTo(b *tab, css string) {
	b.t.Helper()
	for range 60 {
		if evaluate[bool](b, "document.activeElement.matches(`"+css+"`)") {
			return
		}
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	b.t.Fatalf("Tab never reaches %s", css)
}

// TestAnswerHasAnAddress opens an answer by its address, without scripts.
func TestAnswerHasAnAddress(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, 360, 740)
	b.withoutScripts()
	b.open(p.base + "/backend/faq#token-usage")
	if !strings.Contains(b.text(), "ใช้ได้เพียงครั้งเดียว") {
		t.Error("the answer stays closed")
	}
}
