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
		f, err := p.read(r, typed)
		if err != nil {
			return err
		}
		return p.moveForm(w, r, http.StatusOK, f, line)
	})
}

func (p agencyPages) moveSent(w http.ResponseWriter, r *http.Request) error {
	return p.onAgency(w, r, func(line agency.Line) error {
		f, err := p.read(r, r.PostForm)
		if err != nil {
			return err
		}
		id := line.Self().ID
		if err = moveTo(f); !f.unit.Searching && err == nil {
			err = p.agencies.Move(r.Context(), p.Actor(r), f.change(id), f.parent())
		}
		return p.AnswerForm(w, r, err, kit.FormAnswer{
			Searching: f.unit.Searching, To: agencyview.Path(id), Message: "ย้ายหน่วยงานแล้ว",
			Again: func(status int, bad *problem.Error) error {
				f.Problem = bad
				return p.moveForm(w, r, status, f, line)
			},
		})
	})
}

// moveTo asks for one place: a unit or the top.
func moveTo(f agencyForm) error {
	switch {
	case f.Top && f.unit.Text != "":
		return problem.Fields(map[string]string{"unit": "เลือกได้อย่างเดียว: ล้างช่องนี้ หรือเอาเครื่องหมายที่ระดับบนสุดออก"})
	case !f.Top && f.unit.Text == "":
		return problem.Fields(map[string]string{"unit": "กรุณาเลือกหน่วยงานต้นสังกัดใหม่"})
	}
	return f.unit.Undecided()
}

func (p agencyPages) moveForm(w http.ResponseWriter, r *http.Request, status int, f agencyForm, line agency.Line) error {
	l, err := p.frameOf(r, "ย้าย "+line.Self().Name)
	if err != nil {
		return err
	}
	f = against(f, line)
	f.Unit = f.unit.Field("หน่วยงานต้นสังกัดใหม่", "พิมพ์บางส่วนของชื่อ ชื่อย่อ หรือรหัส", f.Problem.Field("unit"))
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
		f, id := readAgencyForm(r.PostForm), line.Self().ID
		err := p.agencies.Hide(r.Context(), p.Actor(r), f.change(id))
		return p.AnswerForm(w, r, err, kit.FormAnswer{
			To: agencyview.Path(id), Message: "ซ่อนหน่วยงานแล้ว",
			Again: func(status int, bad *problem.Error) error {
				f.Problem = bad
				return p.hideForm(w, r, status, f, line)
			},
		})
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
		f, id := readAgencyForm(r.PostForm), line.Self().ID
		to := agencyview.Path(id)
		if back := r.PostForm.Get("return"); back != "" {
			to = back
		}
		err := p.agencies.Show(r.Context(), p.Actor(r), f.change(id))
		return p.AnswerForm(w, r, err, kit.FormAnswer{To: to, Message: "แสดงหน่วยงานแล้ว"})
	})
}
