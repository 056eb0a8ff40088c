package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"portal/internal/richtext"
	"portal/internal/worddiff"
	"portal/static"
	"portal/templates/component"
	"portal/templates/layout"
	"portal/web"
)

const samplePicture = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// editorPage is a page with all that editors use, under the real policy. It
// keeps what was sent last.
type editorPage struct {
	*httptest.Server
	mu    sync.Mutex
	value string
	sent  url.Values
}

func startEditor(t *testing.T, value string) *editorPage {
	t.Helper()
	p := &editorPage{value: value}
	mux := http.NewServeMux()
	mux.Handle("/backend/static/", static.Handler())
	mux.HandleFunc("/backend/content/convert", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(web.ConvertText(r.PostFormValue("html"), r.PostFormValue("markdown")))
	})
	mux.HandleFunc("/pictures", func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `[{"hash":%q,"name":"ตราสัญลักษณ์ของหน่วยงาน.png","width":64,"height":64}]`, samplePicture)
	})
	mux.HandleFunc("/backend/file/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, static.Path("images/favicon.png"), http.StatusFound)
	})
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/edit", p.edit)
	mux.HandleFunc("/saved", func(w http.ResponseWriter, r *http.Request) {
		mark := ""
		if r.URL.Query().Has("done") {
			mark = "7-about-3"
		}
		p.page(w, r, `<h1>บันทึกแล้ว</h1><p data-saved="`+mark+`">อื่น ๆ</p>`, nil)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *editorPage) edit(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodPost {
		_ = r.ParseForm()
		p.sent, p.value = r.PostForm, richtext.Parse(r.PostForm, "body")
		http.Redirect(w, r, "/saved?done", http.StatusSeeOther)
		return
	}
	p.page(w, r, "", func(ctx context.Context, w http.ResponseWriter) error {
		_, _ = fmt.Fprint(w, `<h1>แก้ไขที่มาโครงการ</h1><form method="post" action="/edit" data-keep="7-about-3" class="card"><div class="field"><label for="title">ชื่อเรื่อง</label><input class="input" id="title" name="title" value="ที่มาโครงการ"></div>`)
		err := component.RichText(component.RichField{
			Name: "body", Label: "เนื้อหา", Hint: "แบ่งเป็นส่วนด้วยหัวข้อ", Value: p.value, Pictures: "/pictures", Convert: "/backend/content/convert",
			Pages: []component.Option{{Value: "/backend/faq", Label: "คำถามที่พบบ่อย"}, {Value: "/backend/manual", Label: "คู่มือ"}},
		}).Render(ctx, w)
		if err != nil {
			return err
		}
		if err := component.Order("ลำดับแบนเนอร์", []component.OrderItem{{Key: "a", Title: "แบนเนอร์หนึ่ง", Note: "แสดงอยู่"}, {Key: "b", Title: "แบนเนอร์สองที่มีชื่อยาวมากเพื่อดูว่าตัดบรรทัดได้"}, {Key: "c", Title: "แบนเนอร์สาม"}}).Render(ctx, w); err != nil {
			return err
		}
		_, _ = fmt.Fprint(w, `<p><button class="button" id="save">บันทึก</button></p></form><h2>เทียบกับฉบับที่เผยแพร่</h2>`)
		return component.WordDiff(worddiff.Diff("ผู้ปฏิบัติงานต้องส่งข้อมูลภายในสิบห้าวัน", "ผู้ปฏิบัติงานต้องส่งข้อมูลภายในเจ็ดวันทำการ")).Render(ctx, w)
	})
}

// page renders body in the frame of the office with the real policy.
func (p *editorPage) page(w http.ResponseWriter, r *http.Request, body string, more func(context.Context, http.ResponseWriter) error) {
	w.Header().Set("Content-Security-Policy", web.Policy("http://localhost", true))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	frame := layout.Office(layout.Page{Title: "แก้ไข", Path: r.URL.Path, NoIndex: true, Sheets: []string{"css/editor.css"},
		Scripts: []string{"js/form.js", "js/richtext.js", "js/draft.js", "js/order.js"}})
	var page strings.Builder
	_ = frame.Render(r.Context(), &page)
	before, after, _ := strings.Cut(page.String(), "</main>")
	_, _ = fmt.Fprint(w, before, body)
	if more != nil {
		_ = more(r.Context(), w)
	}
	_, _ = fmt.Fprint(w, "</main>", after)
}

func (p *editorPage) got() url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent
}

