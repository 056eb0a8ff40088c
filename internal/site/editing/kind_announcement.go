package editing

import (
	"context"
	"strconv"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/site/announcement"
	"portal/internal/text/thaidate"
)

var announcementModel = model{
	title: "ประกาศข่าวสาร", one: "ประกาศ", edit: authz.EditAnnouncements,
	inputs: always(append([]Input{
		{Name: "title", Label: "หัวข้อประกาศ", Type: Line, Max: 200, Required: true},
		{Name: "body", Label: "ข้อความ", Type: Rich, Max: 20_000, Required: true},
		{Name: "date", Label: "วันที่ประกาศ", Type: Date, Required: true},
		{Name: "pinned", Label: "ปักหมุดไว้บนสุด", Type: Check},
		{Name: "attachments", Label: "เอกสารแนบ", Type: List, Max: 10, Parts: []Input{
			{Name: "name", Label: "ชื่อที่แสดง", Type: Line, Max: 150, Required: true},
			{Name: "file", Label: "ไฟล์ PDF", Type: Document, Required: true},
		}},
		shown,
	}, fromUntil...)),
	list: func(ctx context.Context, r db.Reader) ([]item, error) {
		all, err := announcement.Everything(ctx, r)
		items := make([]item, len(all))
		for i, a := range all {
			items[i] = item{key: a.Slug, note: thaidate.Short(a.PublishedOn), fields: announcementFields(a)}
		}
		return items, err
	},
	apply: func(ctx context.Context, tx *audit.Tx, key string, f Fields) error {
		return announcement.Put(ctx, tx, announcementOf(key, f))
	},
	check: inOrder, name: named("title"), may: anyone,
	path: func(key string) string { return "/backend/announcement#" + key },
}

func announcementFields(a announcement.Editable) Fields {
	f := Fields{
		"title": a.Title, "body": a.Body, "date": a.PublishedOn.Format(time.DateOnly), "pinned": yes(a.Pinned),
		shownField: yes(a.Shown), "from": moment(a.ShownFrom), "until": moment(a.ShownUntil),
	}
	for i, at := range a.Attachments {
		row := "attachments." + strconv.Itoa(i) + "."
		f[row+"name"], f[row+"file"] = at.Name, at.File
	}
	return f
}

func announcementOf(key string, f Fields) announcement.Editable {
	on, _ := time.Parse(time.DateOnly, f["date"]) // checked before
	a := announcement.Editable{
		Announcement: announcement.Announcement{Slug: key, Title: f["title"], Body: f["body"], Pinned: f["pinned"] != "", PublishedOn: on},
		Shown:        f[shownField] != "", ShownFrom: timeOf(f["from"]), ShownUntil: timeOf(f["until"]),
	}
	for _, row := range f.rows("attachments") {
		a.Attachments = append(a.Attachments, announcement.Attachment{File: row["file"], Name: row["name"]})
	}
	return a
}
