package editing

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionDrafted   audit.Action = "content.drafted"
	ActionPublished audit.Action = "content.published"
	ActionScheduled audit.Action = "content.scheduled"
	ActionHeld      audit.Action = "content.unscheduled"
	ActionDiscarded audit.Action = "content.discarded"
	ActionOrdered   audit.Action = "content.ordered"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Actions: []catalogue.Action{
		{Action: ActionDrafted, Name: "บันทึกฉบับร่างเนื้อหา", Group: catalogue.ActionsContent},
		{Action: ActionPublished, Name: "เผยแพร่เนื้อหา", Group: catalogue.ActionsContent},
		{Action: ActionScheduled, Name: "กำหนดเวลาเผยแพร่เนื้อหา", Group: catalogue.ActionsContent},
		{Action: ActionHeld, Name: "ยกเลิกกำหนดเผยแพร่เนื้อหา", Group: catalogue.ActionsContent},
		{Action: ActionDiscarded, Name: "ทิ้งฉบับร่างเนื้อหา", Group: catalogue.ActionsContent},
		{Action: ActionOrdered, Name: "เรียงลำดับเนื้อหา", Group: catalogue.ActionsContent},
	},
	Fields: []catalogue.Field{
		{Key: "name"}, {Key: "telephone"}, {Key: "email", Name: "อีเมล"}, {Key: "address", Name: "ที่อยู่"}, {Key: "file"},
		{Key: "text"}, {Key: "from"}, {Key: "until"}, {Key: "publish_at", Name: "เผยแพร่เมื่อ"}, {Key: "rows"},
		{Key: "value"},
	},
}

// LinkCheck is the catalogue of the check of links.
var LinkCheck = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuWebsite, Needs: authz.CheckLinks, Title: "ตรวจลิงก์", Path: "/backend/content/links", Icon: "link"},
	},
}