const sampleText = "## หัวข้อแรก\n\nย่อหน้า **ตัวหนา** และ*ตัวเอียง* กับ[คำถาม](/backend/faq)\n\nย่อหน้าที่สอง\\\nบรรทัดใหม่\n\n- หนึ่ง\n- สอง\n  - สองจุดหนึ่ง\n\n1. ก\n2. ข\n\n### หัวข้อย่อย\n\nจบ ![ตราของหน่วยงาน](/backend/file/" + samplePicture + ")\n"

func (b *tab) openEditor(p *editorPage) {
	b.t.Helper()
	b.open(p.URL + "/edit")
	b.until("the editor", `document.querySelector("form[data-kept]") && document.querySelector("[data-rich-ready]")`)
}

func (b *tab) save(p *editorPage) url.Values {
	b.t.Helper()
	b.click("#save")
	if b.path() != "/saved" {
		b.t.Fatalf("not saved: %s", b.text())
	}
	return p.got()
}

// TestRichTextKeepsTheText opens and saves without a change.
func TestRichTextKeepsTheText(t *testing.T) {
	for _, width := range []int64{360, 768, 1360} {
		p := startEditor(t, sampleText)
		b := openTab(t, width, 900)
		b.openEditor(p)
		b.clean("editor")
		sent := b.save(p)
		if got := richtext.Parse(sent, "body"); got != sampleText || !sent.Has("body_html") || sent.Has("body") {
			t.Errorf("got\n%s\nwant\n%s\nfrom %q", got, sampleText, sent)
		}
		b.clean("saved")
	}
}

// caret puts the caret behind all text of the editor.
func (b *tab) caret() {
	b.t.Helper()
	evaluate[bool](b, `(() => { const e = document.querySelector("trix-editor"); e.focus(); e.editor.setSelectedRange(e.editor.getDocument().getLength() - 1); return true })()`)
}

func (b *tab) press(key string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
}

