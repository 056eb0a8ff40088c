package feedback

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{
			Group: catalogue.MenuWebsite, Needs: authz.ViewSearches,
			Title: "คำค้นของผู้อ่าน", Path: "/backend/content/searches", Icon: "search",
		},
	},
}
