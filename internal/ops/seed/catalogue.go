package seed

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionSeeded audit.Action = "content.seeded"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Actions: []catalogue.Action{
		{Action: ActionSeeded, Name: "นำเข้าเนื้อหาเริ่มต้น", Group: catalogue.ActionsSystem},
	},
	Subjects: []catalogue.Subject{
		{Key: "sample", Name: "ข้อมูลตัวอย่าง"},
	},
}
