package token

import (
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/catalogue"
)

// What the audit log records: add to it, never rename.
const ( // #nosec G101 -- names of what happened, no secrets
	ActionIssued      audit.Action = "token.issued"
	ActionBatchIssued audit.Action = "token.batch_issued"
	ActionCopied      audit.Action = "token.copied"
	ActionExported    audit.Action = "token.exported"
	ActionRedeemed    audit.Action = "token.redeemed"
	ActionRefused     audit.Action = "token.refused"
	ActionKeysRotated audit.Action = "token.keys_rotated"
)

// Catalogue is what the feature tells of itself.
var Catalogue = catalogue.Feature{ // #nosec G101 -- words on screens
	Menu: []catalogue.MenuItem{
		{Group: catalogue.MenuAccounts, Needs: authz.IssueToken, Title: "จัดการ Token", Path: "/backend/tokens", Icon: "key-round"},
	},
	Actions: []catalogue.Action{
		{Action: ActionIssued, Name: "ออกรหัส Token", Group: catalogue.ActionsTokens},
		{Action: ActionBatchIssued, Name: "ออกรหัส Token พร้อมกันหลายรายการ", Group: catalogue.ActionsTokens},
		{Action: ActionCopied, Name: "ดูหรือคัดลอกรหัส Token", Group: catalogue.ActionsTokens},
		{Action: ActionExported, Name: "พิมพ์หรือดาวน์โหลดรหัส Token", Group: catalogue.ActionsTokens},
		{Action: ActionRedeemed, Name: "ใช้รหัส Token", Group: catalogue.ActionsTokens},
		{Action: ActionRefused, Name: "ใช้รหัส Token ไม่สำเร็จ", Group: catalogue.ActionsTokens, Refusal: true},
	},
	Subjects: []catalogue.Subject{
		{Key: "token", Name: "รหัส Token"},
		{Key: "tokens", Name: "รหัส Token"},
		{Key: "token_batch", Name: "ชุดรหัส Token"},
		{Key: "token_tries", Name: "การกรอกรหัส Token ผิด"},
	},
	Fields: []catalogue.Field{
		{Key: "token"}, {Key: "token_tries", Name: "การกรอกรหัส Token ผิด"},
		{Key: "tries", Name: "กรอกผิดครั้งที่ (ในช่วงเวลาที่กำหนด)"}, {Key: "issued", Name: "ออกรหัสใหม่"},
		{Key: "kept", Name: "ใช้รหัสเดิม"}, {Key: "codes"}, {Key: "batches", Name: "ชุดรหัส Token"}, {Key: "format"},
		{Key: "count"},
	},
	Reasons: map[string]string{
		"code unknown":  "ไม่มีรหัส Token นี้",
		"code used":     "รหัส Token นี้ใช้แล้ว",
		"code replaced": "มีรหัส Token ใหม่แทนแล้ว",
		"code expired":  "รหัส Token นี้หมดอายุ",
	},
}

// Rotation is the catalogue of the rotation of keys, which an operator asks for.
var Rotation = catalogue.Feature{ // #nosec G101 -- words on screens
	Actions: []catalogue.Action{
		{Action: ActionKeysRotated, Name: "เปลี่ยนกุญแจเข้ารหัสของรหัส Token", Group: catalogue.ActionsSystem},
	},
	Subjects: []catalogue.Subject{
		{Key: "token_keys", Name: "กุญแจเข้ารหัสของรหัส Token"},
	},
	Fields: []catalogue.Field{
		{Key: "codes"},
	},
}
