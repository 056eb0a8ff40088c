// Package catalogue is what a feature tells the rest of the portal about itself
// as values: its entries in the menu and the words of what it records. Each
// feature has one in its own catalogue.go; internal/ops/features lists them.
package catalogue

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// Feature is one feature's catalogue. Any part may be empty.
type Feature struct {
	Menu     []MenuItem
	Actions  []Action
	Subjects []Subject
	// Fields are the keys of the details it records, in the order they are shown.
	// They may be made from the description of a form.
	Fields []Field
	// Values are words for texts that stand in details, by the text.
	Values map[string]string
	// Reasons are words for the reasons that the portal itself gives.
	Reasons map[string]string
}

// MenuItem is a page in the sidebar of the office.
type MenuItem struct {
	Group             string // its title; groups are shown in the order of their first item
	Needs             authz.Permission
	Title, Path, Icon string
}

// The groups of the menu.
const (
	MenuAccounts = "บัญชีผู้ใช้"
	MenuServices = "ข้อมูลบริการ"
	MenuWebsite  = "เว็บไซต์"
	MenuSystem   = "ระบบ"
)

// Action is something that the audit log records.
type Action struct {
	Action audit.Action
	Name   string // what was done, in the words of the audit viewer
	Group  string // of the viewer's choice of actions
	// Refusal says that something was refused.
	Refusal bool
	// ByCode says that the subject is named by a code, which has no page.
	ByCode bool
}

// The groups of actions.
const (
	ActionsSignIn  = "การเข้าสู่ระบบ"
	ActionsTokens  = "รหัส Token" // #nosec G101 -- words on screens
	ActionsStaff   = "ผู้ใช้งานและสิทธิ์"
	ActionsAgency  = "หน่วยงาน"
	ActionsContent = "เนื้อหาเว็บไซต์"
	ActionsSystem  = "ระบบ"
)

// Subject is a kind of thing that entries of the audit log are about.
type Subject struct {
	Key  string // the part of audit.Subject.Key before the slash
	Name string
	Page string // where the page of one stands, its number follows; empty: it has none
}

// Field is a key of a detail and its word. Without a name it has the word that
// all features share.
type Field struct{ Key, Name string }
