package e2e

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func asking(query string) string { return "/backend/search?" + url.Values{"q": {query}}.Encode() }

// TestFindingPagesAreClean looks at every answer that the search page has, the
// announcements, an answer that opens, and the editors' report.
func TestFindingPagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	pages := map[string]string{
		"search": "/backend/search", "search found": asking("รหัสผู้ใช"), "search many": asking("ข้อมูล"), "search one": asking("ที่ตั้งสำนักงาน"),
		"search nothing": asking("ดาวอังคาร"), "search slip": asking("โปสเตอรร์"), "search layout": asking("isylz^hg=h"),
		"search sentence": asking("ถ้าจำรหัสผ่านไม่ได้ต้องติดต่อที่ไหน"), "search long": asking(strings.Repeat("กขค", 60)),
		"announcements": "/backend/announcement", "answer": "/backend/faq#devices", "thanks": "/backend/faq#thanks-devices",
	}
	b := openTab(t, narrow, 900)
	for _, contrast := range []bool{false, true} {
		if contrast {
			b.open(p.base + asking("Token"))
			b.click(`button[value="contrast-on"]`)
			if got := evaluate[string](b, `document.querySelector("#q").value`); got != "Token" {
				t.Errorf("a choice of contrast forgets the question: %q", got)
			}
		}
		for name, path := range pages {
			b.do(chromedp.Navigate("about:blank")) // so that an anchor is a new page
			if status := b.open(p.base + path); status != http.StatusOK && status != http.StatusNotModified {
				t.Errorf("%s: %d", path, status)
			}
			evaluate[bool](b, `document.querySelector(".search details")?.setAttribute("open", "") ?? true`)
			if contrast {
				b.colours("finding " + name + " high contrast")
			} else {
				b.clean("finding " + name)
			}
		}
	}
	b.signIn(p, "sample-dga-admin")
	b.open(p.base + "/backend/content/searches")
	b.clean("finding report")
}

// TestFindAnAnswerAndSayThatItHelped is a reader on a telephone: open the menu,
// search with a slip, open the answer, say that it helped.
func TestFindAnAnswerAndSayThatItHelped(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			p := startPortal(t)
			b := openTab(t, 360, 740)
			if !scripts {
				b.withoutScripts()
			}
			b.open(p.base + "/backend")
			b.do(clickOn(`button[popovertarget="menu"].fold:not(.fold--close)`), chromedp.WaitVisible(`#find-menu`), chromedp.Focus(`#find-menu`))
			b.insert("จัดการ อุปกรน์")
			b.follow(chromedp.KeyEvent(kb.Enter))
			if b.path() != "/backend/search" || !strings.Contains(b.text(), "แสดงคำที่ใกล้เคียง") {
				t.Fatalf("%s\n%s", b.path(), b.text())
			}
			b.open(p.base + asking("รหัสผู้ใช"))
			if evaluate[bool](b, `!!document.querySelector("details[open]")`) {
				t.Error("one of several answers is open")
			}
			b.do(clickOn(`.search summary`), chromedp.WaitVisible(`.search details[open] .helpful`))
			b.picture("finding opened")
			status := b.click(`.helpful button[value="yes"]`)
			hash := evaluate[string](b, `location.hash`)
			if b.path() != "/backend/faq" || status != http.StatusOK || hash != "#thanks-token-usage" {
				t.Fatalf("%d, %s%s", status, b.path(), hash)
			}
			b.do(chromedp.WaitVisible(`.answer__thanks:target`))
			inSight := func() bool {
				return evaluate[bool](b, `(() => { const t = document.querySelector(":target"), box = t.getBoundingClientRect();
					return t.closest("details").open && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight
						&& getComputedStyle(t.closest(".answer").querySelector(".helpful")).display === "none" })()`)
			}
			for end := time.Now().Add(8 * time.Second); !inSight() && time.Now().Before(end); { // it may still be scrolling there
			}
			if !inSight() {
				t.Error("the thanks are not in sight, or the question stays")
			}
			b.picture("finding thanked")
		})
	}
}

// TestSearchBoxOnADesk types into the box above the masthead.
func TestSearchBoxOnADesk(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, 1360, 900)
	b.open(p.base + "/backend/about")
	tabTo(b, "#find-top")
	b.insert("g-hkl^jit[[")
	b.follow(chromedp.KeyEvent(kb.Enter))
	if !strings.Contains(b.text(), "เข้าสู่ระบบ") || evaluate[int](b, `document.querySelectorAll("mark").length`) == 0 {
		t.Errorf("%s", b.text())
	}
}

// TestPrint prints what people take with them: every answer is open, nothing
// to press is left, links are written out.
func TestPrint(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, 1360, 900)
	for name, path := range map[string]string{"faq": "/backend/faq", "guideline": "/backend/guideline", "announcement": "/backend/announcement", "search": asking("Token")} {
		b.open(p.base + path)
		b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
			return err
		}))
		faults := evaluate[[]string](b, `[
			...[...document.querySelectorAll("details .prose")].filter(e => e.getBoundingClientRect().height < 10).map(e => "closed: " + e.textContent.slice(0, 40)),
			...[...document.querySelectorAll("nav, form, button, .answer__foot, .topbar")].filter(e => e.checkVisibility()).map(e => "left: " + e.outerHTML.slice(0, 80)),
		]`)
		for _, f := range faults {
			t.Errorf("%s: %s", name, f)
		}
		if from := evaluate[string](b, `document.querySelector(".printed")?.innerText ?? ""`); name != "search" && !strings.HasPrefix(from, "พิมพ์จาก "+p.base+path+" · สงวนลิขสิทธิ์") {
			t.Errorf("%s says it was printed from %q", name, from)
		}
		if *screenshots == "" {
			continue
		}
		pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*screenshots, "print-"+name+".pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
