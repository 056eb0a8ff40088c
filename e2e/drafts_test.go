package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"portal/internal/text/richtext"
)

// TestDraftsAreKept loses a page with text in it.
func TestDraftsAreKept(t *testing.T) {
	t.Parallel()
	p := startEditor(t, sampleText)
	b := openTab(t, 768, 900)
	b.openEditor(p)
	b.caret()
	b.insert("ยังไม่บันทึก")
	b.do(chromedp.Focus("#title"))
	b.insert("ใหม่")
	b.until("a draft", `localStorage.getItem("portal-draft:7-about-3")?.includes("ใหม่")`)
	if asked := b.leave(p.URL + "/saved"); asked != "beforeunload" {
		t.Errorf("leaving asked %q", asked)
	}
	b.openEditor(p)
	b.until("the offer", `document.body.innerText.includes("พบข้อความที่ยังไม่ได้บันทึกเมื่อ")`)
	b.clean("draft found")
	b.do(clickOn(".draft .button:not(.button--quiet)"))
	b.until("the text", `document.querySelector("trix-editor").textContent.includes("ยังไม่บันทึก") && document.querySelector("#title").value.includes("ใหม่")`)
	b.clean("draft brought back")
	sent := b.save(p)
	if !strings.Contains(richtext.Parse(sent, "body"), "ยังไม่บันทึก") {
		t.Errorf("sent %q", sent)
	}
	if n := evaluate[int](b, "localStorage.length"); n != 0 {
		t.Errorf("%d drafts after saving", n)
	}
	b.openEditor(p) // what was saved is no draft, and nothing holds the leaver
	if strings.Contains(b.text(), "ยังไม่ได้บันทึกเมื่อ") {
		t.Error("what was saved is offered")
	}
	b.open(p.URL + "/saved")
}

// TestOrderOfRowsIsKept brings back rows that were moved, and moves another.
func TestOrderOfRowsIsKept(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, 768, 900)
	b.signIn(p, "sample-dga-admin")
	const first = `[...document.querySelectorAll("[name$='.title'][name^='duties']")].map((f) => f.value).slice(0, 3).join(" ")`
	b.open(p.base + "/backend/content/site/landing")
	b.until("the buttons", `document.querySelector("form[data-kept]")`)
	down := func(name string) {
		evaluate[bool](b, `document.getElementById("duties.`+name+`.place").closest("[data-order-item]").querySelector("[data-order-move='1']").click() ?? true`)
	}
	down("0")
	want := evaluate[string](b, first)
	b.until("a draft", `Object.keys(localStorage).some((k) => k.startsWith("portal-draft:"))`)
	b.open(p.base + "/backend/content/site/landing")
	b.until("the offer", `document.querySelector(".draft .button")`)
	b.do(clickOn(".draft .button:not(.button--quiet)"))
	b.until("the order", fmt.Sprintf("%s === %q", first, want))
	down("3")
	if got := evaluate[string](b, first); got != want || evaluate[string](b, `document.getElementById("duties.1.place").value`) != "1" {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestTypedBeforeTheEditorCame keeps what was typed into the plain field while
// the rich editor was on its way over a slow line.
func TestTypedBeforeTheEditorCame(t *testing.T) {
	t.Parallel()
	p := startEditor(t, sampleText)
	late := make(chan struct{})
	p.late = late
	b := openTab(t, 360, 740)
	b.open(p.URL + "/edit")
	b.do(chromedp.Focus("textarea#body"))
	b.insert("พิมพ์ก่อน ")
	close(late)
	b.until("the editor", `document.querySelector("form[data-kept]") && document.querySelector("[data-rich-ready]")`)
	if got := evaluate[string](b, `document.activeElement.value ?? ""`); !strings.Contains(got, "พิมพ์ก่อน") {
		t.Errorf("where one types stands %q", got)
	}
	b.until("a draft", `localStorage.getItem("portal-draft:7-about-3")?.includes("พิมพ์ก่อน")`)
	if asked := b.leave(p.URL + "/saved"); asked != "beforeunload" {
		t.Errorf("leaving asked %q", asked)
	}
	b.openEditor(p)
	b.until("the offer", `document.body.innerText.includes("พบข้อความที่ยังไม่ได้บันทึกเมื่อ")`)
	b.do(clickOn(".draft .button:not(.button--quiet)"))
	b.until("the text", `document.querySelector("#body").value.includes("พิมพ์ก่อน")`)
	if sent := b.save(p); !strings.Contains(richtext.Parse(sent, "body"), "พิมพ์ก่อน") {
		t.Errorf("sent %q", sent)
	}
}

// leave goes to another page, says yes to what the browser asks, and returns
// what kind of question that was.
func (b *tab) leave(address string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	asked := ""
	dialogs := chromedp.Events(ctx, page.JavascriptDialogOpening)
	b.do(clickOn("#title")) // browsers ask only people who did something
	evaluate[bool](b, fmt.Sprintf(`setTimeout(() => location.assign(%q), 50) > 0`, address))
	for d, err := range dialogs {
		if err != nil {
			b.t.Fatal(err)
		}
		asked = string(d.Type)
		break
	}
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		return err
	}))
	b.do(chromedp.WaitVisible("[data-saved]"))
	return asked
}

