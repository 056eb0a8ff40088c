package editing

import (
	"context"
	"slices"
	"strings"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
	"portal/internal/site/faq"
	"portal/internal/text/thaidate"
)

// Kind is a kind of content.
type Kind string

// The kinds.
const (
	Banner       Kind = "banner"
	Announcement Kind = "announcement"
	FAQ          Kind = "faq"
	FAQGroup     Kind = "faq-group"
	Manual       Kind = "manual"
	Page         Kind = "page"
	Site         Kind = "site"
)

// Order lists the kinds as the menu does.
var Order = []Kind{Banner, Announcement, FAQ, FAQGroup, Manual, Page, Site}

// InputType says how a field is filled in and what may stand in it.
type InputType int

// The types of input.
const (
	Line     InputType = iota // one line
	Text                      // several lines, plain
	Rich                      // Markdown
	Choice                    // one of Options
	Check                     // "1" or ""
	Date                      // 2006-01-02
	Moment                    // 2006-01-02T15:04, Bangkok time
	Link                      // own path or https address
	Picture                   // SHA-256 (hex) of a stored picture
	Document                  // SHA-256 (hex) of a stored PDF
	List                      // rows of Parts
)

// Input describes one field of a kind.
type Input struct {
	Name     string
	Label    string
	Part     string // of the form it belongs to, if that has parts
	Hint     string
	Type     InputType
	Max      int  // characters; rows of a List
	Required bool // before publishing
	Initial  string
	Options  []Option
	Parts    []Input // of a List
	from     func(context.Context, db.Reader) ([]Option, error)
}

// Option is one choice.
type Option struct{ Value, Label string }

// shownField is the field that every kind that can be hidden calls so.
const shownField = "shown"

// item is one live item.
type item struct {
	key    string
	group  string
	note   string
	fields Fields
}

// model is what the package knows of a kind.
type model struct {
	title   string // in the menu
	one     string // one item of it
	edit    authz.Permission
	fixed   bool // items are neither added nor hidden
	ordered bool
	inputs  func(key string) []Input
	list    func(context.Context, db.Reader) ([]item, error)
	apply   func(ctx context.Context, tx *audit.Tx, key string, f Fields) error
	place   func(ctx context.Context, tx *audit.Tx, keys []string) error
	check   func(Fields) map[string]string
	name    func(key string, f Fields) string
	path    func(key string) string
	may     func(authz.Actor, Fields) error
}

// models says everything about each kind. It is filled at start, since the
// descriptions refer to each other's tables.
var models = map[Kind]model{}

func init() {
	models = map[Kind]model{
		Banner: bannerModel, Announcement: announcementModel, FAQ: faqModel, FAQGroup: faqGroupModel,
		Manual: manualModel, Page: pageModel, Site: siteModel,
	}
}

// Title is the kind's name in the menu.
func (k Kind) Title() string { return models[k].title }

// Permission is what it takes to edit it.
func (k Kind) Permission() authz.Permission { return models[k].edit }

// Fixed reports whether its items are neither added nor taken away.
func (k Kind) Fixed() bool { return models[k].fixed }

// Ordered reports whether its items have an order that editors choose.
func (k Kind) Ordered() bool { return models[k].ordered }

// One is what one item of it is called.
func (k Kind) One() string { return models[k].one }

func anyone(authz.Actor, Fields) error { return nil }

func nothing(Fields) map[string]string { return nil }

func always(inputs []Input) func(string) []Input {
	return func(string) []Input { return slices.Clone(inputs) }
}

func named(field string) func(string, Fields) string {
	return func(_ string, f Fields) string { return f[field] }
}

func at(path string) func(string) string { return func(string) string { return path } }

// only lets those with all edit everything, others what own accepts.
func only(all authz.Permission, own func(Fields) bool, refusal string) func(authz.Actor, Fields) error {
	return func(a authz.Actor, f Fields) error {
		if a.Can(all) || own(f) {
			return nil
		}
		return problem.New(problem.Forbidden, refusal)
	}
}

// addChoices fills in the options that stand in tables, and leaves out what
// actor may not choose.
func addChoices(ctx context.Context, r db.Reader, actor authz.Actor, m model, inputs []Input) (err error) {
	for i, in := range inputs {
		if in.Type != Choice {
			continue
		}
		if in.from != nil {
			if in.Options, err = in.from(ctx, r); err != nil {
				return err
			}
		}
		inputs[i].Options = slices.DeleteFunc(slices.Clone(in.Options), func(o Option) bool {
			return m.may(actor, Fields{in.Name: o.Value}) != nil
		})
	}
	return nil
}

// addFiles fills in what the files are called that an item names.
func addFiles(ctx context.Context, r db.Reader, it *Item) error {
	if !takeFiles(it.Inputs) {
		return nil
	}
	all, err := selectFileNames(ctx, r, it.Kind, it.Key, it.Live.files())
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, f := range all {
		label := f.Name + " · " + thaidate.ShortTime(f.CreatedAt)
		if used[label] { // two files that came together under one name
			label += " (" + f.Hash[:8] + ")"
		}
		used[label] = true
		it.Files = append(it.Files, Option{f.Hash, label})
	}
	nameFiles(it.Inputs, it.Files)
	return nil
}

func takeFiles(inputs []Input) bool {
	return slices.ContainsFunc(inputs, func(in Input) bool {
		return in.Type == Picture || in.Type == Document || takeFiles(in.Parts)
	})
}

func nameFiles(inputs []Input, files []Option) {
	for i, in := range inputs {
		switch in.Type {
		case Picture, Document:
			inputs[i].Options = files
		case List:
			inputs[i].Parts = slices.Clone(in.Parts) // the kind's own stay as they are
			nameFiles(inputs[i].Parts, files)
		}
	}
}

func yes(b bool) string {
	if b {
		return "1"
	}
	return ""
}

func faqGroups(ctx context.Context, r db.Reader) ([]Option, error) {
	groups, err := faq.AllGroups(ctx, r)
	options := make([]Option, len(groups))
	for i, g := range groups {
		options[i] = Option{g.Slug, g.Title}
	}
	return options, err
}

// shown is the input of every kind that can be hidden.
var shown = Input{Name: shownField, Label: "แสดงบนเว็บไซต์", Type: Check, Initial: "1"}

// fromUntil are the inputs of what is shown for a while.
var fromUntil = []Input{
	{Name: "from", Label: "แสดงตั้งแต่", Hint: "ไม่กรอกหมายถึงแสดงทันทีที่เผยแพร่", Type: Moment},
	{Name: "until", Label: "แสดงถึง", Hint: "ไม่กรอกหมายถึงแสดงตลอดไป", Type: Moment},
}

// inOrder refuses an end before the beginning.
func inOrder(f Fields) map[string]string {
	if f["from"] != "" && f["until"] != "" && strings.Compare(f["until"], f["from"]) <= 0 {
		return map[string]string{"until": "เวลาสิ้นสุดต้องอยู่หลังเวลาเริ่มแสดง"}
	}
	return nil
}
