package people

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/internal/people/signin"
	"portal/internal/people/staff"
	"portal/templates/people/staffview"
	"portal/web/kit"
)

// readStaffForm reads the forms that change a membership or an account. Whose
// and which it is stands in the address alone.
func readStaffForm(v url.Values) staffview.Form {
	return staffview.Form{
		Role: authz.Role(v.Get("role")), Reason: strings.TrimSpace(v.Get("reason")), Confirmed: v.Get("confirm") == "yes",
		Key: v.Get("form_key"), Return: v.Get("return"),
	}
}

func (p staffPages) editForm(w http.ResponseWriter, r *http.Request) error {
	e, err := p.staff.Editing(r.Context(), p.Actor(r), staff.MembershipID(numberIn(r)))
	if err != nil {
		return err
	}
	f := staffview.Form{Role: e.Role, Return: r.URL.Query().Get("return")}
	unit := kit.UnitChoice{Choice: agency.Choice{Text: e.AgencyName, Unit: &agency.Unit{ID: e.AgencyID, Name: e.AgencyName}}}
	if typed, ok := p.SavedForm(r); ok {
		f = readStaffForm(typed)
		if unit, err = p.ChooseUnit(r, p.agencies, authz.EditMembership, typed); err != nil {
			return err
		}
	}
	return p.showEdit(w, r, http.StatusOK, e, f, unit)
}

func (p staffPages) showEdit(w http.ResponseWriter, r *http.Request, status int, e staff.Editing, f staffview.Form, unit kit.UnitChoice) error {
	l, err := p.frameFor(r, "แก้ไขสิทธิ์ผู้ใช้งาน")
	if err != nil {
		return err
	}
	fix := ""
	if unit.Problem() == "" { // which says what to do already
		fix = f.Problem.Field("unit")
	}
	f.Unit = unit.Field(kit.UnitLabel, "หน่วยงานที่จะใช้สิทธิ์นี้", fix)
	return p.Render(w, r, status, staffview.Edit(l, e, ready(f, e.StaffID)))
}

// ready gives a form about to be shown a key of its own and a way back.
func ready(f staffview.Form, id staff.ID) staffview.Form {
	f.Key = string(idempotency.New())
	f.Return = wayBack(f.Return, id)
	return f
}

// wayBack is where a form leads: where it was opened, or the person's page.
func wayBack(to string, id staff.ID) string {
	if to == "" {
		return fmt.Sprintf("%s/%d", staffList, id)
	}
	return signin.SafeReturn(to)
}

func (p staffPages) edit(w http.ResponseWriter, r *http.Request) error {
	id := staff.MembershipID(numberIn(r))
	f := readStaffForm(r.PostForm)
	unit, err := p.ChooseUnit(r, p.agencies, authz.EditMembership, r.PostForm)
	if err != nil {
		return err
	}
	c, renewed := p.change(r, f)
	c.Agency = unit.ID()
	var h staff.Held
	if !unit.Searching {
		h, err = p.staff.Edit(r.Context(), p.Actor(r), id, c)
	}
	answer := p.changed(w, r, h, f, renewed, "แก้ไขสิทธิ์ของ"+h.Name+"เรียบร้อยแล้ว")
	answer.Searching = unit.Searching
	answer.Again = func(status int, bad *problem.Error) error {
		e, err := p.staff.Editing(r.Context(), p.Actor(r), id)
		if err != nil {
			return err
		}
		f.Problem = bad
		return p.showEdit(w, r, status, e, f, unit)
	}
	return p.AnswerForm(w, r, err, answer)
}

func (p staffPages) removeForm(w http.ResponseWriter, r *http.Request) error {
	e, err := p.staff.Removing(r.Context(), p.Actor(r), staff.MembershipID(numberIn(r)))
	if err != nil {
		return err
	}
	return p.showRemove(w, r, http.StatusOK, e, p.begun(r))
}

// begun is a form as it was typed before the session ended, or a new one.
func (p staffPages) begun(r *http.Request) staffview.Form {
	if typed, ok := p.SavedForm(r); ok {
		return readStaffForm(typed)
	}
	return staffview.Form{Return: r.URL.Query().Get("return")}
}

func (p staffPages) showRemove(w http.ResponseWriter, r *http.Request, status int, e staff.Editing, f staffview.Form) error {
	l, err := p.frameFor(r, "ลบสิทธิ์ผู้ใช้งาน")
	if err != nil {
		return err
	}
	if !p.Actor(r).Can(authz.ViewStaff) { // their own: the list is not for them
		l.Crumbs = l.Crumbs[1:]
		f.Return = "/backend/profile"
	}
	return p.Render(w, r, status, staffview.Remove(l, e, ready(f, e.StaffID)))
}

