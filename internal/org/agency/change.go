package agency

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// Form is what every form that changes an agency carries.
type Form struct {
	Key     idempotency.Key // done once, however often it is sent
	ID      ID
	Version int    // of the agency as the form showed it
	Reason  string // for the log
}

// AddUnder adds an agency, at the top if parent is nil, and returns its id. Its
// problems are Invalid, NotFound (the parent) and Busy.
func (s *Service) AddUnder(ctx context.Context, actor authz.Actor, key idempotency.Key, e Entry, parent *ID) (id ID, err error) {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return 0, err
	}
	e = e.tidied()
	fix := e.check()
	err = s.change(ctx, actor, key, func(tx *audit.Tx) error {
		line, err := s.parentLine(ctx, tx, actor, parent)
		if err != nil {
			return err
		}
		a := Agency{ParentID: parent}.with(e)
		if why := misplaced(e.Kind, kindOf(line)); why != "" && fix["kind"] == "" {
			fix["unit"] = why
		}
		if err := problem.Fields(fix); err != nil {
			return err
		}
		if id, err = insertAgency(ctx, tx, a); err != nil {
			return err
		}
		a.ID = id
		after := values(a)
		after["parent"] = nameOf(line)
		return tx.Record(ActionAdded, subject(a), audit.Diff{After: after})
	})
	if errors.Is(err, idempotency.ErrDone) { // this form added it before
		if a, found := s.ByCode(ctx, e.Code); found == nil {
			id = a.ID
		}
	}
	return id, err
}

// Edit changes what is said about an agency. Its problems are Invalid,
// NotFound, Busy, and Conflict when somebody else changed it meanwhile.
func (s *Service) Edit(ctx context.Context, actor authz.Actor, f Form, e Entry) error {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return err
	}
	e = e.tidied()
	fix := e.check()
	return s.change(ctx, actor, f.Key, func(tx *audit.Tx) error {
		line, err := s.lock(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		before := line.Self()
		if fix["kind"] == "" && (e.Kind != before.Kind || e.Code != before.Code) {
			if why, err := s.becoming(ctx, tx, line, e); err != nil {
				return err
			} else if why != "" {
				fix["kind"] = why
			}
		}
		if err := problem.Fields(fix); err != nil {
			return err
		}
		after := before.with(e)
		if after == before {
			return idempotency.ErrDone // nothing was changed
		}
		diff := difference(values(before), values(after))
		if err := updateAgency(ctx, tx, after); err != nil {
			return err
		}
		return tx.Record(ActionChanged, subject(after), diff)
	})
}

// becoming asks the rule for another kind or code.
func (s *Service) becoming(ctx context.Context, tx *audit.Tx, line Line, e Entry) (why string, err error) {
	id := line.Self().ID
	below, err := selectKindsBelow(ctx, tx, id)
	if err != nil {
		return "", err
	}
	held, err := selectHeld(ctx, tx, []ID{id})
	if err != nil {
		return "", err
	}
	return mayBecome(e.Kind, e.Code, kindOf(line[1:]), below, held[id]), nil
}

// Move puts an agency and all that is under it below another one, or at the
// top if parent is nil. Its problems are those of Edit.
func (s *Service) Move(ctx context.Context, actor authz.Actor, f Form, parent *ID) error {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return err
	}
	return s.change(ctx, actor, f.Key, func(tx *audit.Tx) error {
		line, err := s.lock(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		to, err := s.parentLine(ctx, tx, actor, parent)
		if err != nil {
			return err
		}
		a := line.Self()
		if err := mayMove(a, to); err != nil {
			return err
		}
		if err := checkReason(f.Reason); err != nil {
			return err
		}
		if err := updateParent(ctx, tx, a.ID, parent); err != nil {
			return err
		}
		about := subject(a)
		if a.ParentID != nil { // whoever had it before is told as well
			about.Agencies = append(about.Agencies, *a.ParentID)
		}
		return tx.Record(ActionMoved, about, audit.Diff{
			Before: map[string]string{"parent": nameOf(line[1:])}, After: map[string]string{"parent": nameOf(to)}, Reason: f.Reason,
		})
	})
}

// Hide takes an agency out of what citizens see. What is under it stays as it is.
func (s *Service) Hide(ctx context.Context, actor authz.Actor, f Form) error {
	return s.setHidden(ctx, actor, f, true)
}

// Show brings a hidden agency back.
func (s *Service) Show(ctx context.Context, actor authz.Actor, f Form) error {
	return s.setHidden(ctx, actor, f, false)
}

func (s *Service) setHidden(ctx context.Context, actor authz.Actor, f Form, hidden bool) error {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return err
	}
	return s.change(ctx, actor, f.Key, func(tx *audit.Tx) error {
		line, err := s.lock(ctx, tx, actor, f)
		if err != nil {
			return err
		}
		if hidden {
			if err := checkReason(f.Reason); err != nil {
				return err
			}
		}
		before := line.Self()
		if before.Hidden == hidden {
			return idempotency.ErrDone // it is as asked
		}
		after := before
		after.Hidden = hidden
		if err := updateAgency(ctx, tx, after); err != nil {
			return err
		}
		diff := difference(values(before), values(after))
		diff.Reason = f.Reason
		action := ActionShown
		if hidden {
			action = ActionHidden
		}
		return tx.Record(action, subject(after), diff)
	})
}

// change runs fn in a transaction in which nobody else changes the tree.
func (s *Service) change(ctx context.Context, actor authz.Actor, key idempotency.Key, fn func(*audit.Tx) error) error {
	return friendly(s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, key); err != nil {
			return err
		}
		if err := lockTree(ctx, tx); err != nil {
			return err
		}
		return fn(tx)
	}))
}

// lock reads the agency that f is about; its row stays as it is until tx ends.
func (s *Service) lock(ctx context.Context, tx *audit.Tx, actor authz.Actor, f Form) (Line, error) {
	line, err := s.line(ctx, tx, actor, f.ID)
	if err != nil {
		return nil, err
	}
	if line.Self().Version != f.Version {
		return nil, errMoved
	}
	return line, nil
}

// parentLine leads up from a parent; it is empty for the top.
func (s *Service) parentLine(ctx context.Context, tx *audit.Tx, actor authz.Actor, parent *ID) (Line, error) {
	if parent == nil {
		return nil, nil
	}
	return s.line(ctx, tx, actor, *parent)
}

func kindOf(l Line) Kind {
	if len(l) == 0 {
		return ""
	}
	return l[0].Kind
}

func nameOf(l Line) string {
	if len(l) == 0 {
		return ""
	}
	return l[0].Name
}

// subject names the agency in the log.
func subject(a Agency) audit.Subject {
	return audit.Subject{Key: fmt.Sprintf("agency/%d", a.ID), Name: a.Name, Agencies: []authz.AgencyID{a.ID}}
}

// values are an agency's columns for the log.
func values(a Agency) map[string]string {
	all := a.texts()
	all["kind"], all["shown"] = string(a.Kind), strconv.FormatBool(!a.Hidden)
	return all
}

// difference keeps the columns that differ.
func difference(before, after map[string]string) audit.Diff {
	was, is := map[string]string{}, map[string]string{}
	for column, value := range after {
		if before[column] != value {
			was[column], is[column] = before[column], value
		}
	}
	return audit.Diff{Before: was, After: is}
}
