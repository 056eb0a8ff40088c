package editing

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"portal/internal/kit/problem"
	"portal/internal/text/richtext"
	"portal/internal/text/thaidate"
)

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Read takes what a form sent into fields: trimmed, only what the kind has, the
// rows of lists in the order of the numbers typed beside them and without the
// empty ones.
func Read(inputs []Input, form url.Values) Fields {
	f := Fields{}
	for _, in := range inputs {
		if in.Type == List {
			readRows(f, in, form)
			continue
		}
		if in.Type == Rich {
			f[in.Name] = richtext.Parse(form, in.Name)
			continue
		}
		f[in.Name] = in.read(form.Get(in.Name))
	}
	return f
}

func (in Input) read(typed string) string {
	text := strings.ReplaceAll(typed, "\r\n", "\n")
	switch in.Type {
	case Text:
		return strings.TrimSpace(text)
	case Check:
		return yes(text != "")
	default:
		return strings.Join(strings.Fields(text), " ")
	}
}

// maxRows is more than any list may have.
const maxRows = 50

func readRows(f Fields, in Input, form url.Values) {
	at := func(i int, part string) string { return in.Name + "." + strconv.Itoa(i) + "." + part }
	places := make([]string, maxRows)
	for i := range places {
		places[i] = form.Get(at(i, "place"))
	}
	kept := 0
	for _, i := range InPlace(places) {
		row, filled := Fields{}, false
		for _, part := range in.Parts {
			row[part.Name] = part.read(form.Get(at(i, part.Name)))
			filled = filled || row[part.Name] != ""
		}
		if !filled || form.Get(at(i, "drop")) != "" {
			continue
		}
		for name, value := range row {
			f[at(kept, name)] = value
		}
		kept++
	}
}

// rows are the rows of the list named list.
func (f Fields) rows(list string) []Fields {
	var all []Fields
	for i := range maxRows {
		prefix := list + "." + strconv.Itoa(i) + "."
		row := Fields{}
		for name, value := range f {
			if part, ok := strings.CutPrefix(name, prefix); ok {
				row[part] = value
			}
		}
		if len(row) == 0 {
			break
		}
		all = append(all, row)
	}
	return all
}

// Rows are the rows of the list named list, for the form.
func (f Fields) Rows(list string) []Fields { return f.rows(list) }

// Chosen are the values of all inputs of type t, in lists too.
func (f Fields) Chosen(inputs []Input, t InputType) []string {
	var all []string
	for _, in := range inputs {
		if in.Type == t && sha256Hex.MatchString(f[in.Name]) {
			all = append(all, f[in.Name])
		}
		for _, row := range f.rows(in.Name) {
			all = append(all, row.Chosen(in.Parts, t)...)
		}
	}
	return all
}

// check says what is wrong with a draft; complete also asks for what must be
// there before visitors see it.
func check(m model, inputs []Input, f Fields, complete bool) error {
	wrong := map[string]string{}
	for _, in := range inputs {
		if in.Type != List {
			in.check(in.Name, f[in.Name], complete, wrong)
			continue
		}
		rows := f.rows(in.Name)
		if len(rows) > in.Max {
			wrong[in.Name] = fmt.Sprintf("มีได้ไม่เกิน %d รายการ ขณะนี้มี %d", in.Max, len(rows))
		}
		for i, row := range rows {
			for _, part := range in.Parts {
				part.check(in.Name+"."+strconv.Itoa(i)+"."+part.Name, row[part.Name], complete, wrong)
			}
		}
	}
	if len(wrong) == 0 {
		maps.Copy(wrong, m.check(f))
	}
	return problem.Fields(wrong)
}

func (in Input) check(name, value string, complete bool, wrong map[string]string) {
	switch {
	case value == "" && in.Required && complete:
		wrong[name] = in.missing()
	case value == "":
	case in.Max > 0 && utf8.RuneCountInString(value) > in.Max:
		wrong[name] = fmt.Sprintf("ยาวเกินไป กรอกได้ไม่เกิน %d ตัวอักษร ขณะนี้มี %d", in.Max, utf8.RuneCountInString(value))
	case !in.valid(value):
		wrong[name] = invalid[in.Type]
	case in.Name == "email" && !isMail(value):
		wrong[name] = "อีเมลไม่ถูกต้อง ตัวอย่าง contact@dga.or.th"
	}
}

