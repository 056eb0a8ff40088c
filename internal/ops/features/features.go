// Package features lists what the portal is made of: a new feature is one line.
package features

import (
	"portal/internal/kit/catalogue"
	"portal/internal/kit/idempotency"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/backup"
	"portal/internal/ops/seed"
	"portal/internal/ops/status"
	"portal/internal/ops/trafficlog"
	"portal/internal/org/agency"
	"portal/internal/people/onboarding"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/people/staff"
	"portal/internal/people/token"
	"portal/internal/site/announcement"
	"portal/internal/site/banner"
	"portal/internal/site/editing"
	"portal/internal/site/faq"
	"portal/internal/site/feedback"
	"portal/internal/site/file"
	"portal/internal/site/manual"
	"portal/internal/site/page"
	"portal/internal/site/settings"
)

// All is the catalogue of every feature. The menu and the choice of actions in
// the audit viewer have their groups and lines in this order.
var All = []catalogue.Feature{
	signin.Catalogue,
	session.Catalogue,
	token.Catalogue,
	staff.Catalogue,
	onboarding.Catalogue,
	agency.Catalogue,
	banner.Catalogue,
	announcement.Catalogue,
	faq.Catalogue,
	manual.Catalogue,
	page.Catalogue,
	settings.Catalogue,
	editing.Catalogue,
	file.Catalogue,
	editing.LinkCheck,
	feedback.Catalogue,
	seed.Catalogue,
	auditlog.Catalogue,
	status.Catalogue,
	trafficlog.Catalogue,
	backup.Catalogue,
	token.Rotation,
	idempotency.Catalogue,
}

// Words are what the audit log says of all features.
var Words = auditlog.NewGlossary(All...)
