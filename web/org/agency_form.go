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
	"portal/templates/component"
	"portal/templates/org/agencyview"
	"portal/web/kit"
)

// agencyForm is what the forms that change an agency send.
type agencyForm struct {
	agencyview.Form
	pick agency.Pick
	find bool // only the unit is searched for, nothing is saved
}

func readAgencyForm(v url.Values) agencyForm {
	f := agencyview.Form{
		Code: v.Get("code"), Kind: v.Get("kind"), Name: v.Get("name"), NameEN: v.Get("name_en"), ShortName: v.Get("short_name"),
		Address: v.Get("address"), Telephone: v.Get("telephone"),
		Version: v.Get("version"), Key: v.Get("form_key"), Reason: v.Get("reason"), Top: v.Get("top") != "",
	}
	return agencyForm{f, agency.PickOf(v, "unit"), v.Get("find") != ""}
}

func (f agencyForm) entry() agency.Entry {
	return agency.Entry{
		Code: f.Code, Kind: agency.Kind(f.Kind), Name: f.Name, NameEN: f.NameEN, ShortName: f.ShortName,
		Address: f.Address, Telephone: f.Telephone,
	}
}

// change is what every use case that changes an agency is told.
func (f agencyForm) change(id agency.ID) agency.Form {
	version, err := strconv.Atoi(f.Version)
	if err != nil {
		version = 0 // no agency has it: a conflict
	}
	return agency.Form{Key: idempotency.Key(f.Key), ID: id, Version: version, Reason: f.Reason}
}

func (f *agencyForm) fill(a agency.Agency) {
	f.Code, f.Kind, f.Name, f.NameEN, f.ShortName = a.Code, string(a.Kind), a.Name, a.NameEN, a.ShortName
	f.Address, f.Telephone = a.Address, a.Telephone
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
	f := readAgencyForm(values)
	choice, err := p.choose(r, f)
	if err != nil {
		return err
	}
	return p.addForm(w, r, http.StatusOK, f, choice)
}

// addSent adds the agency.
func (p agencyPages) addSent(w http.ResponseWriter, r *http.Request) error {
	f, choice, err := p.sent(r)
	if err != nil {
		return err
	}
	if f.find {
		return p.addForm(w, r, http.StatusOK, f, choice)
	}
	var id agency.ID
	if err = undecided(choice); err == nil {
		id, err = p.agencies.AddUnder(r.Context(), p.Actor(r), idempotency.Key(f.Key), f.entry(), parentOf(choice))
	}
	if bad, ok := kit.FormProblem(err); ok {
		f.Problem = bad
		return p.addForm(w, r, kit.Statuses[bad.Kind], f, choice)
	}
	return p.Done(w, r, err, agencyview.Path(id), "เพิ่มหน่วยงานแล้ว")
}

func (p agencyPages) addForm(w http.ResponseWriter, r *http.Request, status int, f agencyForm, c agency.Choice) error {
	l, err := p.frameOf(r, "เพิ่มหน่วยงาน")
	if err != nil {
		return err
	}
	f.Key = string(idempotency.New())
	f.Unit = p.parentField(f, c, "หน่วยงานต้นสังกัด", "กระทรวงไม่ต้องเลือก")
	return p.Render(w, r, status, agencyview.Edit(l, "เพิ่มหน่วยงาน", agenciesPath+"/new", f.Form))
}

// edit shows the form for what is said about an agency, and saves it.
func (p agencyPages) edit(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		var f agencyForm
		if typed, ok := p.SavedForm(r); ok {
			f = readAgencyForm(typed)
		} else {
			f.fill(line.Self())
		}
		return p.editForm(w, r, http.StatusOK, f, line)
	})
}

func (p agencyPages) editSent(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		f, _, err := p.sent(r)
		if err != nil {
			return err
		}
		id := line.Self().ID
		err = p.agencies.Edit(r.Context(), p.Actor(r), f.change(id), f.entry())
		if bad, ok := kit.FormProblem(err); ok {
			f.Problem = bad
			return p.editForm(w, r, kit.Statuses[bad.Kind], f, line)
		}
		return p.Done(w, r, err, agencyview.Path(id), "บันทึกข้อมูลหน่วยงานแล้ว")
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

// sent reads a form and finds out which unit it means.
func (p agencyPages) sent(r *http.Request) (agencyForm, agency.Choice, error) {
	if err := r.ParseForm(); err != nil {
		return agencyForm{}, agency.Choice{}, kit.BadForm(err)
	}
	f := readAgencyForm(r.PostForm)
	choice, err := p.choose(r, f)
	return f, choice, err
}

func (p agencyPages) choose(r *http.Request, f agencyForm) (agency.Choice, error) {
	return p.agencies.Choose(r.Context(), p.Actor(r), authz.EditAgencies, f.pick)
}

// undecided asks for a choice where a text stands for none or for several units.
func undecided(c agency.Choice) error {
	if why := c.Problem(); why != "" {
		return problem.Fields(map[string]string{"unit": why})
	}
	return nil
}

func parentOf(c agency.Choice) *agency.ID {
	if c.Unit == nil {
		return nil
	}
	return &c.Unit.ID
}

func (p agencyPages) parentField(f agencyForm, c agency.Choice, label, hint string) component.UnitField {
	field := kit.UnitField("unit", label, c)
	field.Hint, field.Button = hint, true
	if fix := f.Problem.Field("unit"); fix != "" {
		field.Fix = fix
	}
	return field
}
