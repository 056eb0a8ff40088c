package people

import (
	"context"
	"errors"
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
	"portal/templates/component"
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
	choice := agency.Choice{Text: e.AgencyName, Unit: &agency.Unit{ID: e.AgencyID, Name: e.AgencyName}}
	if typed, ok := p.SavedForm(r); ok {
		f = readStaffForm(typed)
		if choice, err = p.agencies.Choose(r.Context(), p.Actor(r), authz.EditMembership, agency.PickOf(typed, "unit")); err != nil {
			return err
		}
	}
	f.Unit = editUnit(choice, nil)
	return p.showEdit(w, r, http.StatusOK, e, f)
}

func (p staffPages) showEdit(w http.ResponseWriter, r *http.Request, status int, e staff.Editing, f staffview.Form) error {
	l, err := p.frameFor(r, "แก้ไขสิทธิ์ผู้ใช้งาน")
	if err != nil {
		return err
	}
	return p.Render(w, r, status, staffview.Edit(l, e, ready(f, e.StaffID)))
}

// editUnit is the picker for where the role will be held, with what is wrong
// with the choice.
func editUnit(c agency.Choice, bad *problem.Error) component.UnitField {
	f := kit.UnitField("unit", kit.UnitLabel, c)
	f.Hint, f.Button = "หน่วยงานที่จะใช้สิทธิ์นี้", true
	if fix := bad.Field("unit"); fix != "" && f.Fix == "" {
		f.Fix = fix
	}
	return f
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
	if err := r.ParseForm(); err != nil {
		return kit.BadForm(err)
	}
	f := readStaffForm(r.PostForm)
	id := staff.MembershipID(numberIn(r))
	choice, err := p.agencies.Choose(r.Context(), p.Actor(r), authz.EditMembership, agency.PickOf(r.PostForm, "unit"))
	if err != nil {
		return err
	}
	c, renewed := p.change(r, f)
	if choice.Unit != nil {
		c.Agency = choice.Unit.ID
	}
	var h staff.Held
	searching := r.PostForm.Has("find") // the picker's own button: nothing is to be changed yet
	if !searching {
		h, err = p.staff.Edit(r.Context(), p.Actor(r), id, c)
	}
	if bad, ok := kit.FormProblem(err); ok || searching {
		e, err := p.staff.Editing(r.Context(), p.Actor(r), id)
		if err != nil {
			return err
		}
		f.Problem, f.Unit = bad, editUnit(choice, bad)
		status := http.StatusOK
		if bad != nil {
			status = kit.Statuses[bad.Kind]
		}
		return p.showEdit(w, r, status, e, f)
	}
	return p.changed(w, r, h, f, *renewed, "แก้ไขสิทธิ์ของ"+h.Name+"เรียบร้อยแล้ว", err)
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
	if err := r.ParseForm(); err != nil {
		return kit.BadForm(err)
	}
	f := readStaffForm(r.PostForm)
	id := staff.MembershipID(numberIn(r))
	c, renewed := p.change(r, f)
	h, err := p.staff.Remove(r.Context(), p.Actor(r), id, c)
	if bad, ok := kit.FormProblem(err); ok {
		e, err := p.staff.Removing(r.Context(), p.Actor(r), id)
		if err != nil {
			return err
		}
		f.Problem = bad
		return p.showRemove(w, r, kit.Statuses[bad.Kind], e, f)
	}
	return p.changed(w, r, h, f, *renewed, "ลบสิทธิ์ของ"+h.Name+"เรียบร้อยแล้ว", err)
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

// changed answers a form that was carried out, now or by a first press.
func (p staffPages) changed(w http.ResponseWriter, r *http.Request, h staff.Held, f staffview.Form, renewed, message string, err error) error {
	if err != nil && !errors.Is(err, idempotency.ErrDone) {
		return err
	}
	if int64(h.StaffID) == p.Actor(r).StaffID { // what they may see now is known at the next request
		if renewed != "" {
			p.SetCookie(w, "session", renewed, 0)
		}
		kit.Redirect(w, r, "/backend/profile")
		return nil
	}
	return p.back(w, r, wayBack(f.Return, h.StaffID), message, err)
}

// back leads on with a sentence on what happened, unless err says that it
// happened before.
func (p staffPages) back(w http.ResponseWriter, r *http.Request, to, message string, err error) error {
	if err == nil {
		p.Sessions.Flash(r.Context(), message)
		p.SaveSession(r.Context())
	}
	kit.Redirect(w, r, to)
	return nil
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
		if err := r.ParseForm(); err != nil {
			return kit.BadForm(err)
		}
		f := readStaffForm(r.PostForm)
		id := staff.ID(numberIn(r))
		err := o.do(p.staff, r.Context(), p.Actor(r), id, staff.Order{Reason: f.Reason, Key: idempotency.Key(f.Key)})
		if bad, ok := kit.FormProblem(err); ok {
			f.Problem = bad
			return p.showOrder(w, r, kit.Statuses[bad.Kind], o, f)
		}
		if err != nil && !errors.Is(err, idempotency.ErrDone) {
			return err
		}
		return p.back(w, r, wayBack(f.Return, id), o.done, err)
	}
}
