package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/site/editing"
	"portal/internal/site/file"
	"portal/templates/layout"
	"portal/templates/site/fileview"
	"portal/web/kit"
)

// libraryPages are คลังไฟล์: the pictures and documents that pages may use.
type libraryPages struct {
	*kit.Kit
	files   *file.Service
	editing *editing.Service
}

// list shows the files found, or gives the newest to a picker.
func (p libraryPages) list(w http.ResponseWriter, r *http.Request) error {
	if pick := file.Kind(r.URL.Query().Get("pick")); pick != "" {
		return p.pick(w, r, pick)
	}
	return p.listWith(w, r, http.StatusOK, fileview.Outcome{})
}

func (p libraryPages) listWith(w http.ResponseWriter, r *http.Request, status int, o fileview.Outcome) error {
	q := r.URL.Query()
	f := file.Filter{Query: kit.SearchText(q.Get("q")), Kind: file.Kind(q.Get("kind")), Usage: file.Usage(q.Get("used"))}
	if !f.Kind.Valid() {
		f.Kind = ""
	}
	if !f.Usage.Valid() {
		f.Usage = ""
	}
	v := fileview.List{Filter: f, Outcome: o, Address: url.URL{Path: fileview.Path, RawQuery: fileQuery(f)}}
	var err error
	if v.Page, err = p.files.List(r.Context(), p.Actor(r), f, q.Get("page")); err != nil {
		return err
	}
	if err := p.noteForeign(r, v.Page.Rows...); err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, fileview.Title)
	if err != nil {
		return err
	}
	l.Scripts = []string{"js/form.js", "js/upload.js"}
	return p.Render(w, r, status, fileview.Files(l, v))
}

// noteForeign notes which items that use files the reader may not open: a link
// would lead to a refusal.
func (p libraryPages) noteForeign(r *http.Request, files ...file.Listed) error {
	own := map[string]map[string]bool{} // kind → keys
	for _, f := range files {
		for i, u := range f.Uses {
			if own[u.Kind] == nil {
				own[u.Kind] = map[string]bool{}
				entries, err := p.editing.Entries(r.Context(), p.Actor(r), editing.Kind(u.Kind))
				if err != nil && !problem.Is(err, problem.Forbidden) {
					return err
				}
				for _, e := range entries {
					own[u.Kind][e.Key] = true
				}
			}
			f.Uses[i].Foreign = !own[u.Kind][u.Key]
		}
	}
	return nil
}

// fileQuery is the filter as it stands in an address.
func fileQuery(f file.Filter) string {
	q := url.Values{}
	for name, text := range map[string]string{"q": f.Query, "kind": string(f.Kind), "used": string(f.Usage)} {
		if text != "" {
			q.Set(name, text)
		}
	}
	return q.Encode()
}

// picked is a file as a picker in the editor gets it.
type picked struct {
	Hash   string `json:"hash"`
	Name   string `json:"name"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

func (p libraryPages) pick(w http.ResponseWriter, r *http.Request, kind file.Kind) error {
	if !kind.Valid() {
		return problem.New(problem.BadInput, "ที่อยู่ของหน้านี้ไม่ถูกต้อง กรุณาเปิดรายการใหม่จากเมนู")
	}
	files, err := p.files.Pick(r.Context(), p.Actor(r), kind)
	if err != nil {
		return err
	}
	all := make([]picked, len(files))
	for i, f := range files {
		all[i] = picked{f.Hash, f.Name, f.Width, f.Height}
	}
	return p.data(w, r, http.StatusOK, all)
}

// data answers a script.
func (p libraryPages) data(w http.ResponseWriter, r *http.Request, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	p.SaveSession(r.Context())
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Vary", "Accept")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader has gone: there is no one to answer
	return nil
}

// askDelete asks before a file is deleted, or says why it cannot be.
func (p libraryPages) askDelete(w http.ResponseWriter, r *http.Request) error {
	return p.showDelete(w, r, http.StatusOK, nil)
}

func (p libraryPages) showDelete(w http.ResponseWriter, r *http.Request, status int, bad *problem.Error) error {
	f, err := p.files.Open(r.Context(), p.Actor(r), chi.URLParam(r, "hash"))
	if err == nil {
		err = p.noteForeign(r, f)
	}
	if err != nil {
		return err
	}
	l, err := p.frameFor(r, "ลบไฟล์")
	if err != nil {
		return err
	}
	return p.Render(w, r, status, fileview.Delete(l, fileview.Deletion{Listed: f, Key: string(idempotency.New()), Problem: bad}))
}

// delete removes a file that nothing uses.
func (p libraryPages) delete(w http.ResponseWriter, r *http.Request) error {
	err := p.files.Delete(r.Context(), p.Actor(r), chi.URLParam(r, "hash"), idempotency.Key(r.PostForm.Get("form_key")), fileview.Where)
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: fileview.Path, Message: "ลบไฟล์แล้ว",
		Again: func(status int, bad *problem.Error) error { return p.showDelete(w, r, status, bad) },
	})
}

// frameFor is the frame of a page below the list.
func (p libraryPages) frameFor(r *http.Request, title string) (layout.Page, error) {
	l, err := p.OfficeFrame(r, title)
	l.Crumbs = append([]layout.Crumb{{Title: fileview.Title, Path: fileview.Path}}, l.Crumbs...)
	l.Scripts = []string{"js/form.js"}
	return l, err
}

// added says in one sentence what was added.
func added(o fileview.Outcome) string {
	var said []string
	if n := len(o.Added); n > 0 {
		said = append(said, fmt.Sprintf("เพิ่มแล้ว %d ไฟล์", n))
	}
	if n := len(o.Existed); n > 0 {
		said = append(said, fmt.Sprintf("มีอยู่ในคลังแล้ว %d ไฟล์ (%s)", n, strings.Join(o.Existed, ", ")))
	}
	return strings.Join(said, " ")
}
