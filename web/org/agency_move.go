package org

import (
	"net/http"

	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/templates/org/agencyview"
	"portal/web/kit"
)

// move shows the form for another parent, and moves the agency there.
func (p agencyPages) move(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		typed, _ := p.SavedForm(r)
		f := readAgencyForm(typed)
		choice, err := p.choose(r, f)
		if err != nil {
			return err
		}
		return p.moveForm(w, r, http.StatusOK, f, choice, line)
	})
}

func (p agencyPages) moveSent(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		f, choice, err := p.sent(r)
		if err != nil {
			return err
		}
		if f.find {
			return p.moveForm(w, r, http.StatusOK, f, choice, line)
		}
		id := line.Self().ID
		if err = moveTo(f, choice); err == nil {
			err = p.agencies.Move(r.Context(), p.Actor(r), f.change(id), parentOf(choice))
		}
		if bad, ok := kit.FormProblem(err); ok {
			f.Problem = bad
			return p.moveForm(w, r, kit.Statuses[bad.Kind], f, choice, line)
		}
		return p.Done(w, r, err, agencyview.Path(id), "ย้ายหน่วยงานแล้ว")
	})
}

// moveTo asks for one place: a unit or the top.
func moveTo(f agencyForm, c agency.Choice) error {
	switch {
	case f.Top && c.Text != "":
		return problem.Fields(map[string]string{"unit": "เลือกได้อย่างเดียว: ล้างช่องนี้ หรือเอาเครื่องหมายที่ระดับบนสุดออก"})
	case !f.Top && c.Text == "":
		return problem.Fields(map[string]string{"unit": "กรุณาเลือกหน่วยงานต้นสังกัดใหม่"})
	}
	return undecided(c)
}

func (p agencyPages) moveForm(w http.ResponseWriter, r *http.Request, status int, f agencyForm, c agency.Choice, line agency.Line) error {
	l, err := p.frameOf(r, "ย้าย "+line.Self().Name)
	if err != nil {
		return err
	}
	f = against(f, line)
	f.Unit = p.parentField(f, c, "หน่วยงานต้นสังกัดใหม่", "พิมพ์บางส่วนของชื่อ ชื่อย่อ หรือรหัส")
	return p.Render(w, r, status, agencyview.Move(l, f.Form))
}

// hide asks for the reason, and hides the agency.
func (p agencyPages) hide(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		typed, _ := p.SavedForm(r)
		return p.hideForm(w, r, http.StatusOK, readAgencyForm(typed), line)
	})
}

func (p agencyPages) hideSent(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		f, _, err := p.sent(r)
		if err != nil {
			return err
		}
		id := line.Self().ID
		err = p.agencies.Hide(r.Context(), p.Actor(r), f.change(id))
		if bad, ok := kit.FormProblem(err); ok {
			f.Problem = bad
			return p.hideForm(w, r, kit.Statuses[bad.Kind], f, line)
		}
		return p.Done(w, r, err, agencyview.Path(id), "ซ่อนหน่วยงานแล้ว")
	})
}

func (p agencyPages) hideForm(w http.ResponseWriter, r *http.Request, status int, f agencyForm, line agency.Line) error {
	l, err := p.frameOf(r, "ซ่อน "+line.Self().Name)
	if err != nil {
		return err
	}
	return p.Render(w, r, status, agencyview.Hide(l, against(f, line).Form))
}

// unhide shows a hidden agency again.
func (p agencyPages) unhide(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		f, _, err := p.sent(r)
		if err != nil {
			return err
		}
		id := line.Self().ID
		to := agencyview.Path(id)
		if back := r.PostForm.Get("return"); back != "" {
			to = back
		}
		return p.Done(w, r, p.agencies.Show(r.Context(), p.Actor(r), f.change(id)), to, "แสดงหน่วยงานแล้ว")
	})
}
