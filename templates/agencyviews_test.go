package templates_test

import (
	"github.com/a-h/templ"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/templates/component"
	"portal/templates/org/agencyview"
)

func agencyViews() map[string]templ.Component {
	a := agency.Agency{ID: 3, Code: "0801", Kind: authz.Department, Name: evil, NameEN: evil, ShortName: evil, Address: evil, Telephone: evil, Version: 2}
	parent := agency.ID(2)
	a.ParentID = &parent
	line := agency.Line{a, {ID: 2, Code: "08", Kind: authz.Ministry, Name: evil}}
	hidden := a
	hidden.Hidden, hidden.Kind = true, authz.ServicePoint
	rows := []agency.Row{{ID: 3, Code: "0801", Kind: authz.Department, Name: evil, ShortName: evil, Path: evil, Below: 1001}, {ID: 4, Name: "ข", Hidden: true}}
	list := agency.List{Page: listing.Page[agency.Row]{Rows: rows, Next: evil, Previous: evil, Count: 1000, More: true}, MayEdit: true}
	unit := component.UnitField{Name: "unit", Label: "ภายใต้หน่วยงาน"}
	undecided := component.UnitField{Name: "unit", Label: "ภายใต้หน่วยงาน", Text: evil, Note: evil, Options: []component.UnitOption{{ID: "1", Name: evil, About: evil}}}
	never := func(agency.ID) bool { return false }
	form := agencyview.Form{
		Entry:  agency.Entry{Code: evil, Kind: evil, Name: evil, NameEN: evil, ShortName: evil, Address: evil, Telephone: evil},
		Reason: evil, Key: evil, Version: evil,
		Unit: undecided, Line: line, Conflict: true,
		Problem: problem.Of(problem.Fields(map[string]string{"code": evil, "unit": evil, "kind": evil, "name": evil, "reason": evil})),
	}
	plan := agency.Plan{
		Added:   []agency.Planned{{Row: 2, After: a, Parent: evil, Above: evil}, {Row: 3, After: a}},
		Changed: []agency.Planned{{Row: 4, After: a, Changes: []agency.Change{{Column: "name", Before: evil, After: evil}, {Column: "kind", Before: "department"}, {Column: "shown", Before: "true", After: "false"}, {Column: "parent_code"}}}},
	}
	bad := plan
	bad.Refused = []agency.Refused{{Row: 1234, Code: evil, Name: evil, Reasons: []string{evil, evil}}}
	return map[string]templ.Component{
		"level":      agencyview.List(office(), agencyview.ListView{Unit: unit, List: list, Line: line, Seen: never}),
		"search":     agencyview.List(office(), agencyview.ListView{Text: evil, Kind: evil, State: evil, Unit: unit, List: list, Narrowed: true}),
		"undecided":  agencyview.List(office(), agencyview.ListView{Unit: undecided, Narrowed: true, Undecided: true}),
		"empty":      agencyview.List(office(), agencyview.ListView{Unit: unit}),
		"no results": agencyview.List(office(), agencyview.ListView{Unit: unit, Narrowed: true}),
		"leaf":       agencyview.List(office(), agencyview.ListView{Unit: unit, Line: line}),
		"about": agencyview.About(office(), agencyview.AboutView{Return: evil, About: agency.About{
			Line: line, Below: rows, More: true, MayEdit: true, Seen: never, History: []agency.Event{{At: day, Action: "agency.moved", Who: evil, Reason: evil}},
		}}),
		"about, hidden":   agencyview.About(office(), agencyview.AboutView{About: agency.About{Line: agency.Line{hidden}, MayEdit: true}}),
		"new":             agencyview.Edit(office(), "เพิ่มหน่วยงาน", "/backend/agencies/new", agencyview.Form{Unit: unit}),
		"edit, conflict":  agencyview.Edit(office(), "แก้ไขหน่วยงาน", "/backend/agencies/3/edit", form),
		"move":            agencyview.Move(office(), form),
		"hide":            agencyview.Hide(office(), form),
		"import":          agencyview.Import(office(), nil),
		"import, refused": agencyview.Import(office(), problem.Of(problem.Fields(map[string]string{"file": evil}))),
		"preview":         agencyview.Preview(office(), agencyview.PreviewView{Preview: agency.Preview{Name: evil, Plan: plan}, Path: "/backend/agencies/import/x", Key: evil}),
		"preview, bad":    agencyview.Preview(office(), agencyview.PreviewView{Preview: agency.Preview{Name: evil, Plan: bad}, Path: "/backend/agencies/import/x"}),
		"preview, same":   agencyview.Preview(office(), agencyview.PreviewView{Preview: agency.Preview{Name: evil, Plan: agency.Plan{Same: 3}}}),
	}
}
