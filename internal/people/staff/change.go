package staff

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// MembershipID names a membership.
type MembershipID int64

// Held is a membership with who holds it.
type Held struct {
	ID         MembershipID
	StaffID    ID
	Name       string
	Email      string
	Role       authz.Role
	AgencyID   authz.AgencyID
	AgencyName string
	AgencyCode string
	Since      time.Time
	EndedAt    *time.Time
	Lineage    []authz.AgencyID // of the agency, itself first
}

// Place is an agency as a place where roles are held.
type Place struct {
	ID      authz.AgencyID
	Name    string
	Code    string
	Kind    authz.AgencyKind
	Lineage []authz.AgencyID
}

// Editing is what the form for a membership shows.
type Editing struct {
	Held
	Roles []authz.Role // to choose from
	Own   bool
	Last  bool // the department's only central officer
}

// Change is what somebody asks for.
type Change struct {
	Role      authz.Role
	Agency    authz.AgencyID
	Reason    string
	Confirmed bool // knows that the department loses its last central officer
	Key       idempotency.Key
	// Own runs last in the transaction when the actor's own rights change: the
	// session gets its new id there.
	Own func(*audit.Tx) error
}

// Editing returns the membership for the form that changes it.
func (s *Service) Editing(ctx context.Context, actor authz.Actor, id MembershipID) (Editing, error) {
	if err := actor.Require(authz.EditMembership); err != nil {
		return Editing{}, err
	}
	return s.editing(ctx, actor, id, Held.mayEdit)
}

// Removing returns the membership for the form that ends it.
func (s *Service) Removing(ctx context.Context, actor authz.Actor, id MembershipID) (Editing, error) {
	if err := actor.Require(authz.ViewProfile); err != nil { // one's own can always go
		return Editing{}, err
	}
	return s.editing(ctx, actor, id, Held.mayRemove)
}

func (s *Service) editing(ctx context.Context, actor authz.Actor, id MembershipID, may func(Held, authz.Actor) error) (Editing, error) {
	h, err := s.held(ctx, actor, id, may)
	if err != nil {
		return Editing{}, err
	}
	if err := stillHeld(ctx, s.db, h); err != nil {
		return Editing{}, err
	}
	others, err := countOthers(ctx, s.db, h)
	last := h.Role == authz.CentralOfficer && others == 0
	return Editing{h, h.choices(actor), h.own(actor), last}, err
}

// held returns the membership if the actor may know of it and do this to it.
// It may have ended meanwhile: by a first press of the same button.
func (s *Service) held(ctx context.Context, actor authz.Actor, id MembershipID, may func(Held, authz.Actor) error) (Held, error) {
	h, err := selectHeld(ctx, s.db, id)
	if err != nil {
		return Held{}, err
	}
	if !h.inReach(actor) {
		return Held{}, errNoMembership
	}
	return h, may(h, actor)
}

// stillHeld refuses a membership that ended, and says what took its place.
func stillHeld(ctx context.Context, r db.Reader, h Held) error {
	if h.EndedAt == nil {
		return nil
	}
	now, err := selectSuccessor(ctx, r, h.ID)
	if err != nil {
		return err
	}
	return changedTo(now)
}

var errNoMembership = problem.New(problem.NotFound, "ไม่พบสิทธิ์นี้ หรือสิทธิ์นี้อยู่นอกสังกัดของท่าน")

