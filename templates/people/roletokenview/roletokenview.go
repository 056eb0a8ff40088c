// Package roletokenview renders จัดการ Token: the codes that officers give out.
package roletokenview

import (
	"fmt"
	"net/url"
	"slices"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/people/token"
	"portal/internal/site/settings"
	"portal/templates/component"
)

// Path is where the list stands.
const Path = "/backend/tokens"

// List is the page of the list.
type List struct {
	token.Listing
	Filter  token.Filter
	Address url.URL  // with the filters, without a place in the list
	Return  string   // the address of this page of it
	Keys    []string // of the rows' forms
	Key     string   // of the form for many
	Shown   *token.Shown
	Problem *problem.Error
	Ticked  []string
	Anew    bool
}

func pairValue(p token.Pair) string { return fmt.Sprintf("%d/%s", p.Agency, p.Role) }

func (l List) ticked(p token.Pair) bool { return slices.Contains(l.Ticked, pairValue(p)) }

func (l List) count() string {
	if l.More {
		return "มากกว่า 1,000"
	}
	return fmt.Sprint(l.Count)
}

// found says how many rows the filters find.
func (l List) found() string {
	if l.More {
		return "พบ" + l.count() + " รายการ"
	}
	return "พบ " + l.count() + " รายการ"
}

// narrowed reports whether any filter is set.
func (l List) narrowed() bool { return l.Filter != token.Filter{} }

// unit is the unit that the list is limited to, for the address.
func (l List) unit() string {
	if l.Filter.Unit == 0 {
		return ""
	}
	return fmt.Sprint(int64(l.Filter.Unit))
}

// unitText is what stands in the field for the unit.
func (l List) unitText() string {
	if l.Filter.Unit != 0 {
		return l.UnitName
	}
	return l.Filter.Query
}

// without is the list's address without one of its filters.
func (l List) without(name string) string {
	u := l.Address
	q := u.Query()
	q.Del(name)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

func roleOptions(roles []authz.Role) []component.Option {
	var all []component.Option
	for _, r := range roles {
		all = append(all, component.Option{Value: string(r), Label: r.Name()})
	}
	return all
}

func stateOptions() []component.Option {
	var all []component.Option
	for _, s := range token.States {
		all = append(all, component.Option{Value: string(s), Label: s.Name()})
	}
	return all
}

func badge(s token.State) string {
	switch s {
	case token.Ready:
		return "badge badge--ok"
	case token.Used:
		return "badge badge--warn"
	case token.Expired, token.Replaced:
		return "badge badge--bad"
	}
	return "badge"
}

func rowID(id *token.ID) string {
	if id == nil {
		return ""
	}
	return fmt.Sprint(int64(*id))
}

// Batch is the page of codes issued at once.
type Batch struct {
	token.BatchPage
	Address url.URL
}

func (b Batch) total() int {
	n := 0
	for _, c := range b.Counts {
		n += c
	}
	return n
}

func (b Batch) path() string { return Path + "/batch/" + b.Key }

// Print is the page of slips to hand out.
type Print struct {
	Batch  token.Batch
	Rows   []token.BatchRow
	SignIn string // address of the sign-in page
	QR     component.QRCode
}

// sheets are the rows by the four that fit on a sheet of A4.
func (p Print) sheets() [][]token.BatchRow { return slices.Collect(slices.Chunk(p.Rows, 4)) }

// asked is whom the holder of a slip turns to: a central officer has none above.
func asked(r authz.Role, c settings.Contact) string {
	switch r {
	case authz.DGAAdmin, authz.OPDCAdmin, authz.CentralOfficer:
		return " " + c.Center + " โทร. " + c.CenterTel
	default:
		return "เจ้าหน้าที่ส่วนกลางต้นสังกัด"
	}
}

func agencyValue(id authz.AgencyID) string { return fmt.Sprint(int64(id)) }
