package faq

import (
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuWebsite, Needs: authz.EditFAQ, Title: "FAQ", Path: "/backend/content/faq", Icon: "circle-question-mark"},
		{Group: catalogue.MenuWebsite, Needs: authz.EditAllFAQ, Title: "หมวด FAQ", Path: "/backend/content/faq-group", Icon: "layers"},
	},
	Subjects: []catalogue.Subject{
		{Key: "faq", Name: "FAQ"},
		{Key: "faq-group", Name: "หมวด FAQ"},
	},
}
