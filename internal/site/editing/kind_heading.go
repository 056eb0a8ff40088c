package editing

import "portal/internal/site/settings"

// headings are the pages whose headings are edited together.
var headings = []struct {
	slug, label string
	path        string   // of the page, where something of the heading is seen on it
	has         []string // of the inputs
}{
	{settings.HeadHome, "หน้าหลัก", "", []string{description}}, {settings.HeadFAQ, "FAQ", "/backend/faq", allOfHeading},
	{settings.HeadManual, "คู่มือ", "/backend/manual", allOfHeading},
	{settings.HeadManualCentral, "คู่มือ: กลุ่มหน่วยงานส่วนกลาง", "", []string{title}},
	{settings.HeadManualServicePoint, "คู่มือ: กลุ่มจุดบริการ", "", []string{title}},
	{settings.HeadAnnouncement, "ประกาศข่าวสาร", "/backend/announcement", allOfHeading},
	{settings.HeadContact, "ติดต่อเรา", "/backend/contact", allOfHeading},
}

// headingPages are the pages on which the headings are seen.
func headingPages() []Option {
	var all []Option
	for _, h := range headings {
		if h.path != "" {
			all = append(all, Option{h.path, h.label})
		}
	}
	return all
}

// The inputs of a heading: what follows the page's name in theirs.
const (
	title       = "_title"
	lead        = "_lead"
	description = "_description"
)

var allOfHeading = []string{title, lead, description}

func headingInputs() []Input {
	inputs := map[string]Input{
		title: {Label: "หัวข้อของหน้า", Type: Line, Max: 120, Required: true},
		lead:  {Label: "คำนำ", Type: Rich, Max: 500},
		description: {
			Label: "คำอธิบายหน้า", Hint: "หนึ่งประโยค แสดงในผลการค้นหาและเมื่อแบ่งปันลิงก์", Type: Text, Max: 300, Required: true,
		},
	}
	var list []Input
	for _, h := range headings {
		for _, name := range h.has {
			in := inputs[name]
			in.Part, in.Name = h.label, h.slug+name
			list = append(list, in)
		}
	}
	return list
}

func headingFields(s settings.Site) Fields {
	f := Fields{}
	for _, page := range headings {
		h := s.Heading(page.slug)
		value := map[string]string{title: h.Title, lead: h.Lead, description: h.Description}
		for _, name := range page.has {
			f[page.slug+name] = value[name]
		}
	}
	return f
}

func headingsOf(f Fields) []settings.Heading {
	var all []settings.Heading
	for _, page := range headings {
		all = append(all, settings.Heading{
			Slug: page.slug, Title: f[page.slug+title], Lead: f[page.slug+lead], Description: f[page.slug+description],
		})
	}
	return all
}
