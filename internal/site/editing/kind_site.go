package editing

import (
	"context"
	"strconv"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/site/settings"
)

// The items of the kind Site.
const (
	contactKey = "contact"
	landingKey = "landing"
	headingKey = "headings"
)

var siteNames = map[string]string{contactKey: "ติดต่อและ Footer", landingKey: "หน้าหลัก", headingKey: "หัวข้อของหน้ารายการ"}

// parts are the parts of the landing page, as the form shows them.
var parts = []struct{ slug, label string }{
	{settings.PartBanners, "แบนเนอร์ประชาสัมพันธ์"}, {settings.PartNews, "ประกาศข่าวสาร"},
	{settings.PartDuties, "แนวทางปฏิบัติสำหรับเจ้าหน้าที่หน่วยงาน"}, {settings.PartSteps, "ขั้นตอนการเข้าใช้งาน"},
	{settings.PartFAQ, "FAQ"}, {settings.PartManuals, "ดาวน์โหลดคู่มือ"}, {settings.PartBackground, "ที่มาโครงการ"},
}

var siteModel = model{
	title: "หน้าหลักและติดต่อ", one: "ส่วน", edit: authz.EditSite, fixed: true,
	inputs: func(key string) []Input {
		switch key {
		case landingKey:
			return landingInputs()
		case headingKey:
			return headingInputs()
		}
		return contactInputs()
	},
	list: func(ctx context.Context, r db.Reader) ([]item, error) {
		site, err := settings.Current(ctx, r)
		items := []item{{key: landingKey, fields: landingFields(site.Landing)}, {key: contactKey, fields: contactFields(site.Contact)},
			{key: headingKey, fields: headingFields(site)}}
		for _, it := range items {
			it.fields[shownField] = "1"
		}
		return items, err
	},
	apply: func(ctx context.Context, tx *audit.Tx, key string, f Fields) error {
		site, err := settings.Current(ctx, tx)
		if err != nil {
			return err
		}
		switch key {
		case landingKey:
			site.Landing = landingOf(f)
		case headingKey:
			site.Headings = headingsOf(f)
		default:
			site.Contact = contactOf(f)
		}
		return settings.Put(ctx, tx, site)
	},
	check: nothing, may: anyone,
	name: func(key string, _ Fields) string { return siteNames[key] },
	path: func(key string) string {
		return map[string]string{landingKey: "/backend", headingKey: "/backend/faq", contactKey: "/backend/contact"}[key]
	},
}

func contactInputs() []Input {
	return []Input{
		{Name: "owner", Label: "หน่วยงานเจ้าของเว็บไซต์", Type: Line, Max: 200, Required: true},
		{Name: "address", Label: "ที่อยู่", Type: Text, Max: 500, Required: true},
		{Name: "map", Label: "ลิงก์แผนที่", Type: Link, Max: 500},
		{Name: "telephone", Label: "โทรศัพท์", Type: Line, Max: 60, Required: true},
		{Name: "fax", Label: "โทรสาร", Type: Line, Max: 60},
		{Name: "email", Label: "อีเมล", Type: Line, Max: 120, Required: true},
		{Name: "center", Label: "ชื่อศูนย์ติดต่อ", Type: Line, Max: 120, Required: true},
		{Name: "center_tel", Label: "โทรศัพท์ศูนย์ติดต่อ", Type: Line, Max: 60, Required: true},
		{Name: "center_for", Label: "เรื่องที่ศูนย์ติดต่อดูแล", Type: Text, Max: 300, Required: true},
		{Name: "center_not", Label: "ผู้ที่ควรติดต่อที่อื่น", Type: Text, Max: 300},
		{Name: "follow", Label: "หัวข้อสื่อสังคมออนไลน์ท้ายหน้า", Type: Line, Max: 120, Required: true},
		{Name: "social", Label: "สื่อสังคมออนไลน์", Type: List, Max: 8, Parts: []Input{
			{Name: "name", Label: "ชื่อ", Type: Line, Max: 40, Required: true},
			{Name: "url", Label: "ที่อยู่ (https)", Type: Link, Max: 300, Required: true},
		}},
		{Name: "copyright", Label: "ข้อความลิขสิทธิ์", Hint: "เขียน {ปี} ตรงที่ต้องการให้แสดงปีปัจจุบัน", Type: Line, Max: 250, Required: true},
	}
}

func contactFields(c settings.Contact) Fields {
	f := Fields{
		"owner": c.Owner, "address": c.Address, "map": c.MapLink, "telephone": c.Telephone, "fax": c.Fax, "email": c.Email,
		"center": c.Center, "center_tel": c.CenterTel, "center_for": c.CenterFor, "center_not": c.CenterNot, "follow": c.Follow, "copyright": c.Copyright,
	}
	for i, l := range c.Social {
		row := "social." + strconv.Itoa(i) + "."
		f[row+"name"], f[row+"url"] = l.Name, l.URL
	}
	return f
}

