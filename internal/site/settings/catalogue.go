package settings

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuWebsite, Needs: authz.EditSite, Title: "หน้าหลักและติดต่อ", Path: "/backend/content/site", Icon: "house"},
	},
	Subjects: []catalogue.Subject{
		{Key: "site", Name: "หน้าหลักและติดต่อ"},
		{Key: "settings", Name: "การตั้งค่า"},
	},
}
