package editing

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/site/manual"
	"portal/internal/text/thaidate"
)

var manualModel = model{
	title: "คู่มือ", one: "คู่มือ", edit: authz.EditManuals, ordered: true,
	inputs: always([]Input{
		{Name: "title", Label: "ชื่อคู่มือ", Type: Line, Max: 200, Required: true},
		{Name: "audience", Label: "สำหรับบทบาท", Type: Choice, Required: true, Options: roleOptions()},
		{Name: "group", Label: "กลุ่ม", Type: Choice, Required: true, Options: []Option{
			{string(manual.Central), manual.Central.Title()}, {string(manual.ServicePoint), manual.ServicePoint.Title()},
		}},
		{Name: "date", Label: "วันที่ของเอกสาร", Type: Date, Required: true},
		{Name: "file", Label: "ไฟล์ PDF", Hint: "เมื่อเปลี่ยนไฟล์ ฉบับเดิมยังอยู่ในรายการพร้อมวันที่", Type: Document, Required: true},
		shown,
	}),
	list: func(ctx context.Context, r db.Reader) ([]item, error) {
		all, err := manual.Everything(ctx, r)
		items := make([]item, len(all))
		for i, m := range all {
			items[i] = item{key: m.Slug, group: m.Group.Title(), note: thaidate.Short(m.IssuedOn), fields: Fields{
				"title": m.Title, "audience": string(m.Audience), "group": string(m.Group),
				"date": m.IssuedOn.Format(time.DateOnly), "file": m.File, shownField: yes(m.Shown),
			}}
		}
		return items, err
	},
	apply: func(ctx context.Context, tx *audit.Tx, key string, f Fields) error {
		on, _ := time.Parse(time.DateOnly, f["date"]) // checked before
		return manual.Put(ctx, tx, manual.Editable{
			Manual: manual.Manual{Slug: key, Title: f["title"], Audience: authz.Role(f["audience"]), Group: manual.Group(f["group"]), IssuedOn: on, File: f["file"]},
			Shown:  f[shownField] != "",
		})
	},
	place: manual.Place, check: nothing, name: named("title"),
	path: func(key string) string { return "/backend/manual#manual-" + key },
	may: only(authz.EditAllManuals, func(f Fields) bool {
		return f["audience"] == string(authz.OPDCAdmin) || f["audience"] == ""
	}, "ท่านแก้ไขได้เฉพาะคู่มือสำหรับผู้ดูแลระบบ ก.พ.ร."),
}

func roleOptions() []Option {
	var options []Option
	for _, r := range authz.Roles {
		options = append(options, Option{string(r), r.Name()})
	}
	return options
}
