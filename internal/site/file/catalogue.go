package file

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionAdded   audit.Action = "file.added"
	ActionDeleted audit.Action = "file.deleted"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{
			Group: catalogue.MenuWebsite, Needs: authz.EditContent,
			Title: "คลังไฟล์", Path: "/backend/content/files", Icon: "folder-open",
		},
	},
	Actions: []catalogue.Action{
		{Action: ActionAdded, Name: "เพิ่มไฟล์ในคลัง", Group: catalogue.ActionsContent},
		{Action: ActionDeleted, Name: "ลบไฟล์จากคลัง", Group: catalogue.ActionsContent},
	},
	Subjects: []catalogue.Subject{
		{Key: "file", Name: "ไฟล์"},
	},
	Fields: []catalogue.Field{
		{Key: "name"}, {Key: "type", Name: "ชนิด"}, {Key: "size", Name: "ขนาด (ไบต์)"}, {Key: "pages", Name: "จำนวนหน้า"},
		{Key: "width", Name: "กว้าง (พิกเซล)"}, {Key: "height", Name: "สูง (พิกเซล)"},
		{Key: "added_at", Name: "เพิ่มเมื่อ"},
	},
}
