package editing

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"portal/internal/kit/authz"
	"portal/internal/text/markdown"
)

// Target is where a link of the content leads within the site.
type Target struct {
	Path     string // without the fragment
	Fragment string // "" for the page itself
}

// Broken is a link that leads nowhere, and where it stands.
type Broken struct {
	Kind    Kind
	Key     string
	Name    string
	Address string
	Why     string // "" when it is an own address, which is simply not there
}

// Leads says whether the site has such a page, or such a place in it.
type Leads func(Target) bool

// own finds the addresses within the site: in Markdown, and alone in a field.
var own = regexp.MustCompile(`(?:\]\(|^)<?(/[^)\s>"]*)`)

// foreign finds the addresses of other sites there.
var foreign = regexp.MustCompile(`(?:\]\(|^)<?(https?://[^)\s>"]*)`)

// linked are the addresses in fields that kind finds.
func (f Fields) linked(kind *regexp.Regexp) []string {
	found := map[string]bool{}
	for _, text := range f {
		for _, m := range kind.FindAllStringSubmatch(text, -1) {
			found[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// target splits an own address.
func target(address string) Target {
	path, fragment, _ := strings.Cut(address, "#")
	path, _, _ = strings.Cut(path, "?")
	return Target{path, fragment}
}

// BrokenLinks lists every own link of what actor may edit, as it is published,
// that leads nowhere.
func (s *Service) BrokenLinks(ctx context.Context, actor authz.Actor, leads Leads) ([]Broken, error) {
	if err := actor.Require(authz.CheckLinks); err != nil {
		return nil, err
	}
	files, err := selectFiles(ctx, s.db)
	if err != nil {
		return nil, err
	}
	return s.linksOf(ctx, actor, func(f Fields) []string { return f.broken(leads, files) })
}

// ForeignLinks lists every link of what actor may edit, as it is published, that
// leads to another site.
func (s *Service) ForeignLinks(ctx context.Context, actor authz.Actor) ([]Broken, error) {
	if err := actor.Require(authz.CheckLinks); err != nil {
		return nil, err
	}
	return s.linksOf(ctx, actor, func(f Fields) []string { return f.linked(foreign) })
}

func (s *Service) linksOf(ctx context.Context, actor authz.Actor, find func(Fields) []string) ([]Broken, error) {
	var all []Broken
	for _, k := range Kinds(actor) {
		live, err := models[k].list(ctx, s.db)
		if err != nil {
			return nil, err
		}
		for _, it := range live {
			if models[k].may(actor, it.fields) != nil {
				continue
			}
			for _, address := range find(it.fields) {
				all = append(all, Broken{Kind: k, Key: it.key, Name: models[k].name(it.key, it.fields), Address: address})
			}
		}
	}
	return all, nil
}

// BrokenIn lists the own links of an item, as its editor opened it, that lead
// nowhere. Public: the item was opened by somebody who may edit it.
func (s *Service) BrokenIn(ctx context.Context, it Item, leads Leads) ([]string, error) {
	files, err := selectFiles(ctx, s.db)
	return it.Fields().broken(leads, files), err
}

const filePath = "/backend/file/"

func (f Fields) broken(leads Leads, files map[string]bool) []string {
	var all []string
	for _, address := range f.linked(own) {
		t := target(address)
		hash, isFile := strings.CutPrefix(t.Path, filePath)
		if isFile && !files[hash] || !isFile && !leads(t) {
			all = append(all, address)
		}
	}
	return all
}

// Places lists the places within pages that own links may lead to: the
// questions, announcements and manuals that visitors can see, and the headings
// of long texts. Public: anybody can read them.
func (s *Service) Places(ctx context.Context) (map[Target]bool, error) {
	places := map[Target]bool{}
	for _, k := range Order {
		live, err := models[k].list(ctx, s.db)
		if err != nil {
			return nil, err
		}
		for _, it := range live {
			t := target(models[k].path(it.key))
			if it.fields[shownField] != "" && t.Fragment != "" {
				places[t] = true
			}
			for _, h := range markdown.Outline(it.fields["body"]) {
				places[Target{t.Path, h.ID}] = true
			}
		}
	}
	return places, nil
}