func TestOrderByEveryMeans(t *testing.T) {
	t.Parallel()
	for _, width := range []int64{360, 1360} {
		p := startEditor(t, "ก")
		b := openTab(t, width, 900)
		b.openEditor(p)
		order := func() string {
			return evaluate[string](b, `[...document.querySelectorAll("[name=order]")].map((f) => f.value).join("") + [...document.querySelectorAll("[name=place]")].map((f) => f.value).join("")`)
		}
		b.do(chromedp.Focus(`[data-order-item]:nth-child(1) [data-order-move="1"]`))
		b.press(kb.Enter)
		if got := order(); got != "bac123" {
			t.Errorf("after the button %s", got)
		}
		if got := evaluate[string](b, `document.activeElement.getAttribute("aria-label") + document.querySelector("[data-order-say]").textContent`); got != "เลื่อนลง: แบนเนอร์หนึ่งแบนเนอร์หนึ่ง อยู่ลำดับที่ 2 จาก 3 ยังไม่ได้บันทึก" {
			t.Errorf("said %q", got)
		}
		b.do(chromedp.Focus(`[data-order-item]:nth-child(3) [data-order-place]`))
		evaluate[bool](b, `document.activeElement.select() ?? true`)
		b.insert("1")
		b.press(kb.Enter)
		if got := order(); got != "cba123" {
			t.Errorf("after the number %s", got)
		}
		b.dragFirstBelow(3)
		if got := order(); got != "bac123" {
			t.Errorf("after the drag %s", got)
		}
		b.clean("order")
		if sent := b.save(p); strings.Join(sent["order"], "")+strings.Join(sent["place"], "") != "bac123" {
			t.Errorf("sent %q", sent)
		}
	}
}

// dragFirstBelow drags the first line below the n-th.
func (b *tab) dragFirstBelow(n int) {
	b.t.Helper()
	evaluate[bool](b, `(document.querySelector("ol[data-order]").scrollIntoView({block: "center"}), true)`)
	at := evaluate[[]float64](b, fmt.Sprintf(`(() => { const g = document.querySelector("[data-order-grip]").getBoundingClientRect(), l = document.querySelector("[data-order-item]:nth-child(%d)").getBoundingClientRect(); return [g.x + 10, g.y + 10, l.bottom - 3] })()`, n))
	mouse := func(kind input.DispatchMouseEventType, y float64) {
		b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: y, Button: input.MouseButtonLeft, ClickCount: 1})
			return err
		}))
	}
	mouse(input.DispatchMouseEventTypeMousePressed, at[1])
	mouse(input.DispatchMouseEventTypeMouseMoved, at[1]+20)
	mouse(input.DispatchMouseEventTypeMouseMoved, at[2])
	mouse(input.DispatchMouseEventTypeMouseReleased, at[2])
}
