package auditlog

import (
	"regexp"
	"slices"
	"strings"

	"portal/internal/kit/audit"
)

// fieldNames are the keys of details in Thai, in the order they are shown.
var fieldNames = []struct{ key, name string }{
	{"name", "ชื่อ"}, {"name_en", "ชื่อภาษาอังกฤษ"}, {"short_name", "ชื่อย่อ"}, {"code", "รหัสหน่วยงาน"}, {"kind", "ประเภท"},
	{"parent", "สังกัด"}, {"parent_id", "สังกัด"}, {"parent_name", "สังกัด"}, {"parent_code", "รหัสต้นสังกัด"}, {"same", "เหมือนเดิม"}, {"sha256", "แฮชของไฟล์ (SHA-256)"},
	{"agency_uploads", "ไฟล์หน่วยงานที่ตรวจสอบไว้"}, {"signin_attempts", "การเข้าสู่ระบบที่ค้างไว้"}, {"shown", "การแสดงผล"}, {"telephone", "โทรศัพท์"}, {"email", "อีเมล"},
	{"role", "บทบาทผู้ใช้"}, {"roles", "บทบาทผู้ใช้"}, {"agency", "หน่วยงาน"}, {"agency_id", "หน่วยงาน"}, {"agency_name", "หน่วยงาน"},
	{"unit", "หน่วยงาน"}, {"unit_id", "หน่วยงาน"}, {"token", "เลขที่ของรหัส Token"}, {"tokens", "จำนวนรหัส Token"},
	{"expires_at", "วันหมดอายุ"}, {"since", "ตั้งแต่"}, {"address", "ที่อยู่"}, {"user_agent", "เบราว์เซอร์"}, {"ial", "ระดับการยืนยันตัวตน (IAL)"},
	{"state", "สถานะ"}, {"sessions", "จำนวนการเข้าใช้งาน"}, {"kept_forms", "แบบฟอร์มที่เก็บไว้"}, {"attempts", "การเข้าสู่ระบบที่ค้างไว้"}, {"logout_tokens", "คำสั่งออกจากระบบ"},
	{"token_tries", "การกรอกรหัส Token ผิด"}, {"form_results", "แบบฟอร์มที่ส่งแล้ว"}, {"files", "ไฟล์"}, {"file", "ไฟล์"},
	{"tries", "กรอกผิดครั้งที่ (ในช่วงเวลาที่กำหนด)"}, {"issued", "ออกรหัสใหม่"}, {"kept", "ใช้รหัสเดิม"}, {"codes", "รหัส Token"}, {"batches", "ชุดรหัส Token"}, {"unrecorded", "ครั้งก่อนหน้าที่ไม่ได้บันทึกแยก"}, {"version", "ฉบับที่"},
	{"format", "รูปแบบไฟล์"}, {"filter", "ตัวกรอง"}, {"person", "ผู้ใช้งาน"}, {"text", "คำค้น"}, {"search", "คำค้น"}, {"q", "คำค้น"}, {"action", "การกระทำ"}, {"from", "ตั้งแต่"}, {"until", "ถึงก่อน"}, {"publish_at", "เผยแพร่เมื่อ"},
	{"rows", "จำนวนแถว"}, {"added", "เพิ่ม"}, {"changed", "แก้ไข"}, {"moved", "ย้าย"}, {"refused", "ไม่รับ"}, {"units", "จำนวนหน่วยงาน"}, {"count", "จำนวนรายการ"},
	{"method", "วิธีส่งคำขอ"}, {"message", "ข้อความที่แจ้งผู้ใช้"}, {"through_id", "ถึงเลขที่"}, {"hash", "แฮช"}, {"value", "ค่า"},
	{"type", "ชนิด"}, {"size", "ขนาด (ไบต์)"}, {"pages", "จำนวนหน้า"}, {"width", "กว้าง (พิกเซล)"}, {"height", "สูง (พิกเซล)"}, {"added_at", "เพิ่มเมื่อ"},
	{"bytes", "ขนาด (ไบต์)"}, {"schema_version", "รุ่นของโครงสร้างข้อมูล"}, {"ended", "สิ้นสุดขณะกู้คืน"},
}

func rank(key string) int {
	at := slices.IndexFunc(fieldNames, func(f struct{ key, name string }) bool { return f.key == key })
	if at < 0 {
		return len(fieldNames)
	}
	return at
}

func fieldName(key string) string {
	if at := rank(key); at < len(fieldNames) {
		return fieldNames[at].name
	}
	return key
}

