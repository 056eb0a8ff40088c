package listing

import "portal/internal/kit/authz"

// Reach is where an actor may do something: everywhere, or at the agencies in
// Roots and all under them.
type Reach struct {
	Everywhere bool
	Roots      []authz.AgencyID
}

// ReachOf is where actor may do p.
func ReachOf(actor authz.Actor, p authz.Permission) Reach {
	everywhere, roots := actor.Reach(p)
	return Reach{everywhere, roots}
}

// Limit adds the condition that keeps q to what r reaches, if there is a limit.
// The feature's within says it of the parameter in which the roots stand.
func (r Reach) Limit(q *Query, within func(roots string) string) {
	if !r.Everywhere {
		q.Add(within(q.Arg(r.Roots)))
	}
}
