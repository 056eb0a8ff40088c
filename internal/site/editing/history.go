package editing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/text/thaidate"
)

// Version is one published version of an item.
type Version struct {
	Number int
	By     string // "" for the content as it was first put in
	At     time.Time
	Reason string
}

// History lists the published versions of an item, the newest first. An item
// that nobody edited has none yet.
func (s *Service) History(ctx context.Context, actor authz.Actor, k Kind, key string) (Item, []Version, error) {
	it, err := s.Open(ctx, actor, k, key)
	if err != nil {
		return it, nil, err
	}
	versions, err := selectVersions(ctx, s.db, k, key)
	return it, versions, err
}

// Change is a field that differs between two versions.
type Change struct {
	Label    string
	Old, New string
}

// DraftVersion stands for the draft where a version is asked for.
const DraftVersion = "draft"

// Compare lists the fields in which two versions differ, a before b. Each is a
// number or DraftVersion. Its problems are Forbidden and NotFound.
func (s *Service) Compare(ctx context.Context, actor authz.Actor, k Kind, key, a, b string) (Item, []Change, error) {
	it, err := s.Open(ctx, actor, k, key)
	if err != nil {
		return it, nil, err
	}
	old, err := s.version(ctx, it, a)
	if err != nil {
		return it, nil, err
	}
	new, err := s.version(ctx, it, b)
	if err != nil {
		return it, nil, err
	}
	return it, Differences(it.Inputs, old, new), nil
}

func (s *Service) version(ctx context.Context, it Item, which string) (Fields, error) {
	if which == DraftVersion {
		if it.Draft == nil {
			return nil, errNoItem
		}
		return it.Draft.Fields, nil
	}
	number, err := strconv.Atoi(which)
	if err != nil {
		return nil, errNoItem
	}
	if number == it.Number {
		return it.Live, nil
	}
	return selectVersion(ctx, s.db, it.Kind, it.Key, number)
}

// Differences lists the inputs in which two sets of fields differ, in the words
// of the form.
func Differences(inputs []Input, old, new Fields) []Change {
	var all []Change
	for _, in := range inputs {
		if a, b := in.Words(old), in.Words(new); a != b {
			all = append(all, Change{in.Title(), a, b})
		}
	}
	return all
}

// Title names the input where its part of the form is not seen.
func (in Input) Title() string {
	if in.Part == "" {
		return in.Label
	}
	return in.Part + " · " + in.Label
}

// Words are what fields say for the input, as a person reads it.
func (in Input) Words(f Fields) string {
	if in.Type != List {
		return in.word(f[in.Name])
	}
	var lines []string
	for _, row := range f.rows(in.Name) {
		var cells []string
		for _, part := range in.Parts {
			if w := part.word(row[part.Name]); w != "" {
				cells = append(cells, w)
			}
		}
		lines = append(lines, strings.Join(cells, " · "))
	}
	return strings.Join(lines, "\n")
}

func (in Input) word(value string) string {
	switch in.Type {
	case Check:
		if value == "" {
			return "ไม่"
		}
		return "ใช่"
	case Choice, Picture, Document:
		for _, o := range in.Options {
			if o.Value == value {
				return o.Label
			}
		}
	case Date:
		if on, err := thaidate.ParseDay(value); err == nil {
			return thaidate.Short(on)
		}
	case Moment:
		if at := timeOf(value); at != nil {
			return thaidate.ShortTime(*at)
		}
	}
	return value
}

// Said is a field of an item, one of a row too, as the form calls it and shows
// its value. It is not known to kinds that have no such field.
func (k Kind) Said(key, field, value string) (label, words string, known bool) {
	m, ok := models[k]
	if !ok {
		return "", "", false
	}
	for _, in := range m.inputs(key) {
		if in.Name == field {
			return in.Title(), in.word(value), true
		}
		row, ok := strings.CutPrefix(field, in.Name+".")
		if !ok || in.Type != List {
			continue
		}
		number, name, _ := strings.Cut(row, ".")
		i, err := strconv.Atoi(number)
		if at := slices.IndexFunc(in.Parts, func(p Input) bool { return p.Name == name }); at >= 0 && err == nil {
			return fmt.Sprintf("%s รายการที่ %d %s", in.Label, i+1, in.Parts[at].Label), in.Parts[at].word(value), true
		}
	}
	return "", "", false
}
