package site

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/site/editing"
	"portal/internal/site/feedback"
	"portal/internal/site/file"
	"portal/internal/text/thaidate"
	"portal/templates/component"
	"portal/templates/layout"
	"portal/templates/site/contentview"
	"portal/web/kit"
)

// contentPages are the editors of what visitors read, one set for each kind.
type contentPages struct {
	*kit.Kit
	editing  *editing.Service
	feedback *feedback.Service
	files    *file.Service
	public   PublicPages

	kind editing.Kind
}

// of is the same pages for another kind.
func (p contentPages) of(k editing.Kind) contentPages { p.kind = k; return p }

func key(r *http.Request) string { return chi.URLParam(r, "key") }

// list shows the items of the kind, with their order.
func (p contentPages) list(w http.ResponseWriter, r *http.Request) error {
	return p.listWith(w, r, http.StatusOK, nil)
}

func (p contentPages) listWith(w http.ResponseWriter, r *http.Request, status int, bad *problem.Error) error {
	entries, err := p.editing.Entries(r.Context(), p.Actor(r), p.kind)
	if err != nil {
		return err
	}
	if err := p.addVotes(r, entries); err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, p.kind.Title())
	if err != nil {
		return err
	}
	v := contentview.List{Kind: p.kind, Entries: entries, Key: string(idempotency.New()), Problem: bad, May: !p.kind.Fixed()}
	l.Sheets, l.Scripts = []string{"css/editor.css"}, []string{"js/form.js", "js/order.js", "js/draft.js"}
	if typed, ok := p.SavedForm(r); ok {
		v.Places = map[string]string{}
		for i, k := range typed["order"][:min(len(typed["order"]), len(typed["place"]))] {
			v.Places[k] = typed["place"][i]
		}
	}
	return p.Render(w, r, status, contentview.Items(l, v))
}

// addVotes notes beside each question how often its answer helped.
func (p contentPages) addVotes(r *http.Request, entries []editing.Entry) error {
	if p.kind != editing.FAQ {
		return nil
	}
	counts, err := p.feedback.Counts(r.Context(), p.Actor(r))
	for i, e := range entries {
		if v, ok := counts[e.Key]; ok {
			entries[i].Note = fmt.Sprintf("ช่วยได้ %d · ไม่ช่วย %d", v.Helpful, v.Useless)
		}
	}
	return err
}

// arrange puts the items of a group into the order of the numbers beside them.
func (p contentPages) arrange(w http.ResponseWriter, r *http.Request) error {
	was := strings.Fields(r.PostForm.Get("was"))
	keys := inPlace(r.PostForm["order"], r.PostForm["place"])
	err := p.editing.Arrange(r.Context(), p.Actor(r), p.kind, keys, was, idempotency.Key(r.PostForm.Get("form_key")))
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: contentview.Path(p.kind), Message: "เผยแพร่ลำดับใหม่แล้ว",
		Again: func(status int, bad *problem.Error) error { return p.listWith(w, r, status, bad) },
	})
}

// inPlace are keys in the order of the numbers typed beside them.
func inPlace(keys, places []string) []string {
	typed := make([]string, len(keys))
	copy(typed, places)
	sorted := make([]string, len(keys))
	for i, line := range editing.InPlace(typed) {
		sorted[i] = keys[line]
	}
	return sorted
}

// edit shows an item's form, with what was typed before the session ended.
func (p contentPages) edit(w http.ResponseWriter, r *http.Request) error {
	it, err := p.editing.Open(r.Context(), p.Actor(r), p.kind, key(r))
	if err != nil {
		return err
	}
	f := contentview.Form{Item: it, Typed: it.Fields()}
	if typed, ok := p.SavedForm(r); ok {
		f.Typed, f.Mark = editing.Read(it.Inputs, typed), typed.Get("mark")
	}
	return p.form(w, r, http.StatusOK, f)
}

// save keeps what was typed as the draft.
func (p contentPages) save(w http.ResponseWriter, r *http.Request) error {
	it, err := p.editing.Open(r.Context(), p.Actor(r), p.kind, key(r))
	if err != nil {
		return err
	}
	typed := take(it, editing.Read(it.Inputs, r.PostForm), r.PostForm)
	saved, err := p.editing.Save(r.Context(), p.Actor(r), p.kind, key(r),
		editing.Saving{FormKey: idempotency.Key(r.PostForm.Get("form_key")), Mark: r.PostForm.Get("mark"), Fields: typed})
	to, mark := contentview.ItemPath(p.kind, saved), "?saved="+url.QueryEscape(r.PostForm.Get("mark"))
	if r.PostForm.Get("then") == "publish" {
		to += "/publish" + mark
	} else {
		to += mark
	}
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: to, Message: draftSaved(it, typed),
		Again: func(status int, bad *problem.Error) error {
			f := contentview.Form{Item: it, Typed: typed, Problem: bad}
			if bad.Kind == problem.Conflict {
				f.Theirs = it.Fields()
			} else {
				f.Mark = r.PostForm.Get("mark")
			}
			return p.form(w, r, status, f)
		},
	})
}

