package signin

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/catalogue"
	"portal/internal/people/staff"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionRefused audit.Action = "signin.refused"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Actions: []catalogue.Action{
		{Action: staff.ActionSignedIn, Name: "เข้าสู่ระบบ", Group: catalogue.ActionsSignIn},
		{Action: ActionRefused, Name: "เข้าสู่ระบบไม่สำเร็จ", Group: catalogue.ActionsSignIn, Refusal: true},
	},
	Subjects: []catalogue.Subject{
		{Key: "signin", Name: "การเข้าสู่ระบบ"},
	},
	Fields: []catalogue.Field{
		{Key: "signin_attempts", Name: "การเข้าสู่ระบบที่ค้างไว้"}, {Key: "ial", Name: "ระดับการยืนยันตัวตน (IAL)"},
		{Key: "attempts"}, {Key: "logout_tokens", Name: "คำสั่งออกจากระบบ"},
		{Key: "unrecorded", Name: "ครั้งก่อนหน้าที่ไม่ได้บันทึกแยก"},
	},
	Reasons: map[string]string{
		"state fits no attempt":           "หมดเวลา หรือไม่ได้เริ่มเข้าสู่ระบบจากเบราว์เซอร์นี้",
		"provider answered with an error": "Digital ID ไม่ได้ยืนยันตัวตน หรือผู้ใช้ยกเลิก",
		"assurance level too low":         "ระดับการยืนยันตัวตนต่ำกว่าที่กำหนด",
		"account suspended":               "บัญชีถูกระงับ",
	},
}
