package staff

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/listing"
)

// State is where a person, in one membership or without any, stands.
type State string

// The states.
const (
	Active    State = "active"
	Suspended State = "suspended" // whatever memberships they hold
	Without   State = "none"      // no membership
)

var stateNames = map[State]string{Active: "ใช้งานอยู่", Suspended: "ถูกระงับ", Without: "ยังไม่ได้รับสิทธิ์"}

// Name is the state on screens, in Thai.
func (s State) Name() string { return stateNames[s] }

// Filter says what the list is to show.
type Filter struct {
	Query string         // any part of a name, e-mail or agency
	Role  authz.Role     // "" for every role
	Unit  authz.AgencyID // with everything under it; 0 for every agency
	State State          // "" for every state
}

// Any reports whether the filter leaves anything out.
func (f Filter) Any() bool { return f != Filter{} }

// detail is the filter as the audit log keeps it.
func (f Filter) detail() map[string]any {
	d := map[string]any{}
	if f.Query != "" {
		d["query"] = f.Query
	}
	if f.Role != "" {
		d["role"] = f.Role
	}
	if f.Unit != 0 {
		d["unit"] = f.Unit
	}
	if f.State != "" {
		d["state"] = f.State
	}
	return d
}

// Listed is a row of the list: a membership and who holds it, or somebody
// without any.
type Listed struct {
	StaffID      ID
	Name         string
	Email        string
	SuspendedAt  *time.Time
	SignedInAt   *time.Time
	MembershipID MembershipID // 0 without one
	Role         authz.Role
	AgencyID     authz.AgencyID
	AgencyName   string
	AgencyCode   string
	Since        *time.Time
}

// State is where the person stands.
func (l Listed) State() State {
	switch {
	case l.SuspendedAt != nil:
		return Suspended
	case l.MembershipID == 0:
		return Without
	}
	return Active
}

// order is what the list is sorted by.
var order = listing.Order{Columns: []listing.Column{
	{Name: "name", Type: listing.Text}, {Name: "staff_id", Type: listing.BigInt}, {Name: "membership_id", Type: listing.BigInt},
}}

func (l Listed) keys() []string {
	return []string{l.Name, listing.Number(l.StaffID), listing.Number(l.MembershipID)}
}

// Item is a row of the list with what the actor may do to it.
type Item struct {
	Listed
	MayEdit, MayRemove bool
}

// List is one page of the list.
type List struct {
	listing.Page[Item]
	Everywhere bool // people without a membership are on the list as well
}

// PageSize is how many rows a page of the list has.
const PageSize = 25

// List returns the people whom the actor may see and f lets through, sorted by
// name the Thai way: one row for each membership. Whoever sees every agency
// also sees people without a membership.
func (s *Service) List(ctx context.Context, actor authz.Actor, f Filter, page string) (List, error) {
	if err := actor.Require(authz.ViewStaff); err != nil {
		return List{}, err
	}
	c, err := order.Parse(page)
	if err != nil {
		return List{}, err
	}
	q, err := newListQuery(actor, f, c)
	if err != nil {
		return List{}, err
	}
	rows, err := q.page(ctx, s.db, PageSize+1)
	if err != nil {
		return List{}, err
	}
	l := List{Page: listing.Collect(rows, c, PageSize, func(i Item) []string { return i.keys() }), Everywhere: q.reach.Everywhere}
	l.Count, l.More = min(q.found, listing.CountLimit), q.more
	return l, nil
}

// exportTakes is how long an export may take: as long as its reader does, up
// to a limit.
const exportTakes = 30 * time.Minute

// Export gives each row that List finds for f to each, in the same order. It
// is in the audit log before the first row goes out.
func (s *Service) Export(ctx context.Context, actor authz.Actor, f Filter, each func(Listed) error) error {
	if err := actor.Require(authz.ViewStaff); err != nil {
		return err
	}
	q, err := newListQuery(actor, f, listing.Cursor{})
	if err != nil {
		return err
	}
	n, err := q.count(ctx, s.db)
	if err != nil {
		return err
	}
	about := audit.Subject{Key: "staff", Name: "รายชื่อผู้ใช้งาน", Agencies: q.reach.Roots}
	if f.Unit != 0 {
		about.Agencies = append(about.Agencies, f.Unit)
	}
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		return tx.Record(ActionExported, about, map[string]any{"filter": f.detail(), "rows": n})
	})
	if err != nil {
		return err
	}
	return db.Long(ctx, s.db, exportTakes, func(r db.Reader) error { return q.each(ctx, r, each) })
}
