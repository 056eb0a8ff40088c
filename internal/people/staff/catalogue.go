package staff

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionSignedIn          audit.Action = "staff.signed_in"
	ActionMembershipGiven   audit.Action = "membership.given"
	ActionMembershipChanged audit.Action = "membership.changed"
	ActionMembershipEnded   audit.Action = "membership.ended"
	ActionSuspended         audit.Action = "staff.suspended"
	ActionRestored          audit.Action = "staff.restored"
	ActionExported          audit.Action = "staff.exported"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{
			Group: catalogue.MenuAccounts, Needs: authz.ViewStaff,
			Title: "จัดการรายละเอียดผู้ใช้งาน", Path: "/backend/staff", Icon: "users",
		},
	},
	Actions: []catalogue.Action{
		{Action: ActionMembershipGiven, Name: "ให้สิทธิ์ผู้ใช้งาน", Group: catalogue.ActionsStaff},
		{Action: ActionMembershipChanged, Name: "แก้ไขสิทธิ์ผู้ใช้งาน", Group: catalogue.ActionsStaff},
		{Action: ActionMembershipEnded, Name: "ลบสิทธิ์ผู้ใช้งาน", Group: catalogue.ActionsStaff},
		{Action: ActionSuspended, Name: "ระงับบัญชีผู้ใช้งาน", Group: catalogue.ActionsStaff},
		{Action: ActionRestored, Name: "คืนบัญชีผู้ใช้งาน", Group: catalogue.ActionsStaff},
		{Action: ActionExported, Name: "ดาวน์โหลดรายชื่อผู้ใช้งาน", Group: catalogue.ActionsStaff},
	},
	Subjects: []catalogue.Subject{
		{Key: "staff", Name: "ผู้ใช้งาน", Page: "/backend/staff/"},
		{Key: "membership", Name: "สิทธิ์ผู้ใช้งาน"},
	},
	Fields: []catalogue.Field{
		{Key: "role", Name: "บทบาทผู้ใช้"}, {Key: "agency", Name: "หน่วยงาน"}, {Key: "agency_name", Name: "หน่วยงาน"},
		{Key: "unit"}, {Key: "token"}, {Key: "state", Name: "สถานะ"}, {Key: "filter"}, {Key: "rows"},
		{Key: "query", Name: "คำค้น"}, {Key: "last", Name: "เจ้าหน้าที่ส่วนกลางคนสุดท้ายของหน่วยงาน"},
	},
	Values: map[string]string{"active": "ใช้งานได้", "suspended": "ระงับ"},
}
