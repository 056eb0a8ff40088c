package templates_test

import (
	"net/url"
	"time"

	"github.com/a-h/templ"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
	"portal/internal/people/staff"
	"portal/templates/component"
	"portal/templates/people/staffview"
)

// staffViews are the pages of จัดการรายละเอียดผู้ใช้งาน, empty and filled.
func staffViews() map[string]templ.Component {
	later := day.Add(time.Hour)
	row := staff.Listed{StaffID: 1, Name: evil, Email: evil, MembershipID: 2, Role: authz.ManualAuthor, AgencyName: evil, Since: &day}
	list := staff.List{Page: listing.Page[staff.Item]{Rows: []staff.Item{{Listed: row, MayEdit: true, MayRemove: true}, {Listed: staff.Listed{StaffID: 3, Name: evil, SuspendedAt: &day}}}, Next: "n", Previous: "p", Count: 1000, More: true}, Everywhere: true}
	held := staff.Held{ID: 2, StaffID: 1, Name: evil, Email: evil, Role: authz.CentralOfficer, AgencyName: evil}
	editing := staff.Editing{Held: held, Roles: authz.Roles, Own: true, Last: true}
	bad := problem.Of(problem.Fields(map[string]string{"role": evil, "unit": evil, "reason": evil, "confirm": evil}))
	form := staffview.Form{Unit: component.UnitField{Name: "unit", Label: evil, Text: evil, Fix: evil}, Reason: evil, Return: "javascript:alert(1)", Problem: bad}
	token, previous := int64(1), int64(1)
	past := staff.Past{Role: authz.ManualAuthor, AgencyName: evil, Since: day, TokenID: &token, IssuedAt: &day, GivenBy: evil}
	changed := staff.Past{Role: authz.ManualAuthor, AgencyName: evil, Since: day, EndedAt: &later, EndedBy: evil, PreviousID: &previous, PreviousRole: authz.ManualReviewer, GivenBy: evil}
	dossier := staff.Dossier{
		Person: staff.Person{ID: 1, Name: evil, Email: evil, Username: evil, IAL: evil, SignedInAt: &day, SuspendedAt: &day}, CreatedAt: day, MayOrder: true,
		Held: []staff.Standing{{Past: past, MayEdit: true, MayRemove: true}, {Past: staff.Past{Since: day}}}, Before: []staff.Past{changed},
		SignIns: []staff.Event{{At: day, Address: evil}}, History: []staff.Event{{At: day, Action: staff.ActionSuspended, By: evil, Reason: evil}},
	}
	order := staffview.Order{Title: evil, Does: evil, Button: evil, NeedsReason: true, Danger: true, Address: "/backend"}
	return map[string]templ.Component{
		"people": staffview.List(office(), staffview.ListView{
			List: list, Filter: staff.Filter{Query: evil, Role: authz.ManualAuthor}, Here: evil, Unit: component.UnitField{Name: "unit"},
			Address: url.URL{Path: "/backend/staff", RawQuery: url.Values{"q": {evil}}.Encode()},
		}),
		"people, none":         staffview.List(office(), staffview.ListView{Unit: component.UnitField{Name: "unit"}}),
		"people, which unit":   staffview.List(office(), staffview.ListView{Open: true, Unit: component.UnitField{Name: "unit", Note: evil}}),
		"person":               staffview.Person(office(), dossier),
		"person, empty":        staffview.Person(office(), staff.Dossier{Partly: true}),
		"membership":           staffview.Edit(office(), editing, form),
		"membership, gone":     staffview.Remove(office(), editing, form),
		"order":                staffview.Confirm(office(), dossier.Person, order, form),
		"order, at the choice": staffview.Confirm(office(), dossier.Person, staffview.Order{}, form),
	}
}
