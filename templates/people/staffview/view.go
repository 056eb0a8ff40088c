// Package staffview renders จัดการรายละเอียดผู้ใช้งาน: the list of people, a
// person's page, and the forms that change what somebody may do.
package staffview

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/people/staff"
	"portal/templates/component"
)

// ListView is what the list shows.
type ListView struct {
	List    staff.List
	Filter  staff.Filter
	Unit    component.UnitField
	Open    bool    // a unit is still to be chosen: there is no list yet
	Address url.URL // of the list, filters included, without a cursor
	Here    string  // of this very page, to come back to
}

// Form is the state of a form that changes a membership or an account.
type Form struct {
	Role      authz.Role
	Unit      component.UnitField
	Reason    string
	Confirmed bool
	Key       string // makes a repeated post harmless
	Return    string // the list to come back to
	Problem   *problem.Error
}

// Order is a form for an account: suspend, restore, end sessions.
type Order struct {
	Title, Does, Button string
	Danger              bool
	NeedsReason         bool
	Address             string
}

func (v ListView) count() string {
	if v.List.More {
		return fmt.Sprintf("พบมากกว่า %s รายการ", thousands(v.List.Count))
	}
	return fmt.Sprintf("พบ %s รายการ", thousands(v.List.Count))
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// export is the address of what the list shows, as a file.
func (v ListView) export(format string) templ.SafeURL {
	q := v.Address.Query()
	q.Del("page")
	q.Set("format", format)
	return templ.SafeURL("/backend/staff/export?" + q.Encode())
}

func (v ListView) states() []component.Option {
	all := []staff.State{staff.Active, staff.Suspended}
	if v.List.Everywhere {
		all = append(all, staff.Without)
	}
	var options []component.Option
	for _, s := range all {
		options = append(options, component.Option{Value: string(s), Label: s.Name()})
	}
	return options
}

func roleOptions(roles []authz.Role) []component.Option {
	var options []component.Option
	for _, r := range roles {
		options = append(options, component.Option{Value: string(r), Label: r.Name()})
	}
	return options
}

func personPath(id staff.ID) string { return fmt.Sprintf("/backend/staff/%d", id) }

func personURL(id staff.ID) templ.SafeURL { return templ.SafeURL(personPath(id)) }

func orderURL(id staff.ID, order string) templ.SafeURL {
	return templ.SafeURL(personPath(id) + "/" + order)
}

// MembershipPath is the address of a form for a membership: edit or remove.
func MembershipPath(id staff.MembershipID, form string) string {
	return "/backend/staff/memberships/" + strconv.FormatInt(int64(id), 10) + "/" + form
}

// membershipURL takes the address to return to as url.QueryEscape leaves it: a
// list escapes it once.
func membershipURL(id staff.MembershipID, form, back string) templ.SafeURL {
	return templ.SafeURL(MembershipPath(id, form) + "?return=" + back)
}

func badge(s staff.State) string {
	switch s {
	case staff.Active:
		return "badge badge--ok"
	case staff.Suspended:
		return "badge badge--bad"
	}
	return "badge badge--warn"
}

func commandLine(name string) string {
	if name == "" {
		return "ผู้ดูแลระบบ สพร. (DGA Contact Center)"
	}
	return name
}

var formFields = []component.FieldName{
	{Name: "role", Label: "บทบาทผู้ใช้"}, {Name: "unit", Label: "หน่วยงาน / จุดบริการ"},
	{Name: "confirm", Label: "การยืนยัน"}, {Name: "reason", Label: "เหตุผล"},
}
