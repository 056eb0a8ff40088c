package onboarding

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuAccounts, Needs: authz.RedeemToken, Title: "กรอกรหัส Token", Path: "/backend/token", Icon: "user-check"},
	},
}
