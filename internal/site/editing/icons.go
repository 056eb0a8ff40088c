package editing

// icons are the pictures that a duty can bear, as a person would call them.
var icons = []Option{
	{"building-2", "อาคาร"}, {"book-open-check", "สมุดคู่มือ"}, {"map-pin", "หมุดแผนที่"}, {"qr-code", "QR Code"}, {"star", "ดาว"},
	{"file-clock", "เอกสารกับนาฬิกา"}, {"chart-column", "แผนภูมิ"}, {"file-text", "เอกสาร"}, {"users", "กลุ่มคน"}, {"phone", "โทรศัพท์"},
	{"mail", "จดหมาย"}, {"megaphone", "โทรโข่ง"}, {"key-round", "กุญแจ"}, {"search", "แว่นขยาย"}, {"circle-check", "เครื่องหมายถูก"},
}
