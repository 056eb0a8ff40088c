package public

import (
	"net/http"
	"net/url"
	"slices"

	"portal/internal/kit/problem"
	"portal/internal/site/search"
	"portal/templates/layout"
	"portal/templates/public/searchview"
	"portal/web/kit"
)

type searchPages struct {
	*kit.Kit
	search *search.Service
}

// find answers a question from memory: it works while the database is away.
func (p searchPages) find(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := searchview.View{Asked: search.Clip(q.Get("q"))}
	if only := search.Kind(q.Get("kind")); slices.Contains(search.Kinds, only) {
		v.Only = only
	}
	l, err := p.Frame(r, "ค้นหา", "ค้นหาคำถามที่พบบ่อย แนวทางปฏิบัติ คู่มือ ประกาศ และหน้าข้อมูลทั้งหมด")
	if err != nil {
		return err
	}
	if v.Busy = p.mayFind(r, v.Asked); v.Busy != nil {
		return p.tooOften(w, r, l, v)
	}
	if v.MostRead, err = p.search.MostRead(ctx); err != nil {
		return err
	}
	if v.Result, err = p.search.Find(ctx, v.Asked, v.Only); err != nil {
		return err
	}
	if q.Has("q") && v.Only == "" && r.Method == http.MethodGet { // not its further pages, not a look ahead
		p.search.Count(ctx, v.Asked, v.Result)
	}
	if v.Asked != "" {
		l.Title += ": " + v.Asked
	}
	l.NoIndex, l.Scripts = true, []string{"js/form.js"}
	l.Return = layout.SearchPath + "?" + url.Values{"q": {v.Asked}, "kind": {string(v.Only)}}.Encode()
	return p.RenderTagged(w, r, searchview.Search(l, v))
}

// mayFind keeps searching from costing the others their answers.
func (p searchPages) mayFind(r *http.Request, asked string) *problem.Error {
	if asked == "" {
		return nil
	}
	return p.RateLimit(r, p.Limits.Search, "ค้นหาบ่อยเกินไป กรุณารอ %s แล้วกดค้นหาอีกครั้ง")
}

// tooOften gives the form back with what was typed.
func (p searchPages) tooOften(w http.ResponseWriter, r *http.Request, l layout.Page, v searchview.View) error {
	kit.SetRetryAfter(w, v.Busy)
	l.NoIndex, l.Scripts = true, []string{"js/form.js"}
	l.Return = layout.SearchPath + "?" + url.Values{"q": {v.Asked}, "kind": {string(v.Only)}}.Encode()
	return p.Render(w, r, kit.StatusOf(v.Busy), searchview.Search(l, v))
}
