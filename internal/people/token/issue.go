package token

import (
	"context"
	"errors"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
)

// unit is an agency as the rules look at it.
type unit struct {
	ID    authz.AgencyID
	Kind  authz.AgencyKind
	Code  string
	Name  string
	Shown bool
}

// Pair is what a code stands for.
type Pair struct {
	Agency authz.AgencyID
	Role   authz.Role
}

// Issue makes a new code for the role in the agency. The code that was live for
// the pair, if any, stops working at the same moment.
func (s *Service) Issue(ctx context.Context, actor authz.Actor, agency authz.AgencyID, role authz.Role) (Code, error) {
	u, err := s.mayIssue(ctx, actor, Pair{agency, role})
	if err != nil {
		return "", err
	}
	code := newCode()
	return code, s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := lockUnits(ctx, tx, []authz.AgencyID{agency}); err != nil {
			return err
		}
		_, err := s.replace(ctx, tx, []issuing{{Pair{agency, role}, u.Name, code}})
		return err
	})
}

// Refreshing is a row of the list whose code is to be made anew.
type Refreshing struct {
	Pair
	Seen ID // the last token of the pair as the page showed it; 0 for none
	Key  idempotency.Key
}

// Refreshed says what came of it.
type Refreshed struct {
	Pair
	AgencyName string
	Last       ID    // the pair's last token now
	State      State // of Last
	Newer      bool  // Last was made by somebody else after the page was shown: nothing new was made
	Replaced   bool  // a code that worked stopped working
}

// errNewer rolls back a refresh that came second.
var errNewer = errors.New("token: refreshed by somebody else")

// Refresh issues a new code for the pair unless somebody else did so since the
// page was shown. Sending the same form again is idempotency.ErrDone.
func (s *Service) Refresh(ctx context.Context, actor authz.Actor, r Refreshing) (Refreshed, error) {
	u, err := s.mayIssue(ctx, actor, r.Pair)
	if err != nil {
		return Refreshed{}, err
	}
	done := Refreshed{Pair: r.Pair, AgencyName: u.Name, State: Ready}
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, r.Key); err != nil {
			return err
		}
		// Two who issue for the same pair at once take turns.
		if err := lockUnits(ctx, tx, []authz.AgencyID{r.Agency}); err != nil {
			return err
		}
		last, err := selectLast(ctx, tx, []Pair{r.Pair})
		if err != nil {
			return err
		}
		before := last[r.Pair]
		if before.ID != r.Seen {
			done.Last, done.State, done.Newer = before.ID, before.state(s.now()), true
			return errNewer
		}
		done.Replaced = before.state(s.now()) == Ready
		ids, err := s.replace(ctx, tx, []issuing{{r.Pair, u.Name, newCode()}})
		if err == nil {
			done.Last = ids[0]
		}
		return err
	})
	if errors.Is(err, errNewer) {
		return done, nil
	}
	return done, err
}

// mayIssue is every condition for issuing a code for the pair.
func (s *Service) mayIssue(ctx context.Context, actor authz.Actor, p Pair) (unit, error) {
	if err := actor.Require(authz.IssueToken); err != nil {
		return unit{}, err
	}
	lineage, err := s.lineage(ctx, p.Agency)
	if err != nil {
		return unit{}, err
	}
	if err := actor.RequireGive(authz.IssueToken, p.Role, lineage); err != nil {
		return unit{}, err
	}
	u, err := selectUnit(ctx, s.db, p.Agency)
	if err != nil {
		return unit{}, err
	}
	return u, u.mayHold(p.Role)
}

// issuing is a code about to be issued.
type issuing struct {
	Pair
	AgencyName string
	Code       Code
}

// replace puts the codes in the place of those that are live, within tx, whose
// units are locked.
func (s *Service) replace(ctx context.Context, tx *audit.Tx, all []issuing) ([]ID, error) {
	pairs, hashes, sealed := make([]Pair, len(all)), make([][]byte, len(all)), make([][]byte, len(all))
	for i, t := range all {
		pairs[i], hashes[i] = t.Pair, s.keys.hash(t.Code)
		sealed[i] = s.keys.seal(t.Code, place(t.Agency, t.Role))
	}
	now := s.now()
	if err := replaceLive(ctx, tx, pairs, now); err != nil {
		return nil, err
	}
	made, err := insertTokens(ctx, tx, pairs, hashes, sealed, now, now.Add(Lifetime))
	if err != nil {
		return nil, err
	}
	ids := make([]ID, len(all))
	for i, t := range all {
		ids[i] = made[t.Pair]
		if err := tx.Record(ActionIssued, subject(ids[i], t.Agency, t.Role, t.AgencyName), nil); err != nil {
			return nil, err
		}
	}
	return ids, nil
}
