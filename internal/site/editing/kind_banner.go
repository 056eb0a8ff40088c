package editing

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/site/banner"
)

var bannerModel = model{
	title: "แบนเนอร์", one: "แบนเนอร์", edit: authz.EditBanners, ordered: true,
	inputs: always(append([]Input{
		{Name: "wide", Label: "ภาพสำหรับจอกว้าง", Type: Picture, Required: true},
		{Name: "narrow", Label: "ภาพสำหรับโทรศัพท์", Type: Picture, Required: true},
		{Name: "alt", Label: "คำบรรยายภาพ", Hint: "บอกสิ่งที่เห็นในภาพ สำหรับผู้ที่มองไม่เห็น", Type: Line, Max: 250, Required: true},
		{Name: "heading", Label: "หัวข้อบนแบนเนอร์", Type: Line, Max: 100},
		{Name: "text", Label: "ข้อความบนแบนเนอร์", Type: Text, Max: 250},
		{Name: "link", Label: "ลิงก์", Type: Link, Max: 500},
		{Name: "link_text", Label: "ข้อความบนปุ่ม", Hint: "แสดงเมื่อมีลิงก์", Type: Line, Max: 60},
		shown,
	}, fromUntil...)),
	list: func(ctx context.Context, r db.Reader) ([]item, error) {
		all, err := banner.Everything(ctx, r)
		items := make([]item, len(all))
		for i, b := range all {
			items[i] = item{key: b.Slug, fields: Fields{
				"wide": b.ImageWide, "narrow": b.ImageNarrow, "alt": b.Alt, "heading": b.Heading, "text": b.Text,
				"link": b.Link, "link_text": b.LinkText, shownField: yes(b.Shown), "from": moment(b.ShownFrom), "until": moment(b.ShownUntil),
			}}
		}
		return items, err
	},
	apply: func(ctx context.Context, tx *audit.Tx, key string, f Fields) error {
		return banner.Put(ctx, tx, banner.Editable{
			Banner: banner.Banner{
				Slug: key, ImageWide: f["wide"], ImageNarrow: f["narrow"], Alt: f["alt"], Heading: f["heading"], Text: f["text"],
				Link: f["link"], LinkText: f["link_text"],
			},
			Shown: f[shownField] != "", ShownFrom: timeOf(f["from"]), ShownUntil: timeOf(f["until"]),
		})
	},
	place: banner.Place, check: bannerCheck, may: anyone,
	path: func(key string) string { return "/backend#banner-" + key },
	name: func(_ string, f Fields) string {
		if f["heading"] == "" {
			return f["alt"]
		}
		return f["heading"]
	},
}

func bannerCheck(f Fields) map[string]string {
	if f["link"] != "" && f["link_text"] == "" && f["heading"] == "" {
		return map[string]string{"link_text": "กรุณากรอกข้อความบนปุ่ม เพราะแบนเนอร์นี้มีลิงก์แต่ไม่มีหัวข้อ"}
	}
	return inOrder(f)
}
