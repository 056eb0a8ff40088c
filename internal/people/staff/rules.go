package staff

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

// maxReason is the longest reason that is kept, in letters.
const maxReason = 500

// checkReason returns the reason without blanks around it.
func checkReason(text string, needed bool) (reason, fix string) {
	reason = strings.TrimSpace(text)
	switch {
	case reason == "" && needed:
		return "", "กรุณาระบุเหตุผล"
	case utf8.RuneCountInString(reason) > maxReason:
		return "", fmt.Sprintf("เหตุผลยาวเกิน %d ตัวอักษร กรุณาย่อให้สั้นลง", maxReason)
	}
	return reason, ""
}

func (h Held) own(actor authz.Actor) bool { return actor.SignedIn() && h.StaffID == ID(actor.StaffID) }

// inReach reports whether the actor may know of the membership at all.
func (h Held) inReach(actor authz.Actor) bool {
	return h.own(actor) || actor.RequireIn(authz.ViewStaff, h.Lineage) == nil
}

// mayEdit is the rule for whose membership may become another: one that the
// actor may take away.
func (h Held) mayEdit(actor authz.Actor) error {
	return actor.RequireGive(authz.EditMembership, h.Role, h.Lineage)
}

// mayRemove is the rule for whose membership may end: one that the actor may
// take away, the actor's own, and any for whoever runs the portal.
func (h Held) mayRemove(actor authz.Actor) error {
	if h.own(actor) || actor.Can(authz.RemoveMembership) {
		return nil
	}
	return h.mayEdit(actor)
}

// mayBecome is the rule for what a membership may be turned into: a role that
// the actor gives, at an agency where it can be held.
func (h Held) mayBecome(actor authz.Actor, role authz.Role, at Place) error {
	if !role.Valid() {
		return problem.Fields(map[string]string{"role": "กรุณาเลือกบทบาทผู้ใช้จากรายการ"})
	}
	if err := actor.RequireGive(authz.EditMembership, role, at.Lineage); err != nil {
		return err
	}
	if !role.HeldAt(at.Kind, at.Code) {
		return problem.Fields(map[string]string{"unit": role.Name() + "มีได้เฉพาะที่" + seatName(role) + " กรุณาเลือกหน่วยงานใหม่"})
	}
	if role == h.Role && at.ID == h.AgencyID {
		return problem.Fields(map[string]string{"role": "บทบาทและหน่วยงานยังเหมือนเดิม กรุณาเลือกค่าใหม่ก่อนบันทึก"})
	}
	return nil
}

// seatName says in words where a role can be held.
func seatName(r authz.Role) string {
	kinds, code := r.Seat()
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name())
	}
	switch code {
	case authz.CodeDGA:
		names = append(names, "สพร.")
	case authz.CodeOPDC:
		names = append(names, "สำนักงาน ก.พ.ร.")
	}
	return strings.Join(names, "หรือ")
}

// keepsAdmin is the rule that a dga_admin always remains: others counts those
// who would.
func keepsAdmin(role authz.Role, others int) error {
	if role == authz.DGAAdmin && others == 0 {
		return problem.New(problem.Conflict, "ทำรายการนี้ไม่ได้ เพราะเป็นผู้ดูแลระบบ สพร. คนสุดท้าย กรุณาให้สิทธิ์ผู้ดูแลระบบ สพร. แก่ผู้อื่นก่อน")
	}
	return nil
}

// leavesDepartment is the warning before the last central officer of a
// department goes.
func leavesDepartment(last, confirmed bool) error {
	if last && !confirmed {
		return problem.Fields(map[string]string{"confirm": "กรุณาทำเครื่องหมายเพื่อยืนยัน เพราะหน่วยงานนี้จะไม่มีเจ้าหน้าที่ส่วนกลาง"})
	}
	return nil
}

// maySuspend is the rule for who may be suspended: anybody else, once.
func (p Person) maySuspend(actor authz.Actor) error {
	switch {
	case p.ID == ID(actor.StaffID):
		return problem.New(problem.Conflict, "ท่านระงับบัญชีของตนเองไม่ได้ กรุณาให้ผู้ดูแลระบบ สพร. คนอื่นดำเนินการ")
	case p.SuspendedAt != nil:
		return problem.New(problem.Conflict, "บัญชีนี้ถูกระงับอยู่แล้ว")
	}
	return nil
}

func (p Person) mayRestore() error {
	if p.SuspendedAt == nil {
		return problem.New(problem.Conflict, "บัญชีนี้ใช้งานได้อยู่แล้ว")
	}
	return nil
}

// changedTo says of a membership that ended since its form was opened what it
// is now; nil is nothing.
func changedTo(now *Held) error {
	if now == nil {
		return problem.New(problem.Conflict, "มีผู้แก้ไขสิทธิ์นี้ไปแล้ว ขณะนี้สิทธิ์นี้ถูกลบแล้ว")
	}
	return problem.New(problem.Conflict, "มีผู้แก้ไขสิทธิ์นี้ไปแล้ว ขณะนี้เป็น"+now.Role.Name()+" · "+now.AgencyName)
}

// choices are the roles on the form: those that the actor gives, and the one
// held now.
func (h Held) choices(actor authz.Actor) []authz.Role {
	gives := actor.Gives()
	var all []authz.Role
	for _, r := range authz.Roles {
		if r == h.Role || slices.Contains(gives, r) {
			all = append(all, r)
		}
	}
	return all
}
