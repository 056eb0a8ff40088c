package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/authz"
	"portal/internal/kit/export"
	"portal/internal/kit/problem"
	"portal/internal/ops/features"
	"portal/internal/org/agency"
	"portal/internal/people/staff"
	"portal/internal/text/thaidate"
	"portal/templates/layout"
	"portal/templates/people/staffview"
)

// staffPages are จัดการรายละเอียดผู้ใช้งาน: people and their memberships.
type staffPages struct {
	*Server
	staff    *staff.Service
	agencies *agency.Service
}

const (
	staffList  = "/backend/staff"
	staffTitle = "จัดการรายละเอียดผู้ใช้งาน"
)

// list shows the people found.
func (p staffPages) list(w http.ResponseWriter, r *http.Request) error {
	f, choice, err := p.filter(r)
	if err != nil {
		return err
	}
	v := staffview.ListView{
		Filter: f, Unit: unitField("unit", unitLabel, choice), Open: choice.Unit == nil && choice.Text != "",
		Address: url.URL{Path: staffList, RawQuery: filterQuery(f)}, Here: r.URL.RequestURI(),
	}
	if !v.Open {
		if v.List, err = p.staff.List(r.Context(), p.actor(r), f, r.URL.Query().Get("page")); err != nil {
			return err
		}
	}
	l, err := p.office(r, staffTitle)
	if err != nil {
		return err
	}
	l.Scripts = []string{"js/unitpicker.js"}
	return p.render(w, r, http.StatusOK, staffview.List(l, v))
}

const unitLabel = "หน่วยงาน / จุดบริการ"

// filterQuery is the filter as it stands in an address.
func filterQuery(f staff.Filter) string {
	q := url.Values{}
	for name, text := range map[string]string{"q": f.Query, "role": string(f.Role), "state": string(f.State)} {
		if text != "" {
			q.Set(name, text)
		}
	}
	if f.Unit != 0 {
		q.Set("unit", unitID(f.Unit))
	}
	return q.Encode()
}

// maxQuery is more than anybody types into a search box, in bytes.
const maxQuery = 400

// filter reads the filters of the list from an address. What it does not know
// lets everything through.
func (p staffPages) filter(r *http.Request) (staff.Filter, agency.Choice, error) {
	q := r.URL.Query()
	f := staff.Filter{Query: searchText(q.Get("q")), Role: authz.Role(q.Get("role")), State: staff.State(q.Get("state"))}
	if len(f.Query) > maxQuery {
		return f, agency.Choice{}, problem.New(problem.BadInput, "คำค้นยาวเกินไป กรุณาใช้คำที่สั้นลง")
	}
	if !f.Role.Valid() {
		f.Role = ""
	}
	if f.State.Name() == "" {
		f.State = ""
	}
	choice, err := p.agencies.Choose(r.Context(), p.actor(r), authz.ViewStaff, agency.PickOf(q, "unit"))
	if choice.Unit != nil {
		f.Unit = choice.Unit.ID
	}
	return f, choice, err
}

// export sends the people found as a file.
func (p staffPages) export(w http.ResponseWriter, r *http.Request) error {
	format, err := export.ParseFormat(cmp.Or(r.URL.Query().Get("format"), string(export.CSV)))
	if err != nil {
		return err
	}
	f, _, err := p.filter(r)
	if err != nil {
		return err
	}
	name := "รายชื่อผู้ใช้งาน " + thaidate.Short(p.cfg.Now())
	return p.stream(w, r, name, format, func(out export.Writer) error {
		if err := out.Row("ชื่อ", "อีเมล", "บทบาทผู้ใช้", "หน่วยงาน", "รหัสหน่วยงาน", "สถานะ", "ได้รับเมื่อ", "เข้าสู่ระบบล่าสุด"); err != nil {
			return err
		}
		return p.staff.Export(r.Context(), p.actor(r), f, func(l staff.Listed) error {
			since, seen := "", ""
			if l.Since != nil {
				since = thaidate.ShortTime(*l.Since)
			}
			if l.SignedInAt != nil {
				seen = thaidate.ShortTime(*l.SignedInAt)
			}
			return out.Row(l.Name, l.Email, l.Role.Name(), l.AgencyName, l.AgencyCode, l.State().Name(), since, seen)
		})
	})
}

// show is a person's page.
func (p staffPages) show(w http.ResponseWriter, r *http.Request) error {
	d, err := p.staff.Dossier(r.Context(), p.actor(r), staff.ID(numberIn(r)))
	if err != nil {
		return err
	}
	l, err := p.frameFor(r, d.Name)
	if err != nil {
		return err
	}
	for i, e := range d.History {
		d.History[i].What = features.Words.Action(e.Action)
	}
	return p.render(w, r, http.StatusOK, staffview.Person(l, d))
}

// frameFor is the frame of a page below the list.
func (p staffPages) frameFor(r *http.Request, title string) (layout.Page, error) {
	l, err := p.office(r, title)
	l.Crumbs = append([]layout.Crumb{{Title: staffTitle, Path: staffList}}, l.Crumbs...)
	l.Scripts = []string{"js/form.js", "js/unitpicker.js"}
	return l, err
}

// numberIn is the id in the address; 0, which nothing has, if it is none.
func numberIn(r *http.Request) int64 {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}
