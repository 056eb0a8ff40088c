package announcement

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{
			Group: catalogue.MenuWebsite, Needs: authz.EditAnnouncements,
			Title: "ประกาศข่าวสาร", Path: "/backend/content/announcement", Icon: "megaphone",
		},
	},
	Subjects: []catalogue.Subject{
		{Key: "announcement", Name: "ประกาศข่าวสาร"},
	},
}
