package kit

import (
	"strconv"

	"portal/internal/org/agency"
	"portal/templates/component"
)

func UnitID(id agency.ID) string { return strconv.FormatInt(int64(id), 10) }

// UnitField is the unit picker called name with what came of its last use.
func UnitField(name, label string, c agency.Choice) component.UnitField {
	f := component.UnitField{Name: name, Label: label, Text: c.Text, Note: c.Problem()}
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

const UnitLabel = "หน่วยงาน / จุดบริการ"
