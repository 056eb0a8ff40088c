package backup

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionMade     audit.Action = "backup.made"
	ActionRestored audit.Action = "backup.restored"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Actions: []catalogue.Action{
		{Action: ActionMade, Name: "สำรองข้อมูล", Group: catalogue.ActionsSystem},
		{Action: ActionRestored, Name: "กู้คืนข้อมูลจากชุดสำรอง", Group: catalogue.ActionsSystem},
	},
	Subjects: []catalogue.Subject{
		{Key: "backup", Name: "ชุดสำรองข้อมูล"},
	},
	Fields: []catalogue.Field{
		{Key: "sessions"}, {Key: "kept_forms"}, {Key: "attempts"}, {Key: "file"}, {Key: "codes"}, {Key: "rows"},
		{Key: "hash"}, {Key: "bytes", Name: "ขนาด (ไบต์)"}, {Key: "schema_version", Name: "รุ่นของโครงสร้างข้อมูล"},
		{Key: "ended", Name: "สิ้นสุดขณะกู้คืน"},
	},
}
