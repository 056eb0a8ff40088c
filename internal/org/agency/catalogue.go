package agency

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionAdded    audit.Action = "agency.added"
	ActionChanged  audit.Action = "agency.changed"
	ActionMoved    audit.Action = "agency.moved"
	ActionShown    audit.Action = "agency.shown"
	ActionHidden   audit.Action = "agency.hidden"
	ActionChecked  audit.Action = "agency.import_checked"
	ActionImported audit.Action = "agency.imported"
	ActionSeeded   audit.Action = "agency.seeded"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{
			Group: catalogue.MenuServices, Needs: authz.ViewAgencies,
			Title: "หน่วยงานและโครงสร้าง", Path: "/backend/agencies", Icon: "building-2",
		},
	},
	Actions: []catalogue.Action{
		{Action: ActionAdded, Name: "เพิ่มหน่วยงาน", Group: catalogue.ActionsAgency},
		{Action: ActionChanged, Name: "แก้ไขหน่วยงาน", Group: catalogue.ActionsAgency},
		{Action: ActionMoved, Name: "ย้ายหน่วยงาน", Group: catalogue.ActionsAgency},
		{Action: ActionShown, Name: "แสดงหน่วยงาน", Group: catalogue.ActionsAgency},
		{Action: ActionHidden, Name: "ซ่อนหน่วยงาน", Group: catalogue.ActionsAgency},
		{Action: ActionChecked, Name: "ตรวจสอบไฟล์หน่วยงานก่อนนำเข้า", Group: catalogue.ActionsAgency},
		{Action: ActionImported, Name: "นำเข้าหน่วยงานจากไฟล์", Group: catalogue.ActionsAgency},
		{Action: ActionSeeded, Name: "นำเข้าหน่วยงานเริ่มต้น", Group: catalogue.ActionsAgency, ByCode: true},
	},
	Subjects: []catalogue.Subject{
		{Key: "agency", Name: "หน่วยงาน", Page: "/backend/agencies/"},
		{Key: "agencies", Name: "หน่วยงาน"},
		{Key: "agency_uploads", Name: "ไฟล์หน่วยงานที่ตรวจสอบไว้"},
	},
	Fields: append(words(), []catalogue.Field{
		{Key: "kind", Name: "ประเภท"}, {Key: "parent", Name: "สังกัด"},
		{Key: "parent_id", Name: "สังกัด"}, {Key: "parent_name", Name: "สังกัด"},
		{Key: "parent_code", Name: "รหัสต้นสังกัด"}, {Key: "same", Name: "เหมือนเดิม"},
		{Key: "sha256", Name: "แฮชของไฟล์ (SHA-256)"}, {Key: "agency_uploads", Name: "ไฟล์หน่วยงานที่ตรวจสอบไว้"},
		{Key: "shown", Name: "การแสดงผล"}, {Key: "rows"},
		{Key: "added", Name: "เพิ่ม"}, {Key: "changed", Name: "แก้ไข"}, {Key: "moved", Name: "ย้าย"},
	}...),
}
