package editing

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/site/faq"
)

// opdcGroup is the FAQ group that the administrators of the OPDC look after.
const opdcGroup = "improvement"

var faqModel = model{
	title: "FAQ", one: "คำถาม", edit: authz.EditFAQ, ordered: true,
	inputs: always([]Input{
		{Name: "group", Label: "หมวด", Type: Choice, Required: true, from: faqGroups},
		{Name: "question", Label: "คำถาม", Type: Line, Max: 300, Required: true},
		{Name: "answer", Label: "คำตอบ", Type: Rich, Max: 20_000, Required: true},
		{Name: "featured", Label: "แสดงในคำถามที่อ่านมากของหน้าหลัก", Type: Check},
		shown,
	}),
	list: func(ctx context.Context, r db.Reader) ([]item, error) {
		groups, err := faq.AllGroups(ctx, r)
		if err != nil {
			return nil, err
		}
		titles := map[string]string{}
		for _, g := range groups {
			titles[g.Slug] = g.Title
		}
		all, err := faq.Everything(ctx, r)
		items := make([]item, len(all))
		for i, e := range all {
			items[i] = item{key: e.Slug, group: titles[e.Group], fields: Fields{
				"group": e.Group, "question": e.Question, "answer": e.Answer, "featured": yes(e.Featured), shownField: yes(e.Shown),
			}}
		}
		return items, err
	},
	apply: func(ctx context.Context, tx *audit.Tx, key string, f Fields) error {
		return faq.Put(ctx, tx, faq.Editable{
			Entry: faq.Entry{Slug: key, Group: f["group"], Question: f["question"], Answer: f["answer"], Featured: f["featured"] != ""},
			Shown: f[shownField] != "",
		})
	},
	place: faq.Place, check: nothing, name: named("question"),
	path: func(key string) string { return "/backend/faq#" + key },
	may: only(authz.EditAllFAQ, func(f Fields) bool { return f["group"] == opdcGroup || f["group"] == "" },
		"ท่านแก้ไขได้เฉพาะคำถามในหมวดที่สำนักงาน ก.พ.ร. ดูแล"),
}

var faqGroupModel = model{
	title: "หมวด FAQ", one: "หมวด", edit: authz.EditAllFAQ, ordered: true,
	inputs: always([]Input{{Name: "title", Label: "ชื่อหมวด", Type: Line, Max: 120, Required: true}}),
	list: func(ctx context.Context, r db.Reader) ([]item, error) {
		groups, err := faq.AllGroups(ctx, r)
		items := make([]item, len(groups))
		for i, g := range groups {
			items[i] = item{key: g.Slug, fields: Fields{"title": g.Title, shownField: "1"}}
		}
		return items, err
	},
	apply: func(ctx context.Context, tx *audit.Tx, key string, f Fields) error {
		return faq.PutGroup(ctx, tx, faq.Group{Slug: key, Title: f["title"]})
	},
	place: faq.PlaceGroups, check: nothing, name: named("title"), path: at("/backend/faq"), may: anyone,
}
