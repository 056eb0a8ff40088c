package idempotency

import (
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Subjects: []catalogue.Subject{
		{Key: "form_results", Name: "แบบฟอร์มที่ส่งแล้ว"},
	},
	Fields: []catalogue.Field{
		{Key: "form_results", Name: "แบบฟอร์มที่ส่งแล้ว"},
	},
}
