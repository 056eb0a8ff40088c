package agency

import (
	"context"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
)

// State is การแสดงผล as a filter.
type State string

// The states. "" is both.
const (
	Shown  State = "shown"
	Hidden State = "hidden"
)

// Filter narrows a search. Its zero value finds everything.
type Filter struct {
	Text  string
	Kind  Kind
	State State
	Under ID // this unit and all that is under it
}

// Empty reports whether f narrows nothing: then the tree is shown, not a list.
func (f Filter) Empty() bool { return f == Filter{} }

// Row is an agency in a list.
type Row struct {
	ID        ID
	Code      string
	Kind      Kind
	Name      string
	ShortName string
	Hidden    bool
	Path      string // the names above it, nearest first
	Below     int    // units directly under it, listing.CountLimit+1 for more
}

// listOrder is what lists are sorted by.
var listOrder = listing.Order{Columns: []listing.Column{{Name: "name", Type: listing.Text}, {Name: "id", Type: listing.ID}}}

// pageSize is how many agencies a page of a list shows.
const pageSize = 30

// List is one page of a list.
type List struct {
	listing.Page[Row]
	MayEdit bool
}

// Search lists the agencies that f finds among those that actor may see, in
// Thai order.
func (s *Service) Search(ctx context.Context, actor authz.Actor, f Filter, page string) (List, error) {
	if err := actor.Require(authz.ViewAgencies); err != nil {
		return List{}, err
	}
	if err := f.check(); err != nil {
		return List{}, err
	}
	f.Text = strings.TrimSpace(f.Text)
	q := searchQuery(f, listing.ReachOf(actor, authz.ViewAgencies))
	return s.list(ctx, actor, q, page)
}

// Level is one level of the tree: a unit and what is directly under it, or the
// top of what the viewer may see.
type Level struct {
	List
	Line Line // the unit and those above it; empty at the top
	Seen func(ID) bool
}

// Children lists the units directly under the one called under; with 0, the
// topmost ones that actor may see.
func (s *Service) Children(ctx context.Context, actor authz.Actor, under ID, page string) (Level, error) {
	if err := actor.Require(authz.ViewAgencies); err != nil {
		return Level{}, err
	}
	var l Level
	q := topQuery(listing.ReachOf(actor, authz.ViewAgencies))
	if under != 0 {
		line, err := s.line(ctx, s.db, actor, under)
		if err != nil {
			return Level{}, err
		}
		l.Line, l.Seen = line, seen(actor, line)
		q = childrenQuery(under)
	}
	var err error
	l.List, err = s.list(ctx, actor, q, page)
	return l, err
}

func (s *Service) list(ctx context.Context, actor authz.Actor, q query, page string) (List, error) {
	c, err := listOrder.Parse(page)
	if err != nil {
		return List{}, err
	}
	rows, count, err := selectPage(ctx, s.db, q, c, pageSize+1)
	p := listing.Collect(rows, c, pageSize, func(r Row) []string { return []string{r.Name, listing.Number(r.ID)} })
	return List{Page: p.Counted(count, q.most()), MayEdit: actor.Can(authz.EditAgencies)}, err
}

// Event is something that happened to an agency.
type Event struct {
	At     time.Time
	Action audit.Action
	What   string `db:"-"` // what was done, in words: filled in by the page
	Who    string
	Reason string
}
