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

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"portal/internal/text/richtext"
	"portal/internal/text/worddiff"
	"portal/static"
	"portal/templates/component"
	"portal/templates/layout"
	"portal/web/kit"
	"portal/web/site"
)

const samplePicture = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// editorPage is a page with all that editors use, under the real policy. It
// keeps what was sent last.
type editorPage struct {
	*httptest.Server
	mu    sync.Mutex
	value string
	sent  url.Values
	late  chan struct{} // the rich editor comes when it is closed
}

func startEditor(t *testing.T, value string) *editorPage {
	t.Helper()
	p := &editorPage{value: value, late: make(chan struct{})}
	close(p.late)
	mux := http.NewServeMux()
	mux.HandleFunc("/backend/static/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == static.Path("js/trix.js") {
			p.mu.Lock()
			late := p.late
			p.mu.Unlock()
			<-late
		}
		static.Handler().ServeHTTP(w, r)
	})
	mux.HandleFunc("/backend/content/convert", func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(site.ConvertText(r.PostFormValue("html"), r.PostFormValue("markdown")))
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
	w.Header().Set("Content-Security-Policy", kit.Policy("http://localhost", true))
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

const sampleText = "## หัวข้อแรก\n\nย่อหน้า **ตัวหนา** และ*ตัวเอียง* กับ[คำถาม](/backend/faq)\n\nย่อหน้าที่สอง\\\nบรรทัดใหม่\n\n- หนึ่ง\n- สอง\n  - สองจุดหนึ่ง\n\n1. ก\n2. ข\n\n### หัวข้อย่อย\n\nจบ ![ตราของหน่วยงาน](/backend/file/" + samplePicture + ")"

func (b *tab) openEditor(p *editorPage) {
	b.t.Helper()
	b.open(p.URL + "/edit")
	b.until("the editor", `document.querySelector("form[data-kept]") && document.querySelector("[data-rich-ready]")`)
}

func (b *tab) save(p *editorPage) url.Values {
	b.t.Helper()
	b.do(chromedp.Focus("#save")) // not by its place: the page may still be scrolling
	b.follow(chromedp.KeyEvent(kb.Enter))
	if b.path() != "/saved" {
		b.t.Fatalf("not saved: %s", b.text())
	}
	return p.got()
}
