package auditlog

import (
	"slices"

	"portal/internal/kit/audit"
	"portal/internal/kit/catalogue"
)

// Glossary has the words of every feature's entries.
type Glossary struct {
	groups   []Group
	actions  map[audit.Action]known[catalogue.Action]
	subjects map[string]known[catalogue.Subject]
}

// known is a word and the feature that it is of.
type known[T any] struct {
	word T
	of   *catalogue.Feature
}

// Group is the actions about one thing, as the viewer offers them.
type Group struct {
	Name    string
	Actions []catalogue.Action
}

// NewGlossary gathers the words of features.
func NewGlossary(features ...catalogue.Feature) *Glossary {
	g := &Glossary{actions: map[audit.Action]known[catalogue.Action]{}, subjects: map[string]known[catalogue.Subject]{}}
	for i := range features {
		f := &features[i]
		for _, a := range f.Actions {
			g.actions[a.Action] = known[catalogue.Action]{a, f}
			at := slices.IndexFunc(g.groups, func(group Group) bool { return group.Name == a.Group })
			if at < 0 {
				at = len(g.groups)
				g.groups = append(g.groups, Group{Name: a.Group})
			}
			g.groups[at].Actions = append(g.groups[at].Actions, a)
		}
		for _, s := range f.Subjects {
			g.subjects[s.Key] = known[catalogue.Subject]{s, f}
		}
	}
	return g
}

// Groups are all actions, as the viewer offers them.
func (g *Glossary) Groups() []Group { return g.groups }

// Action is what was done, in Thai; empty if no feature knows it.
func (g *Glossary) Action(a audit.Action) string { return g.actions[a].word.Name }

// Described is an entry with the words for it.
type Described struct {
	Entry

	words *Glossary
}

// Of returns e with the words for it.
func (g *Glossary) Of(e Entry) Described { return Described{e, g} }

// features have the entry's words: the one that did it, the one that knows its
// subject, and what all share. The first that has a word has the right one.
func (e Described) features() []*catalogue.Feature {
	var all []*catalogue.Feature
	kind, _ := e.kind()
	for _, f := range []*catalogue.Feature{e.words.actions[e.Action].of, e.words.subjects[kind].of, &catalogue.Shared} {
		if f != nil && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}

// field is the word for a key of the detail and where the key is shown.
func (e Described) field(key string) (name string, rank int) {
	name, rank = key, -1
	base := 0
	for _, f := range e.features() {
		at := slices.IndexFunc(f.Fields, func(f catalogue.Field) bool { return f.Key == key })
		if at >= 0 && rank < 0 {
			rank = base + at
		}
		if at >= 0 && f.Fields[at].Name != "" {
			return f.Fields[at].Name, rank
		}
		base += len(f.Fields)
	}
	if rank < 0 {
		rank = base
	}
	return name, rank
}

func (e Described) fieldName(key string) string {
	name, _ := e.field(key)
	return name
}

func (e Described) rank(key string) int {
	_, rank := e.field(key)
	return rank
}

// valueWord is the word for a text that stands in the detail, or the text.
func (e Described) valueWord(text string) string {
	return e.word(text, func(f *catalogue.Feature) map[string]string { return f.Values })
}

// reasonWord is the word for a reason that the portal gave, or the reason.
func (e Described) reasonWord(reason string) string {
	return e.word(reason, func(f *catalogue.Feature) map[string]string { return f.Reasons })
}

func (e Described) word(text string, in func(*catalogue.Feature) map[string]string) string {
	for _, f := range e.features() {
		if word := in(f)[text]; word != "" {
			return word
		}
	}
	return text
}
