package file

import (
	"context"
	"errors"
	"testing"

	"portal/internal/kit/problem"
)

// TestWhoeverWaitsTooLongIsNotBlamed tells a request whose time is over from one
// whose sender has gone.
func TestWhoeverWaitsTooLongIsNotBlamed(t *testing.T) {
	s := New(nil, nil)
	s.work <- struct{}{} // somebody else's file is being checked
	late := errors.New("its time is over")
	for cause, blamed := range map[error]bool{late: false, context.Canceled: true} {
		ctx, end := context.WithCancelCause(t.Context())
		end(cause)
		if err := s.wait(ctx); !errors.Is(err, cause) || problem.Is(err, problem.BadInput) != blamed {
			t.Errorf("%v: %v", cause, err)
		}
	}
}
