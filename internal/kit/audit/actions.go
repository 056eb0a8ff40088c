package audit

import (
	"maps"
	"slices"
)

// Action names something a person or a job did. The list is the catalogue shown
// in the audit viewer; add to it, never rename.
type Action string

// The catalogue.
const ( // #nosec G101 -- names of what happened, no secrets
	ContentSeeded Action = "content.seeded"

	ContentDrafted   Action = "content.drafted"
	ContentDiscarded Action = "content.discarded"
	ContentScheduled Action = "content.scheduled"
	ContentHeld      Action = "content.unscheduled"
	ContentPublished Action = "content.published"
	ContentOrdered   Action = "content.ordered"
	FileAdded        Action = "file.added"
	FileDeleted      Action = "file.deleted"

	AgencySeeded   Action = "agency.seeded"
	AgencyAdded    Action = "agency.added"
	AgencyChanged  Action = "agency.changed"
	AgencyMoved    Action = "agency.moved"
	AgencyShown    Action = "agency.shown"
	AgencyHidden   Action = "agency.hidden"
	AgencyImported Action = "agency.imported"
	AgencyChecked  Action = "agency.import_checked"

	StaffSignedIn  Action = "staff.signed_in"
	StaffSignedOut Action = "staff.signed_out"
	SignInRefused  Action = "signin.refused"
	SessionEnded   Action = "session.ended"
	SessionsEnded  Action = "session.all_ended"
	ProviderLogout Action = "session.ended_by_provider"

	TokenIssued   Action = "token.issued"
	TokenCopied   Action = "token.copied"
	TokenExported Action = "token.exported"
	TokenRedeemed Action = "token.redeemed"
	TokenRefused  Action = "token.refused"
	TokensIssued  Action = "token.batch_issued" // #nosec G101 -- a name

	MembershipGiven   Action = "membership.given"
	MembershipChanged Action = "membership.changed"
	MembershipEnded   Action = "membership.ended"
	StaffSuspended    Action = "staff.suspended"
	StaffRestored     Action = "staff.restored"
	StaffExported     Action = "staff.exported"

	AccessRefused Action = "access.refused"
	AuditExported Action = "audit.exported"
	AuditPruned   Action = "audit.pruned"
	RowsCleaned   Action = "retention.cleaned"

	BackupMade     Action = "backup.made"
	BackupRestored Action = "backup.restored"
	KeysRotated    Action = "token.keys_rotated" // #nosec G101 -- a name
)

// actionNames say what was done, in the words of the audit viewer.
var actionNames = map[Action]string{ // #nosec G101 -- words on screens
	ContentSeeded:     "นำเข้าเนื้อหาเริ่มต้น",
	ContentDrafted:    "บันทึกฉบับร่างเนื้อหา",
	ContentDiscarded:  "ทิ้งฉบับร่างเนื้อหา",
	ContentScheduled:  "กำหนดเวลาเผยแพร่เนื้อหา",
	ContentHeld:       "ยกเลิกกำหนดเผยแพร่เนื้อหา",
	ContentPublished:  "เผยแพร่เนื้อหา",
	ContentOrdered:    "เรียงลำดับเนื้อหา",
	FileAdded:         "เพิ่มไฟล์ในคลัง",
	FileDeleted:       "ลบไฟล์จากคลัง",
	AgencySeeded:      "นำเข้าหน่วยงานเริ่มต้น",
	AgencyAdded:       "เพิ่มหน่วยงาน",
	AgencyChanged:     "แก้ไขหน่วยงาน",
	AgencyMoved:       "ย้ายหน่วยงาน",
	AgencyShown:       "แสดงหน่วยงาน",
	AgencyHidden:      "ซ่อนหน่วยงาน",
	AgencyImported:    "นำเข้าหน่วยงานจากไฟล์",
	AgencyChecked:     "ตรวจสอบไฟล์หน่วยงานก่อนนำเข้า",
	StaffSignedIn:     "เข้าสู่ระบบ",
	StaffSignedOut:    "ออกจากระบบ",
	SignInRefused:     "เข้าสู่ระบบไม่สำเร็จ",
	SessionEnded:      "ออกจากระบบในอุปกรณ์อื่น",
	SessionsEnded:     "ออกจากระบบทุกอุปกรณ์",
	ProviderLogout:    "Digital ID สั่งออกจากระบบ",
	TokenIssued:       "ออกรหัส Token",
	TokensIssued:      "ออกรหัส Token พร้อมกันหลายรายการ",
	TokenCopied:       "ดูหรือคัดลอกรหัส Token",
	TokenExported:     "พิมพ์หรือดาวน์โหลดรหัส Token",
	TokenRedeemed:     "ใช้รหัส Token",
	TokenRefused:      "ใช้รหัส Token ไม่สำเร็จ",
	MembershipGiven:   "ให้สิทธิ์ผู้ใช้งาน",
	MembershipChanged: "แก้ไขสิทธิ์ผู้ใช้งาน",
	MembershipEnded:   "ลบสิทธิ์ผู้ใช้งาน",
	StaffSuspended:    "ระงับบัญชีผู้ใช้งาน",
	StaffRestored:     "คืนบัญชีผู้ใช้งาน",
	StaffExported:     "ดาวน์โหลดรายชื่อผู้ใช้งาน",
	AccessRefused:     "ปฏิเสธการเข้าถึง",
	AuditExported:     "ดาวน์โหลดบันทึกการใช้งาน",
	AuditPruned:       "ลบบันทึกการใช้งานที่ครบกำหนด",
	RowsCleaned:       "ล้างข้อมูลที่หมดอายุ",
	BackupMade:        "สำรองข้อมูล",
	BackupRestored:    "กู้คืนข้อมูลจากชุดสำรอง",
	KeysRotated:       "เปลี่ยนกุญแจเข้ารหัสของรหัส Token",
}

// Name is what was done, in Thai.
func (a Action) Name() string { return actionNames[a] }

// Group is a part of the catalogue for one subject.
type Group struct {
	Name    string
	Actions []Action
}

// Groups is the whole catalogue, as the audit viewer offers it.
var Groups = []Group{
	{"การเข้าสู่ระบบ", []Action{StaffSignedIn, SignInRefused, StaffSignedOut, SessionEnded, SessionsEnded, ProviderLogout, AccessRefused}},
	{"รหัส Token", []Action{TokenIssued, TokensIssued, TokenCopied, TokenExported, TokenRedeemed, TokenRefused}},
	{"ผู้ใช้งานและสิทธิ์", []Action{MembershipGiven, MembershipChanged, MembershipEnded, StaffSuspended, StaffRestored, StaffExported}},
	{"หน่วยงาน", []Action{AgencyAdded, AgencyChanged, AgencyMoved, AgencyShown, AgencyHidden, AgencyChecked, AgencyImported, AgencySeeded}},
	{"เนื้อหาเว็บไซต์", []Action{ContentDrafted, ContentPublished, ContentScheduled, ContentHeld, ContentDiscarded, ContentOrdered, FileAdded, FileDeleted}},
	{"ระบบ", []Action{ContentSeeded, AuditExported, AuditPruned, RowsCleaned, BackupMade, BackupRestored, KeysRotated}},
}

// Actions lists every action, in no order.
func Actions() []Action { return slices.Collect(maps.Keys(actionNames)) }
