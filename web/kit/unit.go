package kit

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/templates/component"
)

// UnitLabel is what a unit picker is called where nothing else fits better.
const UnitLabel = "หน่วยงาน / จุดบริการ"

// UnitID is the id of a unit as it stands in a form or an address.
func UnitID(id agency.ID) string { return strconv.FormatInt(int64(id), 10) }

// Units finds the unit that was typed or chosen.
type Units interface {
	Choose(ctx context.Context, actor authz.Actor, p authz.Permission, pick agency.Pick) (agency.Choice, error)
}

// UnitChoice is what came of the unit picker called "unit" in a form or an address.
type UnitChoice struct {
	agency.Choice
	Searching bool // the picker's own button was pressed: nothing is to be changed yet
}

// ChooseUnit finds the unit that form asks for among those where the actor has p.
func (k *Kit) ChooseUnit(r *http.Request, units Units, p authz.Permission, form url.Values) (UnitChoice, error) {
	c, err := units.Choose(r.Context(), k.Actor(r), p, agency.PickOf(form, "unit"))
	return UnitChoice{c, form.Has("find")}, err
}

// ID is the chosen unit's; 0 for none.
func (c UnitChoice) ID() agency.ID {
	if c.Unit == nil {
		return 0
	}
	return c.Unit.ID
}

// Undecided asks for a choice where a text stands for none or for several units.
func (c UnitChoice) Undecided() error {
	if why := c.Problem(); why != "" {
		return problem.Fields(map[string]string{"unit": why})
	}
	return nil
}

// Filter is the picker of a list.
func (c UnitChoice) Filter(label string) component.UnitField {
	f := component.UnitField{Name: "unit", Label: label, Text: c.Text, Note: c.Problem()}
	if c.Unit != nil {
		f.ID = UnitID(c.Unit.ID)
	}
	for _, u := range c.Options {
		f.Options = append(f.Options, component.UnitOption{ID: UnitID(u.ID), Name: u.Name, About: u.About()})
	}
	if len(c.Options) == 0 {
		f.Fix, f.Note = c.Problem(), ""
	}
	return f
}

// Field is the picker of a form, with a search button of its own. fix is what is
// wrong with the choice, "" for nothing.
func (c UnitChoice) Field(label, hint, fix string) component.UnitField {
	f := c.Filter(label)
	f.Hint, f.Button = hint, true
	if fix != "" {
		f.Fix = fix
	}
	return f
}
