package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// fill types into a field in place of what stands in it.
func (b *tab) fill(css, text string) {
	b.t.Helper()
	evaluate[bool](b, fmt.Sprintf("document.querySelector(%q).select() ?? true", css))
	b.insert(text)
}

func TestEditorsPagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, narrow, 900)
	b.signIn(p, "sample-dga-admin")
	for name, path := range map[string]string{
		"questions": "faq", "groups": "faq-group", "banners": "banner", "announcements": "announcement", "manuals": "manual", "pages": "page", "site": "site",
		"question": "faq/token-usage", "new announcement": "announcement/new", "banner": "banner/start", "manual": "manual/dga-admin",
		"long page": "page/policy-privacy", "landing": "site/landing", "contact": "site/contact", "links": "links", "no history": "faq/token-usage/history",
		"preview": "faq/token-usage/preview", "preview on a telephone": "banner/start/preview?width=phone",
	} {
		if status := b.open(p.base + "/backend/content/" + path); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		b.clean(fmt.Sprint("editor ", name))
	}
	b.open(p.base + "/backend/content/faq/token-usage")
	b.fill("#question", "ก")
	evaluate[bool](b, `document.querySelector("#question").removeAttribute("maxlength") ?? true`)
	b.fill("#question", strings.Repeat("ยาว", 110))
	b.click(`#editor button[type=submit]`)
	b.forget() // the console speaks of the refusal
	b.clean("editor refused")
	b.fill("#question", "รหัส Token ใช้อย่างไรให้ปลอดภัย")
	b.click(`#editor button[name=then]`)
	b.clean("editor before publishing")
	b.open(p.base + "/backend/content/faq")
	b.clean("editor list with a draft")
	b.open(p.base + "/backend/content/faq/token-usage/publish")
	b.fill("#reason", "ให้อ่านง่าย")
	b.click(`form[action$="/publish"] button[type=submit]`)
	b.clean("editor published")
	b.open(p.base + "/backend/content/faq/token-usage/history")
	b.clean("editor history")
	b.click(`form[action$="/compare"] button`)
	b.clean("editor compare")
}

// TestEditingWithoutScripts writes, publishes, compares and restores on a telephone.
func TestEditingWithoutScripts(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, 360, 740)
	b.withoutScripts()
	b.signIn(p, "sample-opdc-admin")
	b.open(p.base + "/backend/content/announcement/new")
	b.fill("#title", "ปิดปรับปรุงระบบคืนวันเสาร์")
	b.fill("#body", "ระบบจะหยุดให้บริการ **สองชั่วโมง**")
	evaluate[string](b, `document.querySelector("#date").value = "2026-11-28"`)
	b.click(`#editor button[name=then]`)
	if !strings.HasSuffix(b.path(), "/publish") {
		t.Fatalf("at %s\n%s", b.path(), b.text())
	}
	b.fill("#reason", "แจ้งล่วงหน้า")
	b.click(`form[action$="/publish"] button[type=submit]`)
	if !strings.Contains(b.text(), "เผยแพร่แล้ว") {
		t.Errorf("%s", b.text())
	}
	for start := time.Now(); ; b.open(p.base + "/backend/announcement") { // visitors see it within a second
		if strings.Contains(b.text(), "ปิดปรับปรุงระบบคืนวันเสาร์") && evaluate[bool](b, `document.querySelector(".prose strong")?.textContent === "สองชั่วโมง"`) {
			break
		}
		if time.Since(start) > patience {
			t.Fatalf("visitors do not see it:\n%s", b.text())
		}
	}
	b.open(p.base + "/backend/content/announcement")
	b.open(evaluate[string](b, `[...document.querySelectorAll(".content__link")].find(a => a.textContent.includes("ปิดปรับปรุง")).href`))
	b.fill("#title", "ปิดปรับปรุงระบบคืนวันอาทิตย์")
	b.click(`#editor button[type=submit]`)
	b.click(`a[href$="/discard"]`)
	b.click(`form[action$="/discard"] button`)
	if !strings.Contains(b.text(), "ทิ้งฉบับร่างแล้ว") || !strings.Contains(b.text(), "คืนวันเสาร์") {
		t.Errorf("%s", b.text())
	}
}
