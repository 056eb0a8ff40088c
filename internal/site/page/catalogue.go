package page

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuWebsite, Needs: authz.EditPages, Title: "หน้าเนื้อหา", Path: "/backend/content/page", Icon: "file-text"},
	},
	Subjects: []catalogue.Subject{
		{Key: "page", Name: "หน้าเนื้อหา"},
	},
}
