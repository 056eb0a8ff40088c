package auditlog

import (
	"context"

	"portal/internal/kit/authz"
)

// CheckTail computes the hashes of the newest entries, most of them at most,
// anew: a quick look, where Verify reads the whole chain. Its error is a *Broken
// for the first of them that does not fit.
func (s *Service) CheckTail(ctx context.Context, actor authz.Actor, most int) (Verified, error) {
	if err := actor.Require(authz.ViewStatus); err != nil {
		return Verified{}, err
	}
	var c chain
	err := eachOfTail(ctx, s.db, most, func(l link) error {
		if c.Head == nil { // what stands before it is not read: it is where the look begins
			c.Verified = Verified{Count: 1, First: l.ID, Last: l.ID, Head: l.Hash}
			return nil
		}
		return c.add(l)
	})
	return c.Verified, err
}
