package editing

import "portal/internal/settings"

// headings are the pages whose headings are edited together.
var headings = []struct{ slug, label string }{
	{settings.HeadHome, "หน้าหลัก"}, {settings.HeadFAQ, "FAQ"}, {settings.HeadManual, "คู่มือ"},
	{settings.HeadAnnouncement, "ประกาศข่าวสาร"}, {settings.HeadContact, "ติดต่อเรา"},
}

func headingInputs() []Input {
	const described = "หนึ่งประโยค แสดงในผลการค้นหาและเมื่อแบ่งปันลิงก์"
	var inputs []Input
	for _, h := range headings {
		if h.slug != settings.HeadHome {
			inputs = append(inputs,
				Input{Part: h.label, Name: h.slug + "_title", Label: "หัวข้อของหน้า", Type: Line, Max: 120, Required: true},
				Input{Part: h.label, Name: h.slug + "_lead", Label: "คำนำ", Type: Rich, Max: 500})
		}
		inputs = append(inputs, Input{Part: h.label, Name: h.slug + "_description", Label: "คำอธิบายหน้า", Hint: described, Type: Text, Max: 300, Required: true})
	}
	return inputs
}

func headingFields(s settings.Site) Fields {
	f := Fields{}
	for _, page := range headings {
		h := s.Heading(page.slug)
		f[page.slug+"_description"] = h.Description
		if page.slug != settings.HeadHome {
			f[page.slug+"_title"], f[page.slug+"_lead"] = h.Title, h.Lead
		}
	}
	return f
}

func headingsOf(f Fields) []settings.Heading {
	var all []settings.Heading
	for _, page := range headings {
		all = append(all, settings.Heading{
			Slug: page.slug, Title: f[page.slug+"_title"], Lead: f[page.slug+"_lead"], Description: f[page.slug+"_description"],
		})
	}
	return all
}
