package org

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/ops/features"
	"portal/internal/org/agency"
	"portal/templates/layout"
	"portal/templates/org/agencyview"
	"portal/web/kit"
)

// agencyPages are หน่วยงานและโครงสร้าง: the tree of agencies.
type agencyPages struct {
	*kit.Kit
	agencies *agency.Service
}

const (
	agenciesTitle = "หน่วยงานและโครงสร้าง"
	agenciesPath  = "/backend/agencies"
)

// list shows a level of the tree or, once a filter is set, what it finds.
func (p agencyPages) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	choice, err := p.ChooseUnit(r, p.agencies, authz.ViewAgencies, q)
	if err != nil {
		return err
	}
	f := agency.Filter{Text: q.Get("q"), Kind: agency.Kind(q.Get("kind")), State: agency.State(q.Get("state"))}
	v := agencyview.ListView{Text: f.Text, Kind: string(f.Kind), State: string(f.State), Unit: choice.Filter("ภายใต้หน่วยงาน")}
	f.Under = choice.ID()
	v.Undecided = choice.Problem() != ""
	v.Narrowed = v.Undecided || !f.Empty()
	switch {
	case v.Undecided:
	case v.Narrowed:
		v.Address = listAddress(url.Values{"q": {f.Text}, "kind": {v.Kind}, "state": {v.State}, "unit": {v.Unit.ID}})
		v.List, err = p.agencies.Search(r.Context(), p.Actor(r), f, q.Get("page"))
	default:
		err = p.level(r, &v)
	}
	if err != nil {
		return err
	}
	l, err := p.frameOf(r, "")
	if err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, agencyview.List(l, v))
}

func (p agencyPages) level(r *http.Request, v *agencyview.ListView) error {
	q := r.URL.Query()
	var under agency.ID
	if text := q.Get("under"); text != "" {
		id, err := agency.ParseID(text)
		if err != nil {
			return err
		}
		under = id
	}
	v.Address = listAddress(url.Values{"under": {q.Get("under")}})
	level, err := p.agencies.Children(r.Context(), p.Actor(r), under, q.Get("page"))
	v.List, v.Line, v.Seen = level.List, level.Line, level.Seen
	return err
}

// listAddress is the list with the filters that are set.
func listAddress(filters url.Values) url.URL {
	for name, v := range filters {
		if v[0] == "" {
			delete(filters, name)
		}
	}
	return url.URL{Path: agenciesPath, RawQuery: filters.Encode()}
}

// about shows one agency.
func (p agencyPages) about(w http.ResponseWriter, r *http.Request) error {
	id, err := agency.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	a, err := p.agencies.ByID(r.Context(), p.Actor(r), id)
	if err != nil {
		return err
	}
	l, err := p.frameOf(r, a.Self().Name)
	if err != nil {
		return err
	}
	for i, e := range a.History {
		a.History[i].What = features.Words.Action(e.Action)
	}
	return p.Render(w, r, http.StatusOK, agencyview.About(l, agencyview.AboutView{About: a, Key: string(idempotency.New()), Return: agencyview.Path(id)}))
}

// frameOf is the frame of a page below the list; title "" is the list itself.
func (p agencyPages) frameOf(r *http.Request, title string) (layout.Page, error) {
	if title == "" {
		l, err := p.OfficeFrame(r, agenciesTitle)
		l.Scripts = []string{"js/unitpicker.js"}
		return l, err
	}
	l, err := p.OfficeFrame(r, title)
	l.Crumbs = []layout.Crumb{{Title: agenciesTitle, Path: agenciesPath}, {Title: title, Path: r.URL.Path}}
	l.Scripts = []string{"js/form.js", "js/unitpicker.js"}
	return l, err
}

// suggestion is a unit as static/js/unitpicker.js reads it.
type suggestion struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	About string `json:"about"`
}

// suggest answers a unit picker while a person types.
func (p agencyPages) suggest(w http.ResponseWriter, r *http.Request) error {
	units, more, err := p.agencies.Find(r.Context(), p.Actor(r), authz.ViewAgencies, r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	answer := struct {
		Units []suggestion `json:"units"`
		More  bool         `json:"more"`
	}{[]suggestion{}, more}
	for _, u := range units {
		answer.Units = append(answer.Units, suggestion{kit.UnitID(u.ID), u.Name, u.About()})
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // the reader has gone: there is no one to answer
	return nil
}