func (p staffPages) remove(w http.ResponseWriter, r *http.Request) error {
	f := readStaffForm(r.PostForm)
	id := staff.MembershipID(numberIn(r))
	c, renewed := p.change(r, f)
	h, err := p.staff.Remove(r.Context(), p.Actor(r), id, c)
	answer := p.changed(w, r, h, f, renewed, "ลบสิทธิ์ของ"+h.Name+"เรียบร้อยแล้ว")
	answer.Again = func(status int, bad *problem.Error) error {
		e, err := p.staff.Removing(r.Context(), p.Actor(r), id)
		if err != nil {
			return err
		}
		f.Problem = bad
		return p.showRemove(w, r, status, e, f)
	}
	return p.AnswerForm(w, r, err, answer)
}

// change is what the form asks for. When the actor's own rights change, their
// session gets a new id, found in renewed afterwards.
func (p staffPages) change(r *http.Request, f staffview.Form) (c staff.Change, renewed *string) {
	renewed = new(string)
	return staff.Change{
		Role: f.Role, Reason: f.Reason, Confirmed: f.Confirmed, Key: idempotency.Key(f.Key),
		Own: func(tx *audit.Tx) (err error) {
			*renewed, err = p.Sessions.Rotate(r.Context(), tx, p.Current(r.Context()), "ปรับสิทธิ์ของท่านเรียบร้อยแล้ว")
			return err
		},
	}, renewed
}

// changed is where a form leads that changes the rights of a person, and what is
// said there.
func (p staffPages) changed(w http.ResponseWriter, r *http.Request, h staff.Held, f staffview.Form, renewed *string, message string) kit.FormAnswer {
	if int64(h.StaffID) != p.Actor(r).StaffID {
		return kit.FormAnswer{To: wayBack(f.Return, h.StaffID), Message: message}
	}
	return kit.FormAnswer{To: "/backend/profile", Then: func() { // what they may see now is known at the next request
		if *renewed != "" {
			p.SetCookie(w, "session", *renewed, 0)
		}
	}}
}

// staffOrder is what a dga_admin decides about an account.
type staffOrder struct {
	name string
	view staffview.Order
	done string
	do   func(*staff.Service, context.Context, authz.Actor, staff.ID, staff.Order) error
}

var staffOrders = []staffOrder{
	{"suspend", staffview.Order{
		Title: "ระงับบัญชีผู้ใช้งาน", Button: "ระงับบัญชี", Danger: true, NeedsReason: true,
		Does: "ผู้ใช้งานจะออกจากระบบทุกอุปกรณ์ทันที และเข้าสู่ระบบไม่ได้จนกว่าจะคืนบัญชี สิทธิ์ในหน่วยงานยังคงอยู่",
	}, "ระงับบัญชีเรียบร้อยแล้ว ผู้ใช้งานออกจากระบบทุกอุปกรณ์แล้ว", (*staff.Service).Suspend},
	{"restore", staffview.Order{
		Title: "คืนบัญชีผู้ใช้งาน", Button: "คืนบัญชี", NeedsReason: true,
		Does: "ผู้ใช้งานจะเข้าสู่ระบบได้อีกครั้ง ด้วยสิทธิ์ที่ยังมีอยู่",
	}, "คืนบัญชีเรียบร้อยแล้ว", (*staff.Service).Restore},
	{"end-sessions", staffview.Order{
		Title: "ออกจากระบบทุกอุปกรณ์", Button: "ออกจากระบบทุกอุปกรณ์", Danger: true,
		Does: "ผู้ใช้งานจะออกจากระบบทุกอุปกรณ์ทันที และเข้าสู่ระบบใหม่ได้ตามปกติ",
	}, "สั่งออกจากระบบทุกอุปกรณ์เรียบร้อยแล้ว", (*staff.Service).EndSessions},
}

func (p staffPages) orderForm(o staffOrder) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.showOrder(w, r, http.StatusOK, o, p.begun(r))
	}
}

func (p staffPages) showOrder(w http.ResponseWriter, r *http.Request, status int, o staffOrder, f staffview.Form) error {
	person, err := p.staff.Ordering(r.Context(), p.Actor(r), staff.ID(numberIn(r)))
	if err != nil {
		return err
	}
	l, err := p.frameFor(r, o.view.Title)
	if err != nil {
		return err
	}
	o.view.Address = r.URL.Path
	return p.Render(w, r, status, staffview.Confirm(l, person, o.view, ready(f, person.ID)))
}

func (p staffPages) order(o staffOrder) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, id := readStaffForm(r.PostForm), staff.ID(numberIn(r))
		err := o.do(p.staff, r.Context(), p.Actor(r), id, staff.Order{Reason: f.Reason, Key: idempotency.Key(f.Key)})
		return p.AnswerForm(w, r, err, kit.FormAnswer{
			To: wayBack(f.Return, id), Message: o.done,
			Again: func(status int, bad *problem.Error) error {
				f.Problem = bad
				return p.showOrder(w, r, status, o, f)
			},
		})
	}
}
