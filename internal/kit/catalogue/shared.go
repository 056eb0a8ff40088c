package catalogue

import "slices"

// Shared are the words that features have in common, in the order they are shown.
var Shared = Feature{ // #nosec G101 -- words on screens
	Fields: []Field{
		{Key: "name", Name: "ชื่อ"},
		{Key: "telephone", Name: "โทรศัพท์"},
		{Key: "roles", Name: "บทบาทผู้ใช้"},
		{Key: "agency_id", Name: "หน่วยงาน"},
		{Key: "unit", Name: "หน่วยงาน"},
		{Key: "unit_id", Name: "หน่วยงาน"},
		{Key: "token", Name: "เลขที่ของรหัส Token"},
		{Key: "tokens", Name: "จำนวนรหัส Token"},
		{Key: "expires_at", Name: "วันหมดอายุ"},
		{Key: "sessions", Name: "จำนวนการเข้าใช้งาน"},
		{Key: "kept_forms", Name: "แบบฟอร์มที่เก็บไว้"},
		{Key: "attempts", Name: "การเข้าสู่ระบบที่ค้างไว้"},
		{Key: "file", Name: "ไฟล์"},
		{Key: "codes", Name: "รหัส Token"},
		{Key: "version", Name: "ฉบับที่"},
		{Key: "format", Name: "รูปแบบไฟล์"},
		{Key: "filter", Name: "ตัวกรอง"},
		{Key: "text", Name: "คำค้น"},
		{Key: "search", Name: "คำค้น"},
		{Key: "q", Name: "คำค้น"},
		{Key: "from", Name: "ตั้งแต่"},
		{Key: "until", Name: "ถึงก่อน"},
		{Key: "rows", Name: "จำนวนแถว"},
		{Key: "refused", Name: "ไม่รับ"},
		{Key: "units", Name: "จำนวนหน่วยงาน"},
		{Key: "count", Name: "จำนวนรายการ"},
		{Key: "hash", Name: "แฮช"},
		{Key: "value", Name: "ค่า"},
	},
	Values: map[string]string{"csv": "CSV", "xlsx": "Excel", "print": "พิมพ์", "shown": "แสดง", "hidden": "ซ่อน"},
}

// IsShared reports whether the key of a detail has a word that features have in common.
func IsShared(key string) bool {
	return slices.ContainsFunc(Shared.Fields, func(f Field) bool { return f.Key == key })
}
