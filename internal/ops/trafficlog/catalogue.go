package trafficlog

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Actions: []catalogue.Action{
		{Action: audit.RowsCleaned, Name: "ล้างข้อมูลที่หมดอายุ", Group: catalogue.ActionsSystem},
	},
	Subjects: []catalogue.Subject{
		{Key: "trafficlog", Name: "บันทึกจราจรคอมพิวเตอร์"},
	},
	Fields: []catalogue.Field{
		{Key: "files", Name: "ไฟล์"},
	},
}