// missing asks for the input where it is empty.
func (in Input) missing() string {
	if slices.Contains([]InputType{Choice, Picture, Document}, in.Type) {
		return "กรุณาเลือก" + in.Label
	}
	return "กรุณากรอก" + in.Label
}

var invalid = map[InputType]string{
	Choice:   "กรุณาเลือกจากรายการ",
	Date:     "วันที่ไม่ถูกต้อง กรุณากรอกปีเป็น ค.ศ. เช่น 2026 สำหรับ พ.ศ. 2569",
	Moment:   "วันและเวลาไม่ถูกต้อง กรุณากรอกปีเป็น ค.ศ. เช่น 2026 สำหรับ พ.ศ. 2569",
	Link:     "กรุณากรอกที่อยู่ที่ขึ้นต้นด้วย https:// หรือหน้าในเว็บไซต์นี้ที่ขึ้นต้นด้วย /",
	Picture:  "กรุณาเลือกภาพจากคลังไฟล์",
	Document: "กรุณาเลือกไฟล์ PDF จากคลังไฟล์",
}

func (in Input) valid(value string) bool {
	switch in.Type {
	case Choice:
		return slices.ContainsFunc(in.Options, func(o Option) bool { return o.Value == value })
	case Date:
		_, err := thaidate.ParseDay(value)
		return err == nil
	case Moment:
		return timeOf(value) != nil
	case Link:
		return validLink(value)
	case Picture, Document:
		return sha256Hex.MatchString(value)
	}
	return true
}

// validLink accepts own paths and https addresses (RFC 3986) with a host.
func validLink(value string) bool {
	u, err := url.Parse(value)
	if err != nil || strings.ContainsAny(value, "\\ ") {
		return false
	}
	if u.Scheme == "" && u.Host == "" {
		return strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//")
	}
	return u.Scheme == "https" && u.Host != "" && u.User == nil
}

func isMail(value string) bool {
	a, err := mail.ParseAddress(value)
	return err == nil && a.Address == value
}

// timeOf reads a moment, or nil.
func timeOf(text string) *time.Time {
	t, err := thaidate.ParseMoment(text)
	if err != nil {
		return nil
	}
	return &t
}

func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(thaidate.Bangkok).Format(thaidate.MomentLayout)
}

// mark names the state of an item: which version is live and how often the
// draft was saved.
func (i Item) mark() string {
	revision := 0
	if i.Draft != nil {
		revision = i.Draft.Revision
	}
	return fmt.Sprintf("%d.%d", i.Number, revision)
}

// typedInto are f as a form with inputs sends it: what cannot be hidden is shown
// in every list, but that is nothing that an editor changes.
func (f Fields) typedInto(inputs []Input) Fields {
	if !slices.ContainsFunc(inputs, func(in Input) bool { return in.Name == shownField }) {
		delete(f, shownField)
	}
	return f
}

// files are the stored files that fields name, as SHA-256 in hex.
func (f Fields) files() []string {
	found := map[string]bool{}
	for _, text := range f {
		if sha256Hex.MatchString(text) {
			found[text] = true
		}
		for _, m := range fileLink.FindAllStringSubmatch(text, -1) {
			found[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

var fileLink = regexp.MustCompile(`/backend/file/([0-9a-f]{64})`)

// changed are the fields of a and b that differ, of each.
func changed(a, b Fields) (before, after Fields) {
	before, after = Fields{}, Fields{}
	for _, names := range []Fields{a, b} {
		for name := range names {
			_, asked := b[name]
			if name == shownField && !asked { // what is always shown has no such input
				continue
			}
			if a[name] != b[name] {
				before[name], after[name] = a[name], b[name]
			}
		}
	}
	return before, after
}
