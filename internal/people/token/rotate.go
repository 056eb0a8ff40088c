package token

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

// rotateAtOnce is how many codes one transaction hides anew.
const rotateAtOnce = 500

// Rotated counts what RotateKeys found.
type Rotated struct {
	Changed int // hidden with the current key now
	Behind  int // still hidden with an older key: a server issues with it
	Lost    int // no key opens these
}

// rotateTries is how often RotateKeys goes through all codes before it leaves
// some behind: a code that somebody held is one that was passed over.
const rotateTries = 3

// RotateKeys hides every code that is still kept with the current key: its
// sealed copy and its look-up value. Until it is through, both keys are needed;
// afterwards, if nothing is Behind, the older one can go. Codes that were used,
// replaced or have expired keep their old look-up value, of which the code cannot
// be computed again: without the old key they are unknown rather than used.
func (s *Service) RotateKeys(ctx context.Context, actor authz.Actor) (r Rotated, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return Rotated{}, err
	}
	for range rotateTries {
		n, err := s.rotateAll(ctx, actor)
		r.Changed += n
		if err != nil {
			return r, err
		}
		if r.Behind, r.Lost, err = s.countBehind(ctx); err != nil || r.Behind == 0 {
			return r, err
		}
	}
	return r, nil
}

// rotateAll goes through all codes once, in transactions of some of them.
func (s *Service) rotateAll(ctx context.Context, actor authz.Actor) (changed int, err error) {
	last := ID(0)
	for more := true; more && err == nil; {
		err = s.log.Change(ctx, actor, func(tx *audit.Tx) (err error) {
			var n int
			if n, last, more, err = s.rotateSome(ctx, tx, last); err != nil {
				return err
			}
			changed += n
			if n == 0 {
				return audit.ErrUnchanged
			}
			return tx.Record(ActionKeysRotated, audit.Subject{Key: "token_keys"}, map[string]int{"codes": n})
		})
	}
	return changed, err
}

// rotateSome goes on after the given token. Rows that somebody holds at this
// moment are passed over: they are about to be used up or replaced. Waiting for
// them, with others locked, could become waiting in a circle.
func (s *Service) rotateSome(ctx context.Context, tx *audit.Tx, after ID) (n int, last ID, more bool, err error) {
	some, err := lockSealed(ctx, tx, after, rotateAtOnce)
	if err != nil || len(some) == 0 {
		return 0, after, false, err
	}
	var ids []ID
	var hashes, sealed [][]byte
	for _, t := range some {
		code, key, err := s.keys.openWith(t.Sealed, place(t.AgencyID, t.Role))
		if err != nil || key == 0 {
			continue // counted in the end, or as it should be
		}
		ids = append(ids, t.ID)
		hashes = append(hashes, s.keys.hash(code))
		sealed = append(sealed, s.keys.seal(code, place(t.AgencyID, t.Role)))
	}
	return len(ids), some[len(some)-1].ID, true, updateSealed(ctx, tx, ids, hashes, sealed)
}

// countBehind looks at every code once more.
func (s *Service) countBehind(ctx context.Context) (behind, lost int, err error) {
	err = eachSealed(ctx, s.db, func(t keptCode) {
		switch _, key, err := s.keys.openWith(t.Sealed, place(t.AgencyID, t.Role)); {
		case err != nil:
			lost++
		case key > 0:
			behind++
		}
	})
	return behind, lost, err
}
