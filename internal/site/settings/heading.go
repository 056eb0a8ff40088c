package settings

// Heading is what stands above the list of a page, and how the page is
// described to search engines and where its address is shared.
type Heading struct {
	Slug        string // one of the constants below
	Title       string
	Lead        string // Markdown
	Description string
}

// The pages that have a heading of their own.
const (
	HeadHome         = "home" // its description alone
	HeadFAQ          = "faq"
	HeadManual       = "manual"
	HeadAnnouncement = "announcement"
	HeadContact      = "contact"
)

// The parts of the manuals' page have titles alone.
const (
	HeadManualCentral      = "manual_central"
	HeadManualServicePoint = "manual_service_point"
)

// Heading is the heading of a page: as it was edited or, if nobody did, as it
// began.
func (s Site) Heading(slug string) Heading {
	for _, list := range [][]Heading{s.Headings, initialHeadings} {
		for _, h := range list {
			if h.Slug == slug {
				return h
			}
		}
	}
	return Heading{Slug: slug}
}

var initialHeadings = []Heading{
	{HeadHome, "หน้าหลัก", "", "เว็บไซต์สำหรับเจ้าหน้าที่ของรัฐ ดูแนวทางปฏิบัติ คู่มือ และดูแลข้อมูลติดต่อราชการที่ประชาชนอ่านบน info.go.th"},
	{
		HeadFAQ, "คำถามที่พบบ่อย (FAQ)", "กดที่คำถามเพื่ออ่านคำตอบ หากไม่พบคำตอบที่ต้องการ [ติดต่อเรา](/backend/contact)",
		"คำถามที่พบบ่อยของเจ้าหน้าที่ เรื่องการใช้งานระบบ รหัส Token และการปรับปรุงคู่มือสำหรับประชาชน",
	},
	{HeadManual, "ดาวน์โหลดคู่มือการใช้งาน", "เลือกคู่มือตามบทบาทที่ท่านได้รับ", "ดาวน์โหลดคู่มือการใช้งานเว็บไซต์ตามบทบาทของเจ้าหน้าที่"},
	{Slug: HeadManualCentral, Title: "สำหรับบัญชีเจ้าหน้าที่หน่วยงานส่วนกลาง"},
	{Slug: HeadManualServicePoint, Title: "สำหรับบัญชีเจ้าหน้าที่จุดบริการ"},
	{
		HeadAnnouncement, "ประกาศข่าวสาร", "รับประกาศใหม่ด้วยโปรแกรมอ่านข่าวได้ที่ [ฟีด Atom](/backend/feed.atom)",
		"ประกาศและข่าวสารสำหรับเจ้าหน้าที่ที่ดูแลข้อมูลติดต่อราชการบน info.go.th",
	},
	{
		HeadContact, "ติดต่อเรา", "สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน) (สพร.)",
		"ที่อยู่ โทรศัพท์ อีเมล และแผนที่ของสำนักงานพัฒนารัฐบาลดิจิทัล และ DGA Contact Center",
	},
}