// TestRichTextTyping writes headings, lists, bold text and a link with the
// keyboard alone.
func TestRichTextTyping(t *testing.T) {
	p := startEditor(t, "")
	b := openTab(t, 768, 900)
	b.openEditor(p)
	b.do(chromedp.Focus("#title"))
	button := func(n int) { // with the keyboard: to the toolbar, along it, press, back in the text
		b.t.Helper()
		evaluate[bool](b, `document.querySelector("trix-editor").dispatchEvent(new KeyboardEvent("keydown", {key: "F10", altKey: true, bubbles: true}))`)
		b.press(kb.Home)
		for range n {
			b.press(kb.ArrowRight)
		}
		b.press(kb.Enter)
	}
	b.press(kb.Tab) // the first button of the toolbar
	b.press(kb.Tab) // the text
	if got := evaluate[string](b, `document.activeElement.id`); got != "body" {
		t.Fatalf("Tab leads to %q", got)
	}
	button(0)
	b.insert("หัวข้อ")
	b.press(kb.Enter)
	b.insert("ข้อความ ")
	button(2)
	b.insert("หนา")
	button(2)
	b.insert("ปกติ")
	b.press(kb.Enter)
	button(4)
	b.insert("หนึ่ง")
	b.press(kb.Enter)
	b.insert("สอง")
	b.press(kb.Enter)
	b.press(kb.Enter)
	button(8)
	b.until("the dialog", `document.querySelector("[data-rich-dialog=link]").open`)
	b.clean("link dialog")
	b.do(chromedp.Focus("#body-link-address"))
	b.insert("javascript:alert(1)")
	b.press(kb.Enter)
	b.until("a refusal", `!document.querySelector("#body-link-error").hidden`)
	b.clean("link refused")
	evaluate[bool](b, `(() => { const s = document.querySelector("#body-link-page"); s.value = "/backend/faq"; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
	b.do(chromedp.Focus("[data-rich-dialog=link] [data-done]"))
	b.press(" ")
	b.until("the link", `document.querySelector("trix-editor a")`)
	b.insert(" จบ")
	b.clean("typed")
	want := "## หัวข้อ\n\nข้อความ **หนา**ปกติ\n\n- หนึ่ง\n- สอง\n\n[คำถามที่พบบ่อย](/backend/faq) จบ\n"
	if got := richtext.Parse(b.save(p), "body"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

const wordHTML = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{color:red}</style></head><body><!--StartFragment--><h1 style="margin:0"><span style="font-size:20pt">เรื่อง<o:p></o:p></span></h1><p class="MsoNormal" style="color:red"><span style="font-weight:bold">หนา</span>ธรรมดา<img src="file:///c:/x.png" onerror="alert(1)"></p><p class="MsoListParagraph" style="text-indent:-18pt;mso-list:l0 level1 lfo1"><!--[if !supportLists]--><span style="mso-list:Ignore">1.<span>&nbsp; </span></span><!--[endif]-->ข้อแรก</p><p class="MsoListParagraph" style="mso-list:l0 level2 lfo1"><span style="mso-list:Ignore">·</span>ข้อย่อย</p><table><tr><td>ก</td><td>ข</td></tr></table><script>alert(1)</script><!--EndFragment--></body></html>`

func (b *tab) paste(html string) {
	b.t.Helper()
	evaluate[bool](b, fmt.Sprintf(`(() => {
		const data = new DataTransfer();
		data.setData("text/html", %q); data.setData("text/plain", "เรื่อง");
		const e = document.querySelector("trix-editor");
		e.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
		e.dispatchEvent(new InputEvent("beforeinput", {inputType: "insertFromPaste", dataTransfer: data, bubbles: true, cancelable: true}));
		return true })()`, html))
}

// TestRichTextPaste pastes from Word and what has run in other editors.
func TestRichTextPaste(t *testing.T) {
	p := startEditor(t, "")
	b := openTab(t, 1360, 900)
	b.openEditor(p)
	b.caret()
	b.paste(wordHTML)
	b.until("the pasted text", `document.querySelector("trix-editor li")`)
	b.clean("pasted from Word")
	for _, src := range []string{
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, `<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
		`<div data-trix-attachment='{"contentType":"text/html","content":"<img src=1 onerror=alert(1)>"}'></div>`, `<figure data-trix-attachment='{"contentType":"text/html5","content":"<img src=1 onerror=alert(1)>HTML"}'></figure>`,
		`<a href="javascript:alert(1)" style="color:red">x</a><p onclick="alert(1)">y</p>`,
	} {
		b.paste(src)
	}
	b.clean("pasted scripts")
	if n := evaluate[int](b, `document.querySelectorAll("trix-editor :is([onerror], [onclick], [style], img, script, [href^=javascript])").length`); n > 0 {
		t.Errorf("%d dangerous elements", n)
	}
	got := richtext.Parse(b.save(p), "body")
	want := "## เรื่อง\n\n**หนา**ธรรมดา\n\n1. ข้อแรก\n   - ข้อย่อย\n\nก | ข"
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRichTextSwitching goes to the plain field and back, and starts there when
// the text has a table.
func TestRichTextSwitching(t *testing.T) {
	p := startEditor(t, sampleText)
	b := openTab(t, 360, 800)
	b.openEditor(p)
	b.do(chromedp.Click("[data-rich-switch]"))
	b.until("the plain field", `!document.querySelector("textarea#body")?.hidden`)
	b.clean("plain")
	if got := evaluate[string](b, `document.querySelector("#body").value`); got != sampleText {
		t.Errorf("plain: %q", got)
	}
	evaluate[bool](b, `(() => { const f = document.querySelector("#body"); f.focus(); f.setSelectionRange(f.value.length, f.value.length); return true })()`)
	b.insert("\nเพิ่ม **ท้าย**")
	b.do(chromedp.Click("[data-rich-switch]"))
	b.until("the editor", `document.querySelector("trix-editor#body")?.textContent.includes("เพิ่ม ท้าย")`)
	b.do(chromedp.Click("[data-rich-switch]"))
	b.until("the plain field", `!document.querySelector("textarea#body")?.hidden`)
	if sent := b.save(p); richtext.Parse(sent, "body") != strings.TrimSpace(sampleText+"\nเพิ่ม **ท้าย**") || sent.Has("body_html") {
		t.Errorf("sent %q", sent)
	}
	p = startEditor(t, "| ก | ข |\n| - | - |\n| ค | ง |\n")
	b.openEditor(p)
	b.until("the reason", `document.querySelector("[data-rich-why]").textContent.includes("ตาราง")`)
	b.clean("table")
	if sent := b.save(p); !strings.Contains(richtext.Parse(sent, "body"), "| ก | ข |") {
		t.Errorf("sent %q", sent)
	}
}

// TestRichTextPictures puts a picture in; it needs a text.
func TestRichTextPictures(t *testing.T) {
	p := startEditor(t, "ก่อน\n")
	b := openTab(t, 360, 800)
	b.openEditor(p)
	b.caret()
	b.do(chromedp.Click(`[data-what=picture]`), chromedp.Click(`[data-rich-dialog=picture] input[type=radio]`))
	b.clean("picture dialog")
	b.do(chromedp.Click(`[data-rich-dialog=picture] [data-done]`))
	b.until("a refusal", `!document.querySelector("#body-picture-error").hidden`)
	b.do(chromedp.Focus("#body-picture-alt"))
	b.insert("ตราของหน่วยงาน")
	b.do(chromedp.Click(`[data-rich-dialog=picture] [data-done]`))
	b.until("the picture", `document.querySelector("trix-editor img")`)
	b.insert("หลัง")
	b.clean("picture")
	if got := richtext.Parse(b.save(p), "body"); got != "ก่อน![ตราของหน่วยงาน](/backend/file/"+samplePicture+")หลัง\n" && got != "ก่อน\n\n![ตราของหน่วยงาน](/backend/file/"+samplePicture+")\n\nหลัง\n" {
		t.Errorf("got %q", got)
	}
}

// TestDraftsAreKept loses a page with text in it.
func TestDraftsAreKept(t *testing.T) {
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
	b.do(chromedp.Click(".draft .button:not(.button--quiet)"))
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

// leave goes to another page, says yes to what the browser asks, and returns
// what kind of question that was.
func (b *tab) leave(address string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	asked := ""
	dialogs := chromedp.Events(ctx, page.JavascriptDialogOpening)
	b.do(chromedp.Click("#title")) // browsers ask only people who did something
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

// TestEditorWithoutScripts types Markdown and places.
func TestEditorWithoutScripts(t *testing.T) {
	p := startEditor(t, "")
	b := openTab(t, 360, 800)
	b.withoutScripts()
	b.open(p.URL + "/edit")
	b.do(chromedp.Click("[data-rich-help] summary"))
	b.picture("without scripts")
	b.do(chromedp.Focus("#body"))
	b.insert("## หัวข้อ\n\n**หนา**")
	if n := evaluate[int](b, `[...document.querySelectorAll("[data-order-moves], [data-order-grip], trix-toolbar")].filter((e) => e.checkVisibility()).length`); n > 0 {
		t.Errorf("%d parts are shown that do nothing", n)
	}
	b.do(chromedp.Focus("[data-order-item]:nth-child(3) [data-order-place]"))
	evaluate[bool](b, `(document.activeElement.select(), true)`)
	b.insert("1")
	if sent := b.save(p); richtext.Parse(sent, "body") != "## หัวข้อ\n\n**หนา**" || strings.Join(sent["order"], "")+strings.Join(sent["place"], "") != "abc121" {
		t.Errorf("sent %q", sent)
	}
}

// TestFilesAreRefused drops a file on the text.
func TestFilesAreRefused(t *testing.T) {
	p := startEditor(t, "ก")
	b := openTab(t, 1360, 900)
	b.openEditor(p)
	evaluate[bool](b, `(() => {
		const data = new DataTransfer();
		data.items.add(new File(["x"], "x.png", {type: "image/png"}));
		const e = document.querySelector("trix-editor"), r = e.getBoundingClientRect();
		for (const type of ["dragenter", "dragover", "drop"]) e.dispatchEvent(new DragEvent(type, {dataTransfer: data, clientX: r.x + 20, clientY: r.y + 20, bubbles: true, cancelable: true}));
		return true })()`)
	b.until("a word about it", `document.querySelector("[data-rich-why]").textContent.includes("วางไฟล์ในข้อความไม่ได้")`)
	b.clean("file refused")
	if got := richtext.Parse(b.save(p), "body"); got != "ก\n" {
		t.Errorf("got %q", got)
	}
}
