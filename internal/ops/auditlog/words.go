package auditlog

import (
	"regexp"
	"strings"
)

// contentSubject begins the subjects of what is edited: the kind and the key follow.
const contentSubject = "content/"

// Content is the kind and the key of the content that the entry is about, or
// empty.
func (e Entry) Content() (kind, key string) {
	rest, ok := strings.CutPrefix(e.Subject, contentSubject)
	if !ok {
		return "", ""
	}
	kind, key, _ = strings.Cut(rest, "/")
	return kind, key
}

// Kind says in Thai what kind of thing the entry is about, with its number or
// key. It is empty for a page, whose path is its name.
func (e Described) Kind() string {
	kind, key := e.kind()
	name := e.words.subjects[kind].word.Name
	switch {
	case kind == "":
		return ""
	case name == "":
		return e.Subject
	case key == "" && name == e.SubjectName:
		return ""
	case key == "":
		return name
	}
	return name + " " + key
}

// About is what the entry is about, as people knew it then.
func (e Described) About() string {
	switch {
	case e.SubjectName != "":
		return e.SubjectName
	case strings.HasPrefix(e.Subject, "/"):
		return e.Subject
	}
	return e.Kind()
}

// kind is the kind of thing and the key that the subject's name is made of.
func (e Entry) kind() (kind, key string) {
	kind, key, _ = strings.Cut(strings.TrimPrefix(e.Subject, contentSubject), "/")
	return kind, key
}

var number = regexp.MustCompile(`^[1-9][0-9]*$`)

// Page is the address of the subject's own page, or empty.
func (e Described) Page() string {
	kind, key := e.kind()
	page := e.words.subjects[kind].word.Page
	if page == "" || !number.MatchString(key) || e.words.actions[e.Action].word.ByCode {
		return ""
	}
	return page + key
}

// ActionName is what was done, in Thai; empty if no feature knows it.
func (e Described) ActionName() string { return e.words.Action(e.Action) }

// Refusal reports whether the entry says that something was refused.
func (e Described) Refusal() bool { return e.words.actions[e.Action].word.Refusal }

// Who is who did it, as they were called then.
func (e Entry) Who() string {
	switch {
	case e.Job == "command line":
		return "บรรทัดคำสั่ง"
	case e.Job != "":
		return "งานอัตโนมัติ"
	case e.StaffName != "":
		return e.StaffName
	case e.StaffID == nil:
		return "ผู้เยี่ยมชม"
	}
	return "ไม่ทราบชื่อ"
}
