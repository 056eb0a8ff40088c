package editing

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/ops/seed"
	"portal/internal/site/faq"
)

type desk struct {
	*Service
	t     *testing.T
	pool  *pgxpool.Pool
	clock time.Time
}

// newDesk is a portal with two FAQ groups and three questions, and its editors.
func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, pool: testdb.New(t), clock: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	log := audit.New(d.pool)
	d.Service = New(d.pool, log, func() time.Time { return d.clock })
	d.do(log.Change(t.Context(), authz.System("test"), func(tx *audit.Tx) error {
		for _, g := range []faq.Group{{Slug: "usage", Title: "การใช้งาน", Position: 1}, {Slug: opdcGroup, Title: "การปรับปรุง", Position: 2}} {
			if err := faq.AddGroup(t.Context(), tx, g); err != nil {
				return err
			}
		}
		for i, slug := range []string{"one", "two", "three"} {
			e := faq.Entry{Slug: slug, Group: "usage", Position: i + 1, Question: "คำถาม " + slug, Answer: "คำตอบ " + slug}
			if slug == "three" {
				e.Group = opdcGroup
			}
			if err := faq.Add(t.Context(), tx, e); err != nil {
				return err
			}
		}
		return tx.Record(seed.ActionSeeded, audit.Subject{Key: "test"}, nil)
	}))
	return d
}

func (d *desk) do(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// editor is a new person who holds role.
func (d *desk) editor(role authz.Role) authz.Actor {
	d.t.Helper()
	var id, agency int64
	d.do(d.pool.QueryRow(d.t.Context(), `INSERT INTO staff (issuer, subject, name) VALUES ('test', gen_random_uuid()::text, 'สมหญิง เขียนดี') RETURNING id`).Scan(&id))
	d.do(d.pool.QueryRow(d.t.Context(), `INSERT INTO agencies (code, kind, name) VALUES ($1, 'ministry', 'กระทรวง') RETURNING id`, fmt.Sprint(1000+id)).Scan(&agency))
	return authz.Actor{StaffID: id, Grants: []authz.Grant{{Role: role, Agency: authz.AgencyID(agency)}}}
}

func (d *desk) open(a authz.Actor, key string) Item {
	d.t.Helper()
	it, err := d.Open(d.t.Context(), a, FAQ, key)
	d.do(err)
	return it
}

// write saves a new answer to a question as it is now.
func (d *desk) write(a authz.Actor, key, answer string) Item {
	d.t.Helper()
	it := d.open(a, key)
	_, err := d.Save(d.t.Context(), a, FAQ, key, Saving{Mark: it.Mark, Fields: with(it.Fields(), "answer", answer)})
	d.do(err)
	return d.open(a, key)
}

func (d *desk) publish(a authz.Actor, key, at string) {
	d.t.Helper()
	_, err := d.Publish(d.t.Context(), a, FAQ, key, Publishing{Mark: d.open(a, key).Mark, Reason: "ปรับให้ชัดเจน", At: at})
	d.do(err)
}

// live is the answer that visitors read.
func (d *desk) live(key string) string {
	d.t.Helper()
	groups, err := faq.New(d.pool).Groups(d.t.Context())
	d.do(err)
	for _, g := range groups {
		for _, e := range g.Entries {
			if e.Slug == key {
				return e.Answer
			}
		}
	}
	return ""
}

func (d *desk) count(sql string) (n int) {
	d.t.Helper()
	d.do(d.pool.QueryRow(d.t.Context(), sql).Scan(&n))
	return n
}

func with(f Fields, name, value string) Fields {
	other := Fields{name: value}
	for n, v := range f {
		if n != name {
			other[n] = v
		}
	}
	return other
}

func TestDraftsAreSeenOnlyWhenPublished(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	it := d.write(admin, "one", "คำตอบใหม่")
	if d.live("one") != "คำตอบ one" || it.Draft == nil || it.Draft.By != "สมหญิง เขียนดี" {
		t.Errorf("visitors read %q, the draft is %+v", d.live("one"), it.Draft)
	}
	d.publish(admin, "one", "")
	if d.live("one") != "คำตอบใหม่" {
		t.Errorf("visitors read %q", d.live("one"))
	}
	_, versions, err := d.History(t.Context(), admin, FAQ, "one")
	d.do(err)
	if len(versions) != 2 || versions[0].Reason != "ปรับให้ชัดเจน" || versions[0].By == "" || versions[1].Number != 0 {
		t.Errorf("history %+v", versions)
	}
	if n := d.count(`SELECT count(*) FROM audit_entries WHERE action = 'content.published' AND detail->'before'->>'answer' = 'คำตอบ one' AND detail->'after'->>'answer' = 'คำตอบใหม่'`); n != 1 {
		t.Errorf("%d entries tell of it", n)
	}
	_, changes, err := d.Compare(t.Context(), admin, FAQ, "one", "0", "1")
	d.do(err)
	if len(changes) != 1 || changes[0].Label != "คำตอบ" || changes[0].Old != "คำตอบ one" {
		t.Errorf("changes %+v", changes)
	}
}

func TestRestoredVersionIsADraftFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	for _, answer := range []string{"ก", "ข"} {
		d.write(admin, "one", answer)
		d.publish(admin, "one", "")
	}
	d.do(d.Restore(t.Context(), admin, FAQ, "one", 1, d.open(admin, "one").Mark, ""))
	if d.live("one") != "ข" || d.open(admin, "one").Fields()["answer"] != "ก" {
		t.Errorf("live %q, draft %+v", d.live("one"), d.open(admin, "one").Draft)
	}
	d.publish(admin, "one", "")
	if d.live("one") != "ก" || d.open(admin, "one").Number != 3 {
		t.Errorf("live %q as number %d", d.live("one"), d.open(admin, "one").Number)
	}
}

