package templates_test

import (
	"strings"

	"github.com/a-h/templ"

	"portal/templates/component"
	"portal/templates/layout"
	"portal/templates/ops/auditview"
)

// auditViews are the pages of the audit log.
func auditViews() map[string]templ.Component {
	item := auditview.Item{ID: 7, At: day, Who: evil, Job: evil, Person: true, Action: evil, Bad: true, About: evil, Kind: evil, Page: "/backend/staff/1", Address: evil,
		Changes: []auditview.Change{{Field: evil, Before: evil}, {Field: "ข", After: evil}, {Field: "ค"}, {Field: "ง"}}, Facts: []auditview.Fact{{Name: evil, Value: evil}}, Reason: evil}
	all := map[string]templ.Component{}
	all["audit"] = auditview.Entries(office(), auditview.List{
		Person: evil, Text: evil, Action: evil, From: evil, Until: evil, Unit: component.UnitField{Name: "unit", Label: evil, Text: evil}, Filtered: true, Next: evil, Previous: evil, More: true, Count: 1000,
		Actions: []auditview.ActionGroup{{Name: evil, Actions: []component.Option{{Value: evil, Label: evil}}}}, Entries: []auditview.Item{item, {}},
	})
	all["audit, empty"] = auditview.Entries(layout.Page{}, auditview.List{Unit: component.UnitField{Name: "unit"}})
	all["audit, in parts"] = auditview.Entries(office(), auditview.List{Unit: component.UnitField{Name: "unit"}, Partial: true, Next: "x", Entries: []auditview.Item{item}})
	all["audit entry"] = auditview.Entry(office(), auditview.Whole{Entry: item, ActionCode: evil, SubjectKey: evil, Agencies: []string{evil}, Hash: strings.Repeat("ab", 32), Previous: evil, Raw: evil})
	all["audit entry, empty"] = auditview.Entry(layout.Page{}, auditview.Whole{})
	return all
}
