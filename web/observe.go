package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// Observer hears what the server does, for whoever counts it. It is told routes
// and outcomes, never addresses or people.
type Observer interface {
	Request(method, route string, status int, took time.Duration)
	SignIn(outcome string)     // done, refused, forbidden, away or failed
	Redemption(outcome string) // redeemed, refused, paused or failed
}

// deaf is the Observer of a server that nobody counts for.
type deaf struct{}

func (deaf) Request(string, string, int, time.Duration) {}
func (deaf) SignIn(string)                              {}
func (deaf) Redemption(string)                          {}

// routeOf is the pattern that a request came by. What fits none is counted
// together: anybody can make up addresses.
func routeOf(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		if pattern := c.RoutePattern(); pattern != "" {
			return pattern
		}
	}
	return "unmatched"
}

func signInOutcome(err error) string {
	if err == nil {
		return "done"
	}
	switch problem.Of(err).Kind {
	case problem.BadInput:
		return "refused"
	case problem.Forbidden:
		return "forbidden"
	case problem.Away:
		return "away"
	}
	return "failed"
}

// redemptionOutcome is empty for what is no attempt: the same form once more, or
// nobody who may.
func redemptionOutcome(err error) string {
	if err == nil {
		return "redeemed"
	}
	if errors.Is(err, idempotency.ErrDone) {
		return ""
	}
	switch problem.Of(err).Kind {
	case problem.Invalid, problem.Conflict:
		return "refused"
	case problem.Busy:
		return "paused"
	case problem.SignIn, problem.Forbidden:
		return ""
	}
	return "failed"
}

// redeemed tells of a role token that was sent in.
func (p redeemPages) redeemed(err error) {
	if outcome := redemptionOutcome(err); outcome != "" {
		p.Observer.Redemption(outcome)
	}
}
