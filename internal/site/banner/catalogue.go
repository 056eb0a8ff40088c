package banner

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuWebsite, Needs: authz.EditBanners, Title: "แบนเนอร์", Path: "/backend/content/banner", Icon: "image"},
	},
	Subjects: []catalogue.Subject{
		{Key: "banner", Name: "แบนเนอร์ประชาสัมพันธ์"},
	},
}
