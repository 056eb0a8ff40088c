package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"portal/internal/agency"
	"portal/internal/authz"
	"portal/internal/keyset"
	"portal/internal/problem"
	"portal/internal/sheet"
	"portal/internal/staff"
	"portal/internal/thaidate"
	"portal/templates/layout"
	"portal/templates/staffview"
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
	q := r.URL.Query()
	c, err := keyset.Parse(q.Get("page"), staff.CursorKeys)
	if err != nil {
		return err
	}
	v := staffview.ListView{Unit: q.Get("unit"), Address: url.URL{Path: staffList, RawQuery: filterQuery(q)}, Here: r.URL.RequestURI()}
	v.Filter, err = p.filter(r.Context(), q)
	bad, refill := refillable(err)
	if err != nil && !refill {
		return err
	}
	v.Problem = bad
	if v.List, err = p.staff.List(r.Context(), p.actor(r), v.Filter, c); err != nil {
		return err
	}
	if bad != nil { // a page, but no row that nobody asked for
		v.List.Page = keyset.Page[staff.Item]{}
	}
	l, err := p.office(r, staffTitle)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if bad != nil {
		status = statuses[bad.Kind]
	}
	return p.render(w, r, status, staffview.List(l, v))
}

// filterQuery is what an address keeps of its query: the filters.
func filterQuery(q url.Values) string {
	kept := url.Values{}
	for _, name := range []string{"q", "role", "unit", "state"} {
		if text := q.Get(name); text != "" {
			kept.Set(name, text)
		}
	}
	return kept.Encode()
}

// maxQuery is more than anybody types into a search box, in bytes.
const maxQuery = 400

// filter reads the filters of the list from an address. What it does not know
// lets everything through; an agency that does not exist is an Invalid problem.
func (p staffPages) filter(ctx context.Context, q url.Values) (staff.Filter, error) {
	f := staff.Filter{Query: searchText(q.Get("q")), Role: authz.Role(q.Get("role")), State: staff.State(q.Get("state"))}
	if len(f.Query) > maxQuery {
		return staff.Filter{}, problem.New(problem.BadInput, "คำค้นยาวเกินไป กรุณาใช้คำที่สั้นลง")
	}
	if !f.Role.Valid() {
		f.Role = ""
	}
	if f.State.Name() == "" {
		f.State = ""
	}
	var err error
	f.Unit, err = p.unit(ctx, q.Get("unit"))
	return f, err
}

// shortestCode tells an agency's code from its id.
const shortestCode = 8

// unit reads an agency's id, or its code as people type it; "" is 0.
func (p staffPages) unit(ctx context.Context, text string) (authz.AgencyID, error) {
	if text == "" {
		return 0, nil
	}
	unknown := problem.Fields(map[string]string{"unit": "ไม่พบหน่วยงานรหัสนี้ กรุณาตรวจสอบรหัส"})
	if strings.Trim(text, "0123456789") != "" {
		return 0, unknown
	}
	if len(text) >= shortestCode {
		a, err := p.agencies.ByCode(ctx, text)
		if problem.Is(err, problem.NotFound) {
			return 0, unknown
		}
		return a.ID, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, unknown
	}
	return authz.AgencyID(id), nil
}

// export sends the people found as a file.
func (p staffPages) export(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	format, err := sheet.ParseFormat(cmp.Or(q.Get("format"), string(sheet.CSV)))
	if err != nil {
		return err
	}
	f, err := p.filter(r.Context(), q)
	if err != nil {
		return err
	}
	name := "รายชื่อผู้ใช้งาน " + thaidate.Short(p.cfg.Now())
	return p.stream(w, r, name, format, func(out sheet.Writer) error {
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
	return p.render(w, r, http.StatusOK, staffview.Person(l, d))
}

// frameFor is the frame of a page below the list.
func (p staffPages) frameFor(r *http.Request, title string) (layout.Page, error) {
	l, err := p.office(r, title)
	l.Crumbs = append([]layout.Crumb{{Title: staffTitle, Path: staffList}}, l.Crumbs...)
	l.Scripts = []string{"js/form.js"}
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
