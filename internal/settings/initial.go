package settings

// Initial is what a new portal starts with.
var Initial = Site{
	Contact: Contact{
		Owner:     "สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน) (สพร.)",
		Address:   "ชั้น 19 อาคารบางกอกไทยทาวเวอร์ 108 ถนนรางน้ำ แขวงถนนพญาไท เขตราชเทวี กรุงเทพฯ 10400",
		MapLink:   "https://www.openstreetmap.org/search?query=%E0%B8%96%E0%B8%99%E0%B8%99%E0%B8%A3%E0%B8%B2%E0%B8%87%E0%B8%99%E0%B9%89%E0%B8%B3%20%E0%B8%A3%E0%B8%B2%E0%B8%8A%E0%B9%80%E0%B8%97%E0%B8%A7%E0%B8%B5",
		Telephone: "(+66) 2612 6060",
		Fax:       "(+66) 2612 6011-12",
		Email:     "contact@dga.or.th",
		Center:    "DGA Contact Center",
		CenterTel: "02 612 6060",
		Copyright: "สงวนลิขสิทธิ์ พ.ศ. 2564–{ปี} สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน) (สพร.)",
		Social: []Link{
			{"Facebook", "https://www.facebook.com/DGAThailand"},
			{"X", "https://x.com/DGAThailand"},
			{"YouTube", "https://www.youtube.com/@DGAThailand"},
			{"LINE", "https://line.me/R/ti/p/@dgathailand"},
		},
	},
	Landing: Landing{
		Parts: []Part{
			{Slug: PartBanners, Title: "แบนเนอร์ประชาสัมพันธ์"},
			{Slug: PartDuties, Title: "แนวทางปฏิบัติสำหรับเจ้าหน้าที่หน่วยงาน", Lead: "งานที่ต้องดูแลให้เป็นปัจจุบันอยู่เสมอ"},
			{Slug: PartSteps, Title: "แนวทางปฏิบัติ", Lead: "ขั้นตอนการขอรับสิทธิ์และเข้าใช้งานครั้งแรก"},
			{Slug: PartFAQ, Title: "FAQ"},
			{Slug: PartManuals, Title: "ดาวน์โหลดคู่มือการใช้งาน"},
			{Slug: PartBackground, Title: "ที่มาโครงการ"},
			{Slug: PartNews, Title: "ประกาศข่าวสาร"},
		},
		Duties: []Duty{
			{"building-2", "ปรับปรุงข้อมูลหน่วยงาน", "ให้ชื่อ ที่ตั้ง และเวลาทำการเป็นปัจจุบัน"},
			{"book-open-check", "ปรับปรุงคู่มือประชาชน", "ตามกระบวนการ แล้วส่งขออนุมัติ"},
			{"map-pin", "เชื่อมโยงจุดบริการ", "ผูกคู่มือกับจุดที่ให้บริการจริง"},
			{"qr-code", "ติดตั้งโปสเตอร์ QR Code", "พิมพ์และติดตั้ง ณ จุดบริการ"},
			{"star", "ติดตามความพึงพอใจ", "ตรวจสอบผลคะแนนจากประชาชน"},
			{"file-clock", "รายงานใบอนุญาตและเรื่องล่าช้า", "ให้ทันกำหนดทุกงวด"},
			{"chart-column", "ติดตามรายงานของหน่วยงาน", "ดูผลข้อมูลของหน่วยงานในระบบ"},
		},
		Steps: []Step{
			{"เปิด admin.info.go.th", "ด้วยเบราว์เซอร์ของท่าน"},
			{"กดปุ่ม “เข้าสู่ระบบ”", "ในเมนูของทุกหน้า"},
			{"กดปุ่ม “Digital ID”", "ใช้บัญชี OpenID ที่มีอยู่"},
			{"กรอกรหัส Token", "ที่ได้รับจากต้นสังกัด"},
			{"ตรวจสอบสิทธิ์", "ที่บัญชีผู้ใช้งาน (Profile)"},
		},
		Background: "กฎหมายกำหนดให้หน่วยงานของรัฐจัดทำคู่มือสำหรับประชาชน สำนักงาน ก.พ.ร. และ สพร. จึงร่วมกันพัฒนาระบบ info.go.th ให้เป็นแหล่งรวมข้อมูลติดต่อราชการที่เป็นปัจจุบัน รับฟังเสียงประชาชน และลดภาระของทุกฝ่าย",
	},
}
