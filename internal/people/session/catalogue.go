package session

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionSignedOut       audit.Action = "staff.signed_out"
	ActionEnded           audit.Action = "session.ended"
	ActionEndedByProvider audit.Action = "session.ended_by_provider"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{
			Group: catalogue.MenuAccounts, Needs: authz.ViewProfile,
			Title: "บัญชีผู้ใช้งาน (Profile)", Path: "/backend/profile", Icon: "circle-user-round",
		},
	},
	Actions: []catalogue.Action{
		{Action: ActionSignedOut, Name: "ออกจากระบบ", Group: catalogue.ActionsSignIn},
		{Action: ActionEnded, Name: "ออกจากระบบในอุปกรณ์อื่น", Group: catalogue.ActionsSignIn},
		{Action: audit.SessionsEnded, Name: "ออกจากระบบทุกอุปกรณ์", Group: catalogue.ActionsSignIn},
		{Action: ActionEndedByProvider, Name: "Digital ID สั่งออกจากระบบ", Group: catalogue.ActionsSignIn},
	},
	Subjects: []catalogue.Subject{
		{Key: "session", Name: "การเข้าใช้งาน"},
		{Key: "sessions", Name: "การเข้าใช้งาน"},
	},
	Fields: []catalogue.Field{
		{Key: "since", Name: "ตั้งแต่"}, {Key: "address", Name: "หมายเลข IP"}, {Key: "user_agent", Name: "เบราว์เซอร์"},
		{Key: "sessions"}, {Key: "kept_forms"},
	},
}