func contactOf(f Fields) settings.Contact {
	c := settings.Contact{
		Owner: f["owner"], Address: f["address"], MapLink: f["map"], Telephone: f["telephone"], Fax: f["fax"], Email: f["email"],
		Center: f["center"], CenterTel: f["center_tel"], CenterFor: f["center_for"], CenterNot: f["center_not"], Follow: f["follow"], Copyright: f["copyright"],
	}
	for _, row := range f.rows("social") {
		c.Social = append(c.Social, settings.Link{Name: row["name"], URL: row["url"]})
	}
	return c
}

func landingInputs() []Input {
	const words = "เนื้อหาในส่วนต่าง ๆ"
	var inputs []Input
	for _, p := range parts {
		head, lead := "", "คำนำ"
		if p.slug == settings.PartBanners {
			head, lead = "โปรแกรมอ่านหน้าจออ่านให้ผู้ที่มองไม่เห็นภาพ", "ข้อความเมื่อไม่มีแบนเนอร์"
		}
		inputs = append(inputs,
			Input{Part: p.label, Name: p.slug + "_on", Label: "แสดงส่วนนี้", Type: Check, Initial: "1"},
			Input{Part: p.label, Name: p.slug + "_title", Label: "หัวข้อ", Hint: head, Type: Line, Max: 120, Required: true},
			Input{Part: p.label, Name: p.slug + "_lead", Label: lead, Type: Line, Max: 250})
	}
	return append(inputs,
		Input{Part: words, Name: "faq_by", Label: "คำถามในส่วน FAQ", Type: Choice, Required: true, Options: faqChoices},
		Input{Part: words, Name: "duties", Label: "งานของเจ้าหน้าที่หน่วยงาน", Type: List, Max: 12, Parts: []Input{
			{Name: "icon", Label: "สัญลักษณ์", Type: Choice, Required: true, Options: icons},
			{Name: "title", Label: "ชื่องาน", Type: Line, Max: 80, Required: true},
			{Name: "text", Label: "คำอธิบายสั้น", Type: Line, Max: 160},
		}},
		Input{Part: words, Name: "steps", Label: "ขั้นตอนการเข้าใช้งาน", Type: List, Max: 8, Parts: []Input{
			{Name: "title", Label: "ขั้นตอน", Type: Line, Max: 80, Required: true},
			{Name: "text", Label: "คำอธิบายสั้น", Type: Line, Max: 160},
		}},
		Input{Part: words, Name: "background", Label: "ที่มาโครงการโดยย่อ", Type: Text, Max: 600, Required: true})
}

// The questions of the landing page are chosen or counted.
const (
	faqChosen  = "chosen"
	faqCounted = "counted"
)

var faqChoices = []Option{{faqChosen, "คำถามที่เลือกไว้"}, {faqCounted, "คำถามที่ผู้อ่านตอบว่าช่วยได้มากที่สุดใน 90 วัน"}}

func landingFields(l settings.Landing) Fields {
	f := Fields{"background": l.Background, "faq_by": faqChosen}
	if l.CountedFAQ {
		f["faq_by"] = faqCounted
	}
	for _, p := range parts {
		part := l.Part(p.slug)
		f[p.slug+"_on"], f[p.slug+"_title"], f[p.slug+"_lead"] = yes(!part.Off), part.Title, part.Lead
	}
	for i, d := range l.Duties {
		row := "duties." + strconv.Itoa(i) + "."
		f[row+"icon"], f[row+"title"], f[row+"text"] = d.Icon, d.Title, d.Text
	}
	for i, s := range l.Steps {
		row := "steps." + strconv.Itoa(i) + "."
		f[row+"title"], f[row+"text"] = s.Title, s.Text
	}
	return f
}

func landingOf(f Fields) settings.Landing {
	l := settings.Landing{Background: f["background"], CountedFAQ: f["faq_by"] == faqCounted}
	for _, p := range parts {
		l.Parts = append(l.Parts, settings.Part{Slug: p.slug, Off: f[p.slug+"_on"] == "", Title: f[p.slug+"_title"], Lead: f[p.slug+"_lead"]})
	}
	for _, row := range f.rows("duties") {
		l.Duties = append(l.Duties, settings.Duty{Icon: row["icon"], Title: row["title"], Text: row["text"]})
	}
	for _, row := range f.rows("steps") {
		l.Steps = append(l.Steps, settings.Step{Title: row["title"], Text: row["text"]})
	}
	return l
}
