package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"portal/internal/agency"
	"portal/internal/authz"
	"portal/templates/component"
)

// agencyPages are หน่วยงานและโครงสร้าง: the tree of agencies.
type agencyPages struct {
	*Server
	agencies *agency.Service
}

// suggestion is a unit as static/js/unitpicker.js reads it.
type suggestion struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	About string `json:"about"`
}

// suggest answers a unit picker while somebody types.
func (p agencyPages) suggest(w http.ResponseWriter, r *http.Request) error {
	units, more, err := p.agencies.Find(r.Context(), p.actor(r), authz.ViewAgencies, r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	answer := struct {
		Units []suggestion `json:"units"`
		More  bool         `json:"more"`
	}{[]suggestion{}, more}
	for _, u := range units {
		answer.Units = append(answer.Units, suggestion{unitID(u.ID), u.Name, u.About()})
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	return nil
}

func unitID(id agency.ID) string { return strconv.FormatInt(int64(id), 10) }

// unitField is the unit picker called name with what came of its last use.
func unitField(name, label string, c agency.Choice) component.UnitField {
	f := component.UnitField{Name: name, Label: label, Text: c.Text, Note: c.Problem()}
	if c.Unit != nil {
		f.ID = unitID(c.Unit.ID)
	}
	for _, u := range c.Options {
		f.Options = append(f.Options, component.UnitOption{ID: unitID(u.ID), Name: u.Name, About: u.About()})
	}
	if len(c.Options) == 0 {
		f.Fix = c.Problem()
	}
	return f
}
