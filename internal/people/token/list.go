package token

import (
	"context"
	"slices"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
)

// Filter narrows the list.
type Filter struct {
	Query string         // part of a unit's name
	Unit  authz.AgencyID // it and all under it; 0 for no limit
	Role  authz.Role     // "" for all
	State State          // "" for all
}

// Row is one role in one unit and its last code.
type Row struct {
	Pair
	AgencyName string
	Order      int // of the role, widest reach first
	TokenID    *ID
	ExpiresAt  *time.Time
	UsedAt     *time.Time
	UsedBy     *string // name of who used it
	ReplacedAt *time.Time
	State      State
}

// Listing is one page of the list and what its filters show.
type Listing struct {
	listing.Page[Row]
	Roles    []authz.Role
	UnitName string // of Filter.Unit
}

const pageSize = 25

// order is what the list is sorted by: the unit, and within it the role, widest
// reach first.
var order = listing.Order{Columns: []listing.Column{
	{Name: "name", Type: listing.Text}, {Name: "id", Type: listing.BigInt}, {Name: "n", Type: listing.Int},
}}

// List shows the pairs of role and unit that the actor may issue codes for, by
// the units' names. It opens no code.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter, page string) (Listing, error) {
	if err := actor.Require(authz.IssueToken); err != nil {
		return Listing{}, err
	}
	c, err := order.Parse(page)
	if err != nil {
		return Listing{}, err
	}
	if err := f.check(); err != nil {
		return Listing{}, err
	}
	found, err := selectRows(ctx, s.db, newPairs(actor, f, s.now()), c, pageSize+1, f.Unit)
	if err != nil {
		return Listing{}, err
	}
	for i, r := range found.rows {
		found.rows[i].State = r.state(s.now())
	}
	p := listing.Collect(found.rows, c, pageSize, Row.keys).Counted(found.count, listing.CountLimit)
	return Listing{Page: p, Roles: actor.Gives(), UnitName: found.unitName}, nil
}

func (f Filter) check() error {
	if f.Unit < 0 || f.Role != "" && !f.Role.Valid() || f.State != "" && !f.State.Valid() {
		return problem.New(problem.BadInput, "ตัวกรองของรายการนี้ไม่ถูกต้อง กรุณาเปิดรายการใหม่จากเมนู")
	}
	return nil
}

func (r Row) keys() []string {
	return []string{r.AgencyName, listing.Number(r.Agency), listing.Number(r.Order)}
}

func (r Row) state(now time.Time) State {
	if r.TokenID == nil {
		return NotIssued
	}
	return Token{ID: *r.TokenID, ExpiresAt: *r.ExpiresAt, UsedAt: r.UsedAt, ReplacedAt: r.ReplacedAt}.state(now)
}

// seat is one kind of agency, or one agency by its code, where a role can be
// given out: anywhere, or under root.
type seat struct {
	Role  authz.Role
	Order int
	Kind  *authz.AgencyKind
	Code  *string
	Root  *authz.AgencyID // nil for anywhere
}

// seats is where actor may give out role, or every role for "".
func seats(actor authz.Actor, only authz.Role) []seat {
	var all []seat
	for n, role := range authz.Roles {
		if only != "" && role != only {
			continue
		}
		everywhere, roots := actor.GiveReach(authz.IssueToken, role)
		if everywhere {
			all = append(all, seatsUnder(role, n, nil)...)
			continue
		}
		for i, root := range roots {
			if !slices.Contains(roots[:i], root) {
				all = append(all, seatsUnder(role, n, &root)...)
			}
		}
	}
	return all
}

func seatsUnder(role authz.Role, n int, root *authz.AgencyID) []seat {
	kinds, code := role.Seat()
	var all []seat
	for _, kind := range kinds {
		all = append(all, seat{Role: role, Order: n, Kind: &kind, Root: root})
	}
	if code != "" {
		all = append(all, seat{Role: role, Order: n, Code: &code, Root: root})
	}
	return all
}
