package staff

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

// Way is how somebody came by a membership.
type Way string

// The ways.
const (
	ByToken   Way = "token"   // a token, used up
	ByChange  Way = "change"  // a membership before it, changed by an officer
	ByCommand Way = "command" // the command line
)

// Past is a membership, held now or before, with how it began and ended.
type Past struct {
	ID           MembershipID
	Role         authz.Role
	AgencyID     authz.AgencyID
	AgencyName   string
	Since        time.Time
	EndedAt      *time.Time
	EndedBy      string
	GivenBy      string     // who issued the token or made the change; "" for the command line
	IssuedAt     *time.Time // when the token was issued
	TokenID      *int64
	PreviousID   *int64
	PreviousRole authz.Role // what it was before a change
	Lineage      []authz.AgencyID
}

// Way is how the membership began.
func (p Past) Way() Way {
	switch {
	case p.TokenID != nil:
		return ByToken
	case p.PreviousID != nil:
		return ByChange
	}
	return ByCommand
}

// Event is an entry of the audit log about a person.
type Event struct {
	SignIn  bool
	At      time.Time
	Action  audit.Action
	What    string `db:"-"` // what was done, in words: filled in by the page
	By      string // "" for the command line
	Address string
	Reason  string
}

// Dossier is a person's page.
type Dossier struct {
	Person
	CreatedAt time.Time
	Sessions  int // open ones
	Held      []Standing
	Before    []Past
	SignIns   []Event
	History   []Event
	Partly    bool // memberships out of reach are not shown
	MayOrder  bool // suspend, restore, end sessions
	Self      bool
}

// State is where the person stands, as far as the actor may know.
func (d Dossier) State() State {
	switch {
	case d.SuspendedAt != nil:
		return Suspended
	case len(d.Held) == 0:
		return Without
	}
	return Active
}

// Standing is a membership held now, with what the actor may do to it.
type Standing struct {
	Past
	MayEdit, MayRemove bool
}

// eventsShown is how many sign-ins, and how many entries of the history, a
// person's page shows.
const eventsShown = 20

// Dossier returns the person's page: all of it to whoever sees every agency,
// otherwise what happened within reach. Whoever never had a membership within
// reach is a NotFound problem.
func (s *Service) Dossier(ctx context.Context, actor authz.Actor, id ID) (Dossier, error) {
	if err := actor.Require(authz.ViewStaff); err != nil {
		return Dossier{}, err
	}
	everywhere, roots := actor.Reach(authz.ViewStaff)
	past, err := selectPast(ctx, s.db, id, everywhere, roots)
	if err != nil {
		return Dossier{}, err
	}
	if !everywhere && len(past) == 0 {
		return Dossier{}, errNoPerson
	}
	d, err := selectDossier(ctx, s.db, id, s.now())
	if err != nil {
		return Dossier{}, err
	}
	d.Partly, d.MayOrder, d.Self = !everywhere, actor.Can(authz.SuspendStaff), id == ID(actor.StaffID)
	for _, p := range past {
		if p.EndedAt != nil {
			d.Before = append(d.Before, p)
			continue
		}
		h := Held{ID: p.ID, StaffID: id, Role: p.Role, Lineage: p.Lineage}
		d.Held = append(d.Held, Standing{p, h.mayEdit(actor) == nil, h.mayRemove(actor) == nil})
	}
	if !everywhere && len(d.Held) == 0 { // no longer theirs: nothing of today
		d.Email, d.Username, d.IAL, d.Sessions, d.SignedInAt = "", "", "", 0, nil
	}
	events, err := selectEvents(ctx, s.db, id, everywhere, roots)
	if err != nil {
		return Dossier{}, err
	}
	for _, e := range events {
		if e.SignIn {
			d.SignIns = append(d.SignIns, e)
		} else {
			d.History = append(d.History, e)
		}
	}
	return d, nil
}

var errNoPerson = problem.New(problem.NotFound, "ไม่พบผู้ใช้งานนี้ หรือผู้ใช้งานนี้อยู่นอกสังกัดของท่าน")