// draftSaved is what the next page says. What was settled was another text.
func draftSaved(it editing.Item, typed editing.Fields) string {
	const saved = "บันทึกฉบับร่างแล้ว"
	if it.Draft == nil || it.Draft.PublishAt == nil || len(editing.Differences(it.Inputs, it.Draft.Fields, typed)) == 0 {
		return saved
	}
	return saved + " กำหนดเผยแพร่เดิมถูกยกเลิก กรุณากดเผยแพร่เพื่อกำหนดใหม่"
}

// take puts in the text of the other editor where the editor chose it.
func take(it editing.Item, typed editing.Fields, form url.Values) editing.Fields {
	theirs := it.Fields()
	for _, in := range it.Inputs {
		if form.Get("take."+in.Name) == "" {
			continue
		}
		for name := range typed {
			if strings.HasPrefix(name, in.Name+".") {
				delete(typed, name)
			}
		}
		for name, value := range theirs {
			if name == in.Name || strings.HasPrefix(name, in.Name+".") {
				typed[name] = value
			}
		}
	}
	return typed
}

func (p contentPages) form(w http.ResponseWriter, r *http.Request, status int, f contentview.Form) error {
	l, err := p.frameOf(r, f.Item, "")
	if err != nil {
		return err
	}
	l.Sheets = []string{"css/editor.css"}
	l.Scripts = []string{"js/form.js", "js/order.js", "js/draft.js"}
	if asksFor(f.Inputs, editing.Rich) {
		l.Scripts = slices.Insert(l.Scripts, 1, "js/richtext.js")
		p.AllowRichEditor(w)
	}
	f.Key, f.Person, f.Saved = string(idempotency.New()), p.Actor(r).StaffID, r.URL.Query().Get("saved")
	if f.Pages, err = p.pagesToLink(r); err != nil {
		return err
	}
	if f.Pictures, err = p.filesToChoose(r, f, editing.Picture); err != nil {
		return err
	}
	if f.Files, err = p.filesToChoose(r, f, editing.Document); err != nil {
		return err
	}
	return p.Render(w, r, status, contentview.Edit(l, f))
}

// filesToChoose are the newest files of a kind, and those that the form names
// already.
func (p contentPages) filesToChoose(r *http.Request, f contentview.Form, t editing.InputType) ([]component.Option, error) {
	if !asksFor(f.Inputs, t) {
		return nil, nil
	}
	newest, err := p.files.Pick(r.Context(), p.Actor(r), map[editing.InputType]file.Kind{editing.Picture: file.Pictures, editing.Document: file.Documents}[t])
	if err != nil {
		return nil, err
	}
	var all []component.Option
	for _, l := range newest {
		all = append(all, component.Option{Value: l.Hash, Label: l.Name + " · " + thaidate.Short(l.CreatedAt)})
	}
	for _, hash := range f.Typed.Chosen(f.Inputs, t) {
		if !slices.ContainsFunc(all, func(o component.Option) bool { return o.Value == hash }) {
			all = append(all, component.Option{Value: hash, Label: fileLabel(f.Item.Files, hash)})
		}
	}
	return all, nil
}

// fileLabel is what a file is called that is not among the newest.
func fileLabel(known []editing.Option, hash string) string {
	if i := slices.IndexFunc(known, func(o editing.Option) bool { return o.Value == hash }); i >= 0 {
		return known[i].Label
	}
	return "ไฟล์ที่ใช้อยู่ (" + hash[:8] + ")"
}

func asksFor(inputs []editing.Input, t editing.InputType) bool {
	return slices.ContainsFunc(inputs, func(in editing.Input) bool { return in.Type == t || asksFor(in.Parts, t) })
}

// frameOf is the frame of a page about an item, or about one thing done with it.
func (p contentPages) frameOf(r *http.Request, it editing.Item, step string) (layout.Page, error) {
	title := it.Name
	if it.Key == "" {
		title = "เพิ่ม" + it.One
	}
	l, err := p.OfficeFrame(r, title)
	l.Crumbs = []layout.Crumb{{Title: it.Title, Path: contentview.Path(it.Kind)}, {Title: title, Path: contentview.ItemPath(it.Kind, it.Key)}}
	if step != "" {
		l.Title = step + " " + title
		l.Crumbs = append(l.Crumbs, layout.Crumb{Title: step, Path: r.URL.Path})
	}
	return l, err
}
