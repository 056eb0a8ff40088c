package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"portal/internal/text/richtext"
)

// TestRichTextKeepsTheText opens and saves without a change.
func TestRichTextKeepsTheText(t *testing.T) {
	t.Parallel()
	p := startEditor(t, sampleText)
	b := openTab(t, narrow, 900)
	b.openEditor(p)
	b.clean("editor")
	sent := b.save(p)
	if got := richtext.Parse(sent, "body"); got != sampleText || !sent.Has("body_html") || sent.Has("body") {
		t.Errorf("got\n%s\nwant\n%s\nfrom %q", got, sampleText, sent)
	}
	b.clean("saved")
}

// caret puts the caret behind all text of the editor.
func (b *tab) caret() {
	b.t.Helper()
	evaluate[bool](b, `(() => { const e = document.querySelector("trix-editor"); e.focus(); e.editor.setSelectedRange(e.editor.getDocument().getLength() - 1); return true })()`)
}

func (b *tab) press(key string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
	b.painted()
}

// write types into the editor as fast as it can follow.
func (b *tab) write(text string) {
	b.t.Helper()
	b.insert(text)
	b.painted()
}

// painted waits until the page has shown what came before: the editor takes over
// what was typed with the next frame.
func (b *tab) painted() {
	b.t.Helper()
	evaluate[bool](b, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`, chromedp.EvalAwaitPromise)
}

// TestRichTextTyping writes headings, lists, bold text and a link with the
// keyboard alone.
func TestRichTextTyping(t *testing.T) {
	t.Parallel()
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
	b.write("หัวข้อ")
	b.press(kb.Enter)
	b.write("ข้อความ ")
	button(2)
	b.write("หนา")
	button(2)
	b.write("ปกติ")
	b.press(kb.Enter)
	button(4)
	b.write("หนึ่ง")
	b.press(kb.Enter)
	b.write("สอง")
	b.press(kb.Enter)
	b.press(kb.Enter)
	button(8)
	b.until("the dialog", `document.querySelector("[data-rich-dialog=link]").open`)
	b.clean("link dialog")
	b.do(chromedp.Focus("#body-link-address"))
	b.write("javascript:alert(1)")
	b.press(kb.Enter)
	b.until("a refusal", `!document.querySelector("#body-link-error").hidden`)
	b.clean("link refused")
	evaluate[bool](b, `(() => { const s = document.querySelector("#body-link-page"); s.value = "/backend/faq"; s.dispatchEvent(new Event("change", {bubbles: true})); return true })()`)
	b.do(chromedp.Focus("[data-rich-dialog=link] [data-done]"))
	b.press(" ")
	b.until("the link", `document.querySelector("trix-editor a")`)
	b.write(" จบ")
	b.clean("typed")
	want := "## หัวข้อ\n\nข้อความ **หนา**ปกติ\n\n- หนึ่ง\n- สอง\n\n[คำถามที่พบบ่อย](/backend/faq) จบ"
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
	t.Parallel()
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
	t.Parallel()
	p := startEditor(t, sampleText)
	b := openTab(t, 360, 800)
	b.openEditor(p)
	b.do(chromedp.Focus("[data-rich-switch]"), chromedp.KeyEvent(kb.Enter))
	b.until("the plain field", `document.querySelector("textarea#body")?.hidden === false`)
	b.clean("plain")
	if got := evaluate[string](b, `document.querySelector("#body").value`); got != sampleText+"\n" {
		t.Errorf("plain: %q", got)
	}
	evaluate[bool](b, `(() => { const f = document.querySelector("#body"); f.focus(); f.setSelectionRange(f.value.length, f.value.length); return true })()`)
	b.insert("\nเพิ่ม **ท้าย**")
	b.do(chromedp.Focus("[data-rich-switch]"), chromedp.KeyEvent(kb.Enter))
	b.until("the editor", `document.querySelector("trix-editor#body")?.textContent.includes("เพิ่ม ท้าย")`)
	b.do(chromedp.Focus("[data-rich-switch]"), chromedp.KeyEvent(kb.Enter))
	b.until("the plain field", `document.querySelector("textarea#body")?.hidden === false`)
	if sent := b.save(p); richtext.Parse(sent, "body") != strings.TrimSpace(sampleText+"\n\nเพิ่ม **ท้าย**") || sent.Has("body_html") {
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
	t.Parallel()
	p := startEditor(t, "ก่อน\n")
	b := openTab(t, 360, 800)
	b.openEditor(p)
	b.caret()
	b.do(clickOn(`[data-what=picture]`), clickOn(`[data-rich-dialog=picture] input[type=radio]`))
	b.clean("picture dialog")
	b.do(clickOn(`[data-rich-dialog=picture] [data-done]`))
	b.until("a refusal", `!document.querySelector("#body-picture-error").hidden`)
	b.do(chromedp.Focus("#body-picture-alt"))
	b.insert("ตราของหน่วยงาน")
	b.do(clickOn(`[data-rich-dialog=picture] [data-done]`))
	b.until("the picture", `document.querySelector("trix-editor img")`)
	b.insert("หลัง")
	b.clean("picture")
	if got := richtext.Parse(b.save(p), "body"); got != "ก่อน![ตราของหน่วยงาน](/backend/file/"+samplePicture+")หลัง" && got != "ก่อน\n\n![ตราของหน่วยงาน](/backend/file/"+samplePicture+")\n\nหลัง" {
		t.Errorf("got %q", got)
	}
}

// TestEditorWithoutScripts types Markdown and places.
func TestEditorWithoutScripts(t *testing.T) {
	t.Parallel()
	p := startEditor(t, "")
	b := openTab(t, 360, 800)
	b.withoutScripts()
	b.open(p.URL + "/edit")
	b.do(clickOn("[data-rich-help] summary"))
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
	t.Parallel()
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
	if got := richtext.Parse(b.save(p), "body"); got != "ก" {
		t.Errorf("got %q", got)
	}
}
