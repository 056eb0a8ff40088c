package onboarding

import (
	"testing"

	"portal/internal/kit/problem"
	"portal/internal/people/token"
)

// TestA30_ASlipCostsNoTry types a code wrongly more often than one may enter wrong
// codes.
func TestA30_ASlipCostsNoTry(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.issue()
	last, other := len(code)-1, "7"
	if code[last:] == other {
		other = "8"
	}
	for range token.DefaultTries.PerPerson {
		for _, slip := range []string{code[1:], code + "7", "!" + code[1:], code[:last] + other} {
			if err := o.redeem(0, slip); !problem.Is(err, problem.Invalid) {
				t.Fatalf("%s for %s: %v, want Invalid", slip, code, err)
			}
		}
	}
	o.expect("tries", `SELECT count(*) FROM token_tries`, 0)
	o.expect("refusals in the audit log", `SELECT count(*) FROM audit_entries WHERE action = 'token.refused'`, 0)
	if err := o.redeem(0, code); err != nil {
		t.Errorf("typed well at last: %v", err)
	}
}
