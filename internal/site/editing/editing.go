// Package editing lets administrators change what visitors read: they write
// drafts, look at them in place, publish them now or at a time, and find every
// version that was published. It stands above the features that hold the
// content: their tables are what is published (docs/adr/0006-editing.md).
package editing

import (
	"context"
	"slices"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
	"portal/internal/text/thaidate"
)

// Service is the editors' use cases.
type Service struct {
	db  db.Reader
	log *audit.Log
	now func() time.Time
}

// New returns a Service that reads from r and writes through log.
func New(r db.Reader, log *audit.Log, now func() time.Time) *Service { return &Service{r, log, now} }

// Fields are an item as its editor's form has it: text by the input's name. The
// rows of a list are name.0.part, name.1.part and so on.
type Fields map[string]string

// Entry is a line in the list of one kind: what is published, what is being
// written, or both.
type Entry struct {
	Key       string
	Name      string
	Group     string // heading it stands under, or ""
	Shown     bool   // visitors can see it, apart from its dates
	Waits     bool   // its time has not come
	Ended     bool   // its time is over
	Published bool
	Note      string // such as the date of an announcement
	Draft     *DraftNote
}

// DraftNote says who is writing and when it is to be published.
type DraftNote struct {
	By        string
	At        time.Time
	PublishAt *time.Time
}

// Item is what an editor opens: the draft if there is one, else what is live.
type Item struct {
	Kind   Kind
	Key    string // "" for a new one
	Name   string
	Title  string   // of the kind, as in the menu
	One    string   // of one such item
	Path   string   // where visitors see it
	Pages  []Option // on which they see it, by their paths, if it is more than that one
	Inputs []Input
	Files  []Option // that any version of it names, by SHA-256, as editors know them
	Live   Fields   // nil if it is not published
	Number int      // of the live version; 0 before the first edit, -1 if not published
	Draft  *Draft
	Mark   string // names this very state; a form sends it back
}

// Draft is what was written and not yet published.
type Draft struct {
	Fields   Fields
	Base     int
	Revision int
	DraftNote
	Reason string // for the publication that is settled
}

// Fields are what the form shows at first.
func (i Item) Fields() Fields {
	switch {
	case i.Draft != nil:
		return i.Draft.Fields
	case i.Live != nil:
		return i.Live
	}
	return blank(i.Inputs)
}

// blank is a new item: shown, and a first choice where one must be made.
func blank(inputs []Input) Fields {
	f := Fields{}
	for _, in := range inputs {
		if in.Initial != "" {
			f[in.Name] = in.Initial
		}
	}
	return f
}

// Kinds lists the kinds that actor may edit, in the menu's order.
func Kinds(actor authz.Actor) []Kind {
	var own []Kind
	for _, k := range Order {
		if actor.Can(models[k].edit) {
			own = append(own, k)
		}
	}
	return own
}

// MayWrite returns nil for those who may edit anything at all.
func (s *Service) MayWrite(actor authz.Actor) error { return actor.Require(authz.CheckLinks) }

// Entries lists the items of a kind that actor may edit.
func (s *Service) Entries(ctx context.Context, actor authz.Actor, k Kind) ([]Entry, error) {
	m := models[k]
	if err := actor.Require(m.edit); err != nil {
		return nil, err
	}
	live, err := m.list(ctx, s.db)
	if err != nil {
		return nil, err
	}
	drafts, err := selectDrafts(ctx, s.db, k)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, it := range live {
		if m.may(actor, it.fields) != nil {
			continue
		}
		e := published(m, it, s.now())
		if d, ok := drafts[it.key]; ok {
			e.Draft = &d.DraftNote
			delete(drafts, it.key)
		}
		entries = append(entries, e)
	}
	return append(unpublished(m, actor, drafts), entries...), nil
}

// published is the line of an item that is live.
func published(m model, it item, now time.Time) Entry {
	from, until := timeOf(it.fields["from"]), timeOf(it.fields["until"])
	notes := []string{it.note}
	if from != nil {
		notes = append(notes, "แสดงตั้งแต่ "+thaidate.ShortTime(*from))
	}
	if until != nil {
		notes = append(notes, "แสดงถึง "+thaidate.ShortTime(*until))
	}
	return Entry{
		Key: it.key, Name: m.name(it.key, it.fields), Group: it.group, Published: true, Shown: it.fields[shownField] != "",
		Waits: from != nil && from.After(now), Ended: until != nil && !until.After(now),
		Note: strings.Join(slices.DeleteFunc(notes, func(n string) bool { return n == "" }), " · "),
	}
}

// unpublished are the drafts of items that visitors have never seen.
func unpublished(m model, actor authz.Actor, drafts map[string]Draft) []Entry {
	var entries []Entry
	for key, d := range drafts {
		if m.may(actor, d.Fields) == nil {
			entries = append(entries, Entry{Key: key, Name: m.name(key, d.Fields), Draft: &d.DraftNote})
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int { return b.Draft.At.Compare(a.Draft.At) })
	return entries
}

// Open returns an item to edit; an empty key is a new one. Its problems are
// Forbidden and NotFound.
func (s *Service) Open(ctx context.Context, actor authz.Actor, k Kind, key string) (Item, error) {
	m := models[k]
	if err := actor.Require(m.edit); err != nil {
		return Item{}, err
	}
	return load(ctx, s.db, actor, k, key)
}

// load reads an item within r, for those who may edit it.
func load(ctx context.Context, r db.Reader, actor authz.Actor, k Kind, key string) (Item, error) {
	m := models[k]
	it := Item{Kind: k, Key: key, Title: m.title, One: m.one, Inputs: m.inputs(key), Number: -1}
	if key == "" {
		if m.fixed {
			return it, errNoItem
		}
		it.Mark = it.mark()
		return it, addChoices(ctx, r, actor, m, it.Inputs)
	}
	live, err := m.list(ctx, r)
	if err != nil {
		return it, err
	}
	if i := slices.IndexFunc(live, func(l item) bool { return l.key == key }); i >= 0 {
		it.Live, it.Number = live[i].fields.typedInto(it.Inputs), 0
	}
	if it.Draft, err = selectDraft(ctx, r, k, key); err != nil {
		return it, err
	}
	if it.Live == nil && it.Draft == nil {
		return it, errNoItem
	}
	number, err := selectLatest(ctx, r, k, key)
	if err != nil {
		return it, err
	}
	it.Number = max(it.Number, number)
	if err := mayEach(m, actor, it.Live, it.Fields()); err != nil {
		return it, err
	}
	it.Name, it.Path, it.Mark = m.name(key, it.Fields()), m.path(key), it.mark()
	if k == Site && key == headingKey {
		it.Pages = headingPages()
	}
	if err := addFiles(ctx, r, &it); err != nil {
		return it, err
	}
	return it, addChoices(ctx, r, actor, m, it.Inputs)
}

// mayEach asks for the right to each of an item's texts that there is.
func mayEach(m model, actor authz.Actor, texts ...Fields) error {
	for _, f := range texts {
		if f == nil {
			continue
		}
		if err := m.may(actor, f); err != nil {
			return err
		}
	}
	return nil
}

var errNoItem = problem.New(problem.NotFound, "ไม่พบเนื้อหานี้ในระบบ")
