package file

import (
	"context"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
)

// Kind is what a list of files is limited to.
type Kind string

// The kinds.
const (
	Pictures  Kind = "picture"
	Documents Kind = "pdf"
)

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool { return k == Pictures || k == Documents }

// Usage is whether something names a file.
type Usage string

// The usages.
const (
	Used   Usage = "used"
	Unused Usage = "unused"
)

// Valid reports whether u is one of the usages.
func (u Usage) Valid() bool { return u == Used || u == Unused }

// Filter is what is looked for in the store; the zero Filter is everything.
type Filter struct {
	Query string // in names
	Kind  Kind
	Usage Usage
}

// Any reports whether f leaves anything out.
func (f Filter) Any() bool { return f != Filter{} }

// Listed is a file as a list shows it.
type Listed struct {
	Hash      string
	Name      string
	MediaType string
	Size      int64
	Pages     int // of a PDF; 0 when unknown
	Width     int // of a picture; 0 when unknown
	Height    int
	CreatedAt time.Time
	AddedBy   string // "" for what came with the portal
	Thumbnail string // hash of the smallest size
	Uses      []Use  `db:"-"`
}

// Picture reports whether it is one.
func (l Listed) Picture() bool { return l.MediaType != string(typePDF) }

// Use is an item that names a file.
type Use struct {
	File      string
	Kind, Key string // as package editing names items
	Title     string
	Published bool // visitors see it there now
	Draft     bool
	Versions  int  // that name it, of those that were ever published
	Foreign   bool `db:"-"` // not for the reader to open; whoever shows it knows
}

const pageRows = 30

// order is what the list is sorted by: the newest first.
var order = listing.Order{Down: true, Columns: []listing.Column{
	{Name: "created_at", Type: listing.Time}, {Name: "sha256", Type: listing.SHA256},
}}

// List returns a page of the store, the newest first, with where each is used.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter, page string) (listing.Page[Listed], error) {
	if err := actor.Require(authz.EditContent); err != nil {
		return listing.Page[Listed]{}, err
	}
	c, err := order.Parse(page)
	if err != nil {
		return listing.Page[Listed]{}, err
	}
	rows, err := selectList(ctx, s.db, f, c)
	if err != nil {
		return listing.Page[Listed]{}, err
	}
	n, err := selectCount(ctx, s.db, f)
	if err != nil {
		return listing.Page[Listed]{}, err
	}
	p := listing.Collect(rows, c, pageRows, func(l Listed) []string { return []string{listing.Moment(l.CreatedAt), l.Hash} })
	return p.Counted(n, listing.CountLimit), addUses(ctx, s, p.Rows)
}

func addUses(ctx context.Context, s *Service, rows []Listed) error {
	at := map[string]int{}
	hashes := make([]string, len(rows))
	for i, l := range rows {
		at[l.Hash], hashes[i] = i, l.Hash
	}
	uses, err := selectUses(ctx, s.db, hashes)
	for _, u := range uses {
		l := &rows[at[u.File]]
		l.Uses = append(l.Uses, u)
	}
	return err
}

// Open returns one file as the list shows it.
func (s *Service) Open(ctx context.Context, actor authz.Actor, hash string) (Listed, error) {
	if err := actor.Require(authz.EditContent); err != nil {
		return Listed{}, err
	}
	l, err := selectListed(ctx, s.db, hash)
	if err != nil {
		return Listed{}, err
	}
	one := []Listed{l}
	err = addUses(ctx, s, one)
	return one[0], err
}

// mostPicked is how many files there are to choose from.
const mostPicked = 200

// Pick returns the newest files of a kind, to choose one for a form.
func (s *Service) Pick(ctx context.Context, actor authz.Actor, kind Kind) ([]Listed, error) {
	if err := actor.Require(authz.EditContent); err != nil {
		return nil, err
	}
	return selectPick(ctx, s.db, kind)
}