// TestNobodyOverwritesAnother lets many editors save the same state at once.
func TestNobodyOverwritesAnother(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const editors = 12
	mark := d.open(d.editor(authz.DGAAdmin), "one").Mark
	fields := d.open(d.editor(authz.DGAAdmin), "one").Fields()
	var people []authz.Actor
	for range editors {
		people = append(people, d.editor(authz.DGAAdmin))
	}
	var mu sync.Mutex
	outcomes := map[string]int{}
	var wg sync.WaitGroup
	for i, a := range people {
		wg.Go(func() {
			_, err := d.Save(context.WithoutCancel(t.Context()), a, FAQ, "one", Saving{Mark: mark, Fields: with(fields, "answer", fmt.Sprint("ฉบับ ", i))})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				outcomes["saved"]++
			case problem.Is(err, problem.Conflict):
				outcomes["conflict"]++
			default:
				outcomes[err.Error()]++
			}
		})
	}
	wg.Wait()
	if outcomes["saved"] != 1 || outcomes["conflict"] != editors-1 {
		t.Errorf("%v", outcomes)
	}
}

func TestDiscardedDraftIsAnotherState(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	first := d.write(admin, "one", "ก")
	d.do(d.Discard(t.Context(), admin, FAQ, "one", first.Mark, ""))
	d.write(admin, "one", "ข")
	_, err := d.Save(t.Context(), admin, FAQ, "one", Saving{Mark: first.Mark, Fields: with(first.Fields(), "answer", "ค")})
	if !problem.Is(err, problem.Conflict) {
		t.Errorf("saving over a draft that one never saw: %v", err)
	}
}

func TestScheduledPublication(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	d.write(admin, "one", "พรุ่งนี้")
	d.publish(admin, "one", "2026-11-24T08:00") // Bangkok: 01:00 UTC
	d.write(admin, "two", "ยกเลิก")
	d.publish(admin, "two", "2026-11-24T08:00")
	d.do(d.Hold(t.Context(), admin, FAQ, "two", ""))
	fail := func(err error) { t.Error(err) }
	for _, step := range []struct {
		at   time.Time
		want string
	}{{time.Date(2026, 11, 24, 0, 59, 59, 0, time.UTC), "คำตอบ one"}, {time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC), "พรุ่งนี้"}} {
		d.clock = step.at
		var wg sync.WaitGroup
		for range 3 { // as many servers
			wg.Go(func() { fail2(fail, d.due(t.Context(), fail)) })
		}
		wg.Wait()
		if d.live("one") != step.want || d.live("two") != "คำตอบ two" {
			t.Errorf("at %s: %q and %q", step.at, d.live("one"), d.live("two"))
		}
	}
	_, versions, err := d.History(t.Context(), admin, FAQ, "one")
	d.do(err)
	if len(versions) != 2 || versions[0].By != "สมหญิง เขียนดี" {
		t.Errorf("%+v", versions)
	}
}

func fail2(fail func(error), err error) {
	if err != nil {
		fail(err)
	}
}

func TestSavingCallsTheScheduleOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	d.write(admin, "one", "ก")
	d.publish(admin, "one", "2026-11-24T08:00")
	if it := d.write(admin, "one", "ข"); it.Draft.PublishAt != nil {
		t.Errorf("still to be published at %s", it.Draft.PublishAt)
	}
}

