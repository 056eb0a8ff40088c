package status

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuSystem, Needs: authz.ViewStatus, Title: "สถานะระบบ", Path: "/backend/status", Icon: "monitor"},
	},
}
