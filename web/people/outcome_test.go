package people

import (
	"errors"
	"testing"

	"portal/internal/kit/problem"
)

func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err            error
		signIn, redeem string
	}{
		{nil, "done", "redeemed"},
		{problem.New(problem.BadInput, ""), "refused", "failed"},
		{problem.New(problem.Forbidden, ""), "forbidden", ""},
		{problem.New(problem.Away, ""), "away", "failed"},
		{problem.New(problem.Invalid, ""), "failed", "refused"},
		{problem.New(problem.Conflict, ""), "failed", "refused"},
		{problem.New(problem.Busy, ""), "failed", "paused"},
		{errors.New("x"), "failed", "failed"},
	} {
		if got := signInOutcome(tt.err); got != tt.signIn {
			t.Errorf("%v: sign-in %q, want %q", tt.err, got, tt.signIn)
		}
		if got := redemptionOutcome(tt.err); got != tt.redeem {
			t.Errorf("%v: token %q, want %q", tt.err, got, tt.redeem)
		}
	}
}