// Edit turns the membership into another role, or the same at another agency:
// the old one ends and a new one takes its place. It counts from the person's
// next request on.
//
// Its problems are NotFound and Forbidden (out of reach), Invalid, and Conflict
// (changed meanwhile, held already, or the last dga_admin).
func (s *Service) Edit(ctx context.Context, actor authz.Actor, id MembershipID, c Change) (Held, error) {
	if err := actor.Require(authz.EditMembership); err != nil {
		return Held{}, err
	}
	h, err := s.held(ctx, actor, id, Held.mayEdit)
	if err != nil {
		return h, err
	}
	at, err := s.place(ctx, c.Agency)
	if err != nil {
		return h, err
	}
	if err := h.mayBecome(actor, c.Role, at); err != nil {
		return h, err
	}
	return h, s.change(ctx, actor, h, c, func(tx *audit.Tx, reason string) error {
		if err := insertSuccessor(ctx, tx, h, c.Role, at.ID, s.now()); err != nil {
			return err
		}
		about := audit.Person(int64(h.StaffID))
		about.Agencies = []authz.AgencyID{h.AgencyID, at.ID}
		return tx.Record(ActionMembershipChanged, about, audit.Diff{
			Before: membershipDetail(h.Role, h.AgencyID, h.AgencyName), After: membershipDetail(c.Role, at.ID, at.Name), Reason: reason,
		})
	})
}

// Remove ends the membership: it counts from the person's next request on. The
// account, its history and other memberships stay.
func (s *Service) Remove(ctx context.Context, actor authz.Actor, id MembershipID, c Change) (Held, error) {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return Held{}, err
	}
	h, err := s.held(ctx, actor, id, Held.mayRemove)
	if err != nil {
		return h, err
	}
	return h, s.change(ctx, actor, h, c, func(tx *audit.Tx, reason string) error {
		about := audit.Person(int64(h.StaffID))
		about.Agencies = []authz.AgencyID{h.AgencyID}
		before := membershipDetail(h.Role, h.AgencyID, h.AgencyName)
		if h.Role == authz.CentralOfficer && c.Confirmed {
			before["last"] = true // the department has no central officer now
		}
		return tx.Record(ActionMembershipEnded, about, audit.Diff{Before: before, Reason: reason})
	})
}

func membershipDetail(role authz.Role, agency authz.AgencyID, name string) map[string]any {
	return map[string]any{"role": role, "agency": agency, "agency_name": name}
}

// place returns the agency that was chosen; one that does not exist is an
// Invalid problem.
func (s *Service) place(ctx context.Context, id authz.AgencyID) (Place, error) {
	at, found, err := selectPlace(ctx, s.db, id)
	if err == nil && !found {
		err = problem.Fields(map[string]string{"unit": "กรุณาเลือกหน่วยงานหรือจุดบริการ"})
	}
	return at, err
}

// change ends h and lets replace do the rest, in one transaction.
func (s *Service) change(ctx context.Context, actor authz.Actor, h Held, c Change, replace func(*audit.Tx, string) error) error {
	reason, fix := checkReason(c.Reason, true)
	if fix != "" {
		return problem.Fields(map[string]string{"reason": fix})
	}
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, c.Key); err != nil {
			return err
		}
		// Of two who take out each other's, or the last two of a kind, the
		// second waits here and then counts again.
		if err := lockOthers(ctx, tx, h); err != nil {
			return err
		}
		if err := lockPerson(ctx, tx, h.StaffID); err != nil {
			return err
		}
		if err := mayGo(ctx, tx, h, c.Confirmed); err != nil {
			return err
		}
		if err := endMembership(ctx, tx, h.ID, actor.StaffID, s.now()); err != nil {
			return err
		}
		if err := replace(tx, reason); err != nil {
			return err
		}
		if h.own(actor) && c.Own != nil {
			return c.Own(tx)
		}
		return nil
	})
}

// mayGo checks within tx, where nobody else changes it, that h can end.
func mayGo(ctx context.Context, tx *audit.Tx, h Held, confirmed bool) error {
	fresh, err := selectHeld(ctx, tx, h.ID)
	if err != nil {
		return err
	}
	if err := stillHeld(ctx, tx, fresh); err != nil {
		return err
	}
	others, err := countOthers(ctx, tx, h)
	if err != nil {
		return err
	}
	if err := keepsAdmin(h.Role, others); err != nil {
		return err
	}
	return leavesDepartment(h.Role == authz.CentralOfficer && others == 0, confirmed)
}