func TestWhoMayEditWhat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	opdc := d.editor(authz.OPDCAdmin)
	entries, err := d.Entries(t.Context(), opdc, FAQ)
	d.do(err)
	if len(entries) != 1 || entries[0].Key != "three" {
		t.Errorf("the OPDC sees %+v", entries)
	}
	it := d.open(opdc, "three")
	if i := slices.IndexFunc(it.Inputs, func(in Input) bool { return in.Name == "group" }); len(it.Inputs[i].Options) != 1 {
		t.Errorf("it may choose %+v", it.Inputs[i].Options)
	}
	for name, err := range map[string]error{
		"a foreign question":     second(d.Open(t.Context(), opdc, FAQ, "one")),
		"into a foreign group":   second(d.Save(t.Context(), opdc, FAQ, "three", Saving{Mark: it.Mark, Fields: with(it.Fields(), "group", "usage")})),
		"a new one there":        second(d.Save(t.Context(), opdc, FAQ, "", Saving{Mark: "-1.0", Fields: Fields{"group": "usage", "question": "ก", "answer": "ข"}})),
		"foreign order":          d.Arrange(t.Context(), opdc, FAQ, []string{"two", "one"}, []string{"one", "two"}, ""),
		"groups":                 second(d.Entries(t.Context(), opdc, FAQGroup)),
		"banners":                second(d.Entries(t.Context(), opdc, Banner)),
		"an officer's own draft": second(d.Save(t.Context(), d.editor(authz.CentralOfficer), FAQ, "three", Saving{Mark: it.Mark, Fields: it.Fields()})),
	} {
		if !problem.Is(err, problem.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := d.count(`SELECT count(*) FROM content_drafts`); n != 0 {
		t.Errorf("%d drafts were kept", n)
	}
}

func second[T any](_ T, err error) error { return err }

func TestOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	d.do(d.Arrange(t.Context(), admin, FAQ, []string{"two", "one"}, []string{"one", "two"}, ""))
	entries, err := d.Entries(t.Context(), admin, FAQ)
	d.do(err)
	if entries[0].Key != "two" || entries[1].Key != "one" {
		t.Errorf("%+v", entries)
	}
	for name, order := range map[string][2][]string{
		"an order that was not there": {{"one", "two"}, {"one", "two"}},
		"one twice":                   {{"two", "two"}, {"two", "one"}},
		"one left out":                {{"two"}, {"two", "one"}},
		"one that is not there":       {{"nine", "two", "one"}, {"two", "one", "nine"}},
	} {
		if err := d.Arrange(t.Context(), admin, FAQ, order[0], order[1], ""); !problem.Is(err, problem.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestA79_NewItemSentTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	form := idempotency.New()
	f := Fields{"group": "usage", "question": "ใหม่", "answer": "ตอบ", "shown": "1"}
	var done int
	keys := map[string]bool{}
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 4 {
		wg.Go(func() {
			key, err := d.Save(context.WithoutCancel(t.Context()), admin, FAQ, "", Saving{FormKey: form, Fields: f})
			mu.Lock()
			defer mu.Unlock()
			keys[key] = true
			if err == nil {
				done++
			}
		})
	}
	wg.Wait()
	if n := d.count(`SELECT count(*) FROM content_drafts`); n != 1 || done != 1 || len(keys) != 1 {
		t.Errorf("%d drafts, %d saved, as %v", n, done, keys)
	}
	others := map[string]bool{newKey(FAQ, 1, form): true, newKey(FAQ, 2, form): true, newKey(Page, 1, form): true}
	for range 2 {
		others[newKey(FAQ, 1, "")] = true
	}
	if len(others) != 5 {
		t.Error("two items have one key")
	}
	entries, err := d.Entries(t.Context(), admin, FAQ)
	d.do(err)
	if entries[0].Published || entries[0].Name != "ใหม่" {
		t.Errorf("%+v", entries[0])
	}
	key := entries[0].Key
	d.publish(admin, key, "")
	if d.live(key) != "ตอบ" {
		t.Errorf("visitors read %q", d.live(key))
	}
}

func TestPreviewLeavesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	d.write(admin, "one", "ร่าง")
	var seen string
	d.do(d.Preview(t.Context(), admin, FAQ, "one", func(tx *audit.Tx, _ Item) error {
		all, err := faq.Everything(t.Context(), tx)
		seen = all[0].Answer
		return err
	}))
	if seen != "ร่าง" || d.live("one") != "คำตอบ one" || d.open(admin, "one").Draft == nil {
		t.Errorf("previewed %q, live %q", seen, d.live("one"))
	}
}

func TestIncompleteDraftIsKeptButNotPublished(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	it := d.write(admin, "one", "")
	_, err := d.Publish(t.Context(), admin, FAQ, "one", Publishing{Mark: it.Mark, Reason: "ก"})
	if p := problem.Of(err); p.Kind != problem.Invalid || !strings.Contains(p.Field("answer"), "คำตอบ") {
		t.Errorf("%v", err)
	}
	if d.live("one") != "คำตอบ one" {
		t.Errorf("visitors read %q", d.live("one"))
	}
}

// TestNamelessDraftIsRefused at the input that names an item: whatever else was
// filled in.
func TestNamelessDraftIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	for kind, want := range map[Kind]struct{ field, fix string }{
		FAQ: {"question", "กรุณากรอกคำถาม"}, Banner: {"alt", "กรุณากรอกคำบรรยายภาพ"}, Manual: {"title", "กรุณากรอกชื่อคู่มือ"},
		Announcement: {"title", "กรุณากรอกหัวข้อประกาศ"}, FAQGroup: {"title", "กรุณากรอกชื่อหมวด"},
	} {
		it, err := d.Open(t.Context(), admin, kind, "")
		d.do(err)
		_, err = d.Save(t.Context(), admin, kind, "", Saving{Mark: it.Mark, Fields: it.Fields()})
		if got := problem.Of(err).Field(want.field); got != want.fix {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
	}
}

// TestFilesHaveNames in what editors compare, also two of the same name.
func TestFilesHaveNames(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	wide, narrow := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	_, err := d.pool.Exec(t.Context(), `INSERT INTO files (sha256, media_type, name, bytes, created_at)
		SELECT decode(h, 'hex'), 'image/png', 'ภาพ.png', '', '2026-11-23T03:00:00Z' FROM unnest($1::text[]) h`, []string{wide, narrow})
	d.do(err)
	it, err := d.Open(t.Context(), admin, Banner, "")
	d.do(err)
	f := with(with(with(with(it.Fields(), "alt", "ตรา"), "wide", wide), "narrow", narrow), "from", "2026-11-27T10:00")
	key, err := d.Save(t.Context(), admin, Banner, "", Saving{Mark: it.Mark, Fields: f})
	d.do(err)
	it, err = d.Open(t.Context(), admin, Banner, key)
	d.do(err)
	got := map[string]string{}
	for _, c := range Differences(it.Inputs, nil, it.Draft.Fields) {
		got[c.Label] = c.New
	}
	const name = "ภาพ.png · 23 พ.ย. 2569 10:00 น."
	if got["ภาพสำหรับจอกว้าง"] != name || got["ภาพสำหรับโทรศัพท์"] != name+" (cdcdcdcd)" || got["แสดงตั้งแต่"] != "27 พ.ย. 2569 10:00 น." {
		t.Errorf("%q", got)
	}
}

// TestUnchangedIsNoDraft, also of what has no field for being shown.
func TestUnchangedIsNoDraft(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	for kind, key := range map[Kind]string{FAQ: "one", FAQGroup: "usage"} {
		it, err := d.Open(t.Context(), admin, kind, key)
		d.do(err)
		sent := url.Values{}
		for name, value := range it.Fields() {
			if value != "" {
				sent.Set(name, value)
			}
		}
		fields := Read(it.Inputs, sent)
		_, err = d.Save(t.Context(), admin, kind, key, Saving{Mark: it.Mark, Fields: fields})
		d.do(err)
		if before, after := changed(it.Fields(), fields); len(before)+len(after) > 0 {
			t.Errorf("%s: from %v to %v", kind, before, after)
		}
	}
	if n := d.count(`SELECT count(*) FROM content_drafts`); n != 0 {
		t.Errorf("%d drafts", n)
	}
}

// TestListSaysWhatIsSeenNow apart from what was published.
func TestListSaysWhatIsSeenNow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC) // 10:00 in Bangkok
	for _, tt := range []struct {
		from, until  string
		waits, ended bool
		note         string
	}{
		{"", "", false, false, "ก"},
		{"2026-11-23T10:00", "2026-11-23T10:01", false, false, "ก · แสดงตั้งแต่ 23 พ.ย. 2569 10:00 น. · แสดงถึง 23 พ.ย. 2569 10:01 น."},
		{"2026-11-23T10:01", "", true, false, "ก · แสดงตั้งแต่ 23 พ.ย. 2569 10:01 น."},
		{"", "2026-11-23T10:00", false, true, "ก · แสดงถึง 23 พ.ย. 2569 10:00 น."},
	} {
		e := published(announcementModel, item{note: "ก", fields: Fields{"from": tt.from, "until": tt.until}}, now)
		if e.Waits != tt.waits || e.Ended != tt.ended || e.Note != tt.note {
			t.Errorf("%+v: %+v", tt, e)
		}
	}
}

func TestFileThatIsGoneIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	admin := d.editor(authz.DGAAdmin)
	it := d.open(admin, "one")
	_, err := d.Save(t.Context(), admin, FAQ, "one", Saving{Mark: it.Mark, Fields: with(it.Fields(), "answer", "![ภาพ](/backend/file/"+strings.Repeat("ab", 32)+")")})
	if !problem.Is(err, problem.Invalid) {
		t.Errorf("%v", err)
	}
	if d.open(admin, "one").Draft != nil {
		t.Error("half of it was saved")
	}
}
