package people

import (
	"errors"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

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