// valueNames are words that stand in details as values.
var valueNames = map[string]string{
	"csv": "CSV", "xlsx": "Excel", "print": "พิมพ์", "shown": "แสดง", "hidden": "ซ่อน", "active": "ใช้งานได้", "suspended": "ระงับ",
}

// reasonNames are the reasons that the portal itself gives.
var reasonNames = map[string]string{
	"state fits no attempt":           "หมดเวลา หรือไม่ได้เริ่มเข้าสู่ระบบจากเบราว์เซอร์นี้",
	"provider answered with an error": "Digital ID ไม่ได้ยืนยันตัวตน หรือผู้ใช้ยกเลิก",
	"assurance level too low":         "ระดับการยืนยันตัวตนต่ำกว่าที่กำหนด",
	"account suspended":               "บัญชีถูกระงับ",
	"code unknown":                    "ไม่มีรหัส Token นี้",
	"code used":                       "รหัส Token นี้ใช้แล้ว",
	"code replaced":                   "มีรหัส Token ใหม่แทนแล้ว",
	"code expired":                    "รหัส Token นี้หมดอายุ",
}

// subjectNames say what kind of thing a subject is, by the part of its key
// before the slash.
var subjectNames = map[string]string{ // #nosec G101 -- words on screens
	"staff": "ผู้ใช้งาน", "agency": "หน่วยงาน", "agency_uploads": "ไฟล์หน่วยงานที่ตรวจสอบไว้", "token": "รหัส Token", "membership": "สิทธิ์ผู้ใช้งาน", "session": "การเข้าใช้งาน",
	"sessions": "การเข้าใช้งาน", "signin": "การเข้าสู่ระบบ", "audit": "บันทึกการใช้งาน", "trafficlog": "บันทึกจราจรคอมพิวเตอร์",
	"token_batch": "ชุดรหัส Token", "token_tries": "การกรอกรหัส Token ผิด", "form_results": "แบบฟอร์มที่ส่งแล้ว", "sample": "ข้อมูลตัวอย่าง", "agencies": "หน่วยงาน", "tokens": "รหัส Token",
	"banner": "แบนเนอร์ประชาสัมพันธ์", "announcement": "ประกาศข่าวสาร", "faq": "FAQ", "faq-group": "หมวด FAQ", "manual": "คู่มือ", "page": "หน้าเนื้อหา", "site": "หน้าหลักและติดต่อ", "settings": "การตั้งค่า", "file": "ไฟล์",
	"backup": "ชุดสำรองข้อมูล", "token_keys": "กุญแจเข้ารหัสของรหัส Token",
}

// contentSubject begins the subjects of what is edited: the kind and the key follow.
const contentSubject = "content/"

// Content is the kind and the key of the content that the entry is about, or
// empty.
func (e Entry) Content() (kind, key string) {
	rest, ok := strings.CutPrefix(e.Subject, contentSubject)
	if !ok {
		return "", ""
	}
	kind, key, _ = strings.Cut(rest, "/")
	return kind, key
}

// Kind says in Thai what kind of thing the entry is about, with its number or
// key. It is empty for a page, whose path is its name.
func (e Entry) Kind() string {
	kind, key, _ := strings.Cut(strings.TrimPrefix(e.Subject, contentSubject), "/")
	name := subjectNames[kind]
	switch {
	case kind == "":
		return ""
	case name == "":
		return e.Subject
	case key == "" && name == e.SubjectName:
		return ""
	case key == "":
		return name
	}
	return name + " " + key
}

// About is what the entry is about, as people knew it then.
func (e Entry) About() string {
	switch {
	case e.SubjectName != "":
		return e.SubjectName
	case strings.HasPrefix(e.Subject, "/"):
		return e.Subject
	}
	return e.Kind()
}

var hasPage = regexp.MustCompile(`^(staff|agency)/([1-9][0-9]*)$`)

// Page is the address of the subject's own page, or empty.
func (e Entry) Page() string {
	m := hasPage.FindStringSubmatch(e.Subject)
	switch {
	case m == nil, e.Action == audit.AgencySeeded: // seeds name agencies by their code
		return ""
	case m[1] == "agency":
		return "/backend/agencies/" + m[2]
	}
	return "/backend/staff/" + m[2]
}

// Who is who did it, as they were called then.
func (e Entry) Who() string {
	switch {
	case e.Job == "command line":
		return "บรรทัดคำสั่ง"
	case e.Job != "":
		return "งานอัตโนมัติ"
	case e.StaffName != "":
		return e.StaffName
	case e.StaffID == nil:
		return "ผู้เยี่ยมชม"
	}
	return "ไม่ทราบชื่อ"
}

func actionName(code string) string { return audit.Action(code).Name() }
