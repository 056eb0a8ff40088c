package editing

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/site/page"
	"portal/internal/text/thaidate"
)

var pageModel = model{
	title: "หน้าเนื้อหา", one: "หน้า", edit: authz.EditPages, fixed: true,
	inputs: always([]Input{
		{Name: "title", Label: "ชื่อหน้า", Type: Line, Max: 120, Required: true},
		{Name: "description", Label: "คำอธิบายหน้า", Hint: "หนึ่งประโยค แสดงในผลการค้นหาและเมื่อแบ่งปันลิงก์", Type: Text, Max: 300, Required: true},
		{Name: "body", Label: "เนื้อหา", Hint: "หัวข้อใหญ่แต่ละหัวข้อมีลิงก์ของตนเอง และแสดงในสารบัญของหน้า", Type: Rich, Max: 100_000, Required: true},
	}),
	list: func(ctx context.Context, r db.Reader) ([]item, error) {
		all, err := page.Everything(ctx, r)
		items := make([]item, len(all))
		for i, p := range all {
			items[i] = item{key: p.Slug, note: "ปรับปรุง " + thaidate.Short(p.UpdatedAt), fields: Fields{
				"title": p.Title, "description": p.Description, "body": p.Body, shownField: "1",
			}}
		}
		return items, err
	},
	apply: func(ctx context.Context, tx *audit.Tx, key string, f Fields) error {
		return page.Change(ctx, tx, page.Page{Slug: key, Title: f["title"], Description: f["description"], Body: f["body"]})
	},
	check: nothing, name: named("title"), may: anyone,
	path: func(key string) string { return page.Page{Slug: key}.Path() },
}
