package auditlog

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionAccessRefused audit.Action = "access.refused"
	ActionExported      audit.Action = "audit.exported"
	ActionPruned        audit.Action = "audit.pruned"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuSystem, Needs: authz.ViewAudit, Title: "บันทึกการใช้งาน", Path: "/backend/audit", Icon: "scroll-text"},
	},
	Actions: []catalogue.Action{
		{Action: ActionAccessRefused, Name: "ปฏิเสธการเข้าถึง", Group: catalogue.ActionsSignIn, Refusal: true},
		{Action: ActionExported, Name: "ดาวน์โหลดบันทึกการใช้งาน", Group: catalogue.ActionsSystem},
		{Action: ActionPruned, Name: "ลบบันทึกการใช้งานที่ครบกำหนด", Group: catalogue.ActionsSystem},
	},
	Subjects: []catalogue.Subject{
		{Key: "audit", Name: "บันทึกการใช้งาน"},
	},
	Fields: []catalogue.Field{
		{Key: "unit"}, {Key: "format"}, {Key: "filter"}, {Key: "person", Name: "ผู้ใช้งาน"}, {Key: "text"},
		{Key: "action", Name: "การกระทำ"}, {Key: "from"}, {Key: "until"}, {Key: "count"},
		{Key: "method", Name: "วิธีส่งคำขอ"}, {Key: "message", Name: "ข้อความที่แจ้งผู้ใช้"},
		{Key: "through_id", Name: "ถึงเลขที่"}, {Key: "hash"},
	},
}
