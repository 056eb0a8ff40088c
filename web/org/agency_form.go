package org

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/templates/org/agencyview"
	"portal/web/kit"
)

// agencyForm is what the forms that change an agency send.
type agencyForm struct {
	agencyview.Form
	unit kit.UnitChoice
}

func readAgencyForm(v url.Values) (f agencyForm) {
	f.Form = agencyview.Form{
		Entry:   agency.EntryOf(v.Get),
		Version: v.Get("version"), Key: v.Get("form_key"), Reason: v.Get("reason"), Top: v.Get("top") != "",
	}
	return f
}

// change is what every use case that changes an agency is told.
func (f agencyForm) change(id agency.ID) agency.Form {
	version, err := strconv.Atoi(f.Version)
	if err != nil {
		version = 0 // no agency has it: a conflict
	}
	return agency.Form{Key: idempotency.Key(f.Key), ID: id, Version: version, Reason: f.Reason}
}

// add shows the form for a new agency.
func (p agencyPages) add(w http.ResponseWriter, r *http.Request) error {
	if err := p.agencies.MayAdd(r.Context(), p.Actor(r)); err != nil {
		return err
	}
	values := r.URL.Query()
	if typed, ok := p.SavedForm(r); ok {
		values = typed
	}
	f, err := p.read(r, values)
	if err != nil {
		return err
	}
	return p.addForm(w, r, http.StatusOK, f)
}

// addSent adds the agency.
func (p agencyPages) addSent(w http.ResponseWriter, r *http.Request) error {
	f, err := p.read(r, r.PostForm)
	if err != nil {
		return err
	}
	var id agency.ID
	if err = f.unit.Undecided(); !f.unit.Searching && err == nil {
		id, err = p.agencies.AddUnder(r.Context(), p.Actor(r), idempotency.Key(f.Key), f.Entry, f.parent())
	}
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		Searching: f.unit.Searching, To: agencyview.Path(id), Message: "เพิ่มหน่วยงานแล้ว",
		Again: func(status int, bad *problem.Error) error {
			f.Problem = bad
			return p.addForm(w, r, status, f)
		},
	})
}

func (p agencyPages) addForm(w http.ResponseWriter, r *http.Request, status int, f agencyForm) error {
	l, err := p.frameOf(r, "เพิ่มหน่วยงาน")
	if err != nil {
		return err
	}
	f.Key = string(idempotency.New())
	f.Unit = f.unit.Field("หน่วยงานต้นสังกัด", "กระทรวงไม่ต้องเลือก", f.Problem.Field("unit"))
	return p.Render(w, r, status, agencyview.Edit(l, "เพิ่มหน่วยงาน", agenciesPath+"/new", f.Form))
}

// edit shows the form for what is said about an agency, and saves it.
func (p agencyPages) edit(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		var f agencyForm
		if typed, ok := p.SavedForm(r); ok {
			f = readAgencyForm(typed)
		} else {
			f.Entry = line.Self()
		}
		return p.editForm(w, r, http.StatusOK, f, line)
	})
}

func (p agencyPages) editSent(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		f, id := readAgencyForm(r.PostForm), line.Self().ID
		err := p.agencies.Edit(r.Context(), p.Actor(r), f.change(id), f.Entry)
		return p.AnswerForm(w, r, err, kit.FormAnswer{
			To: agencyview.Path(id), Message: "บันทึกข้อมูลหน่วยงานแล้ว",
			Again: func(status int, bad *problem.Error) error {
				f.Problem = bad
				return p.editForm(w, r, status, f, line)
			},
		})
	})
}

func (p agencyPages) editForm(w http.ResponseWriter, r *http.Request, status int, f agencyForm, line agency.Line) error {
	l, err := p.frameOf(r, "แก้ไข "+line.Self().Name)
	if err != nil {
		return err
	}
	f = against(f, line)
	return p.Render(w, r, status, agencyview.Edit(l, "แก้ไขหน่วยงาน", r.URL.Path, f.Form))
}

// against puts a form beside the agency as it is now. Once its person has seen
// what others changed meanwhile, it counts when it is sent again.
func against(f agencyForm, line agency.Line) agencyForm {
	f.Line, f.Key = line, string(idempotency.New())
	f.Conflict = f.Problem != nil && f.Problem.Kind == problem.Conflict
	if f.Version == "" || f.Conflict {
		f.Version = strconv.Itoa(line.Self().Version)
	}
	return f
}

// onAgency does something with the agency in the address, for those who may
// change it.
func (p agencyPages) onAgency(w http.ResponseWriter, r *http.Request, do func(agency.Line) error) error {
	id, err := agency.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	line, err := p.agencies.ToEdit(r.Context(), p.Actor(r), id)
	if err != nil {
		return err
	}
	return do(line)
}

// read reads a form and finds out which unit it means.
func (p agencyPages) read(r *http.Request, form url.Values) (f agencyForm, err error) {
	f = readAgencyForm(form)
	f.unit, err = p.ChooseUnit(r, p.agencies, authz.EditAgencies, form)
	return f, err
}

// parent is the unit that the form chooses to be the agency's parent, or nil.
func (f agencyForm) parent() *agency.ID {
	if f.unit.Unit == nil {
		return nil
	}
	return &f.unit.Unit.ID
}
