package agency

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"portal/internal/kit/authz"
	"portal/internal/kit/form"
	"portal/internal/kit/problem"
)

// Longest texts, in characters.
const (
	maxSearch = 100
	maxReason = 500
)

// checkText refuses a text that no name contains and Postgres cannot hold.
func checkText(text string) error {
	if !form.Storable(text) || utf8.RuneCountInString(text) > maxSearch {
		return problem.New(problem.BadInput, "คำค้นยาวเกินไปหรืออ่านไม่ได้ กรุณาพิมพ์ใหม่")
	}
	return nil
}

// check refuses a filter that no form offers.
func (f Filter) check() error {
	if f.Kind != "" && !f.Kind.Valid() || f.State != "" && f.State != Shown && f.State != Hidden {
		return problem.New(problem.BadInput, "ตัวกรองนี้ไม่ถูกต้อง กรุณาเปิดรายการใหม่จากเมนู")
	}
	return checkText(f.Text)
}

// places says under which kinds each kind may stand; "" is the top of the tree.
var places = map[Kind][]Kind{
	authz.Ministry:     {""},
	authz.Department:   {"", authz.Ministry},
	authz.Division:     {authz.Department, authz.Division},
	authz.ServicePoint: {authz.Department, authz.Division},
}

// misplaced says why an agency of the kind cannot stand under one of kind
// parent ("" for the top), or "" when it can.
func misplaced(kind, parent Kind) string {
	if slices.Contains(places[kind], parent) {
		return ""
	}
	switch kind {
	case authz.Ministry:
		return "กระทรวงต้องอยู่ระดับบนสุด ไม่มีหน่วยงานต้นสังกัด"
	case authz.Department:
		return "กรมหรือเทียบเท่าต้องอยู่ใต้กระทรวง หรืออยู่ระดับบนสุด"
	}
	return kind.Name() + " ต้องอยู่ใต้กรมหรือเทียบเท่า หรือใต้กอง / สำนักงาน / ศูนย์"
}

// MayTop reports whether an agency of the kind can stand without a parent.
func MayTop(kind Kind) bool { return misplaced(kind, "") == "" }

// mayMove is the rule for a new place in the tree: parent leads from the new
// parent up and is empty for the top.
func mayMove(a Agency, parent Line) error {
	if slices.Contains(parent.ids(), a.ID) {
		return problem.Fields(map[string]string{"unit": "ย้ายหน่วยงานไปอยู่ใต้ตัวเองหรือใต้หน่วยงานที่อยู่ภายใต้ตัวเองไม่ได้ กรุณาเลือกหน่วยงานอื่น"})
	}
	above := Kind("")
	var id *ID
	if len(parent) > 0 {
		above, id = parent[0].Kind, &parent[0].ID
	}
	if why := misplaced(a.Kind, above); why != "" {
		return problem.Fields(map[string]string{"unit": why})
	}
	if same(a.ParentID, id) {
		return problem.Fields(map[string]string{"unit": "หน่วยงานนี้อยู่ใต้หน่วยงานที่เลือกอยู่แล้ว กรุณาเลือกหน่วยงานอื่น"})
	}
	return nil
}

func same(a, b *ID) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// mayBecome is the rule for another kind or code: what is around the agency
// and the roles held in it must still fit. below are the kinds directly under it.
func mayBecome(kind Kind, code string, parent Kind, below []Kind, held []authz.Role) string {
	if why := misplaced(kind, parent); why != "" {
		return why
	}
	for _, k := range below {
		if why := misplaced(k, kind); why != "" {
			return "มี" + k.Name() + "อยู่ภายใต้ จึงเปลี่ยนเป็น" + kind.Name() + "ไม่ได้"
		}
	}
	for _, role := range held {
		if !role.HeldAt(kind, code) {
			return "มี" + role.Name() + "หรือรหัส Token ของบทบาทนี้อยู่ จึงเปลี่ยนไม่ได้"
		}
	}
	return ""
}

// Entry is what people type about an agency.
type Entry struct {
	Code, Name, NameEN, ShortName string
	Address, Telephone            string
	Kind                          Kind
}

var codeForm = regexp.MustCompile(`^[0-9]{2,20}$`)

// texts are the texts of an Entry.
var texts = []form.Text[Entry]{
	{Name: "name", Max: 250, Missing: "กรุณากรอกชื่อหน่วยงาน", Of: func(e *Entry) *string { return &e.Name }},
	{Name: "name_en", Max: 250, Of: func(e *Entry) *string { return &e.NameEN }},
	{Name: "short_name", Max: 60, Of: func(e *Entry) *string { return &e.ShortName }},
	{Name: "address", Max: 500, Of: func(e *Entry) *string { return &e.Address }},
	{Name: "telephone", Max: 100, Of: func(e *Entry) *string { return &e.Telephone }},
}

// tidy writes texts as they are stored: NFC, no signs without width, single spaces.
func (e Entry) tidy() Entry {
	for _, f := range texts {
		*f.Of(&e) = tidy(*f.Of(&e))
	}
	e.Code = arabic.Replace(strings.ReplaceAll(tidy(e.Code), " ", ""))
	return e
}

var arabic = strings.NewReplacer("๐", "0", "๑", "1", "๒", "2", "๓", "3", "๔", "4", "๕", "5", "๖", "6", "๗", "7", "๘", "8", "๙", "9")

func tidy(text string) string { return form.Tidy(text) }

// check says what to fix, by field; it is empty when all is well.
func (e Entry) check() map[string]string {
	fix := map[string]string{}
	switch {
	case e.Code == "":
		fix["code"] = "กรุณากรอกรหัสหน่วยงาน"
	case !codeForm.MatchString(e.Code):
		fix["code"] = "รหัสต้องเป็นตัวเลข 2 ถึง 20 หลัก"
	}
	if !e.Kind.Valid() {
		fix["kind"] = "กรุณาเลือกประเภทหน่วยงาน"
	}
	for _, f := range texts {
		if why := f.Check(*f.Of(&e)); why != "" {
			fix[f.Name] = why
		}
	}
	return fix
}

// checkReason asks for the reason that the audit log keeps.
func checkReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return problem.Fields(map[string]string{"reason": "กรุณากรอกเหตุผล"})
	case !form.Storable(reason) || utf8.RuneCountInString(reason) > maxReason:
		return problem.Fields(map[string]string{"reason": fmt.Sprintf("เหตุผลยาวเกิน %d ตัวอักษร กรุณาย่อให้สั้นลง", maxReason)})
	}
	return nil
}
