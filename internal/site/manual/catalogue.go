package manual

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuWebsite, Needs: authz.EditManuals, Title: "คู่มือ", Path: "/backend/content/manual", Icon: "book-open"},
	},
	Subjects: []catalogue.Subject{
		{Key: "manual", Name: "คู่มือ"},
	},
}
