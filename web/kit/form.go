package kit

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/signin"
)

// BadForm keeps a body that is too large apart from one that makes no sense.
func BadForm(err error) error {
	if TooLarge(err) {
		return err
	}
	return problem.Wrap(problem.BadInput, err, "อ่านข้อมูลที่ส่งมาไม่ได้ กรุณาเปิดหน้านั้นใหม่แล้วลองอีกครั้ง")
}

// FormProblem reports whether err is something to fix on the form just sent,
// rather than a page of its own.
func FormProblem(err error) (*problem.Error, bool) {
	if err == nil {
		return nil, false
	}
	p := problem.Of(err)
	return p, p.Kind == problem.Invalid || p.Kind == problem.Conflict || p.Kind == problem.Busy
}

func RetrySeconds(p *problem.Error) string { return strconv.Itoa(int(p.RetryAfter.Seconds())) }

// maxSearch is more than any name has, in characters.
const maxSearch = 100

// SearchText is as much of a search as any name can answer.
func SearchText(typed string) string {
	letters := []rune(strings.TrimSpace(typed))
	return string(letters[:min(len(letters), maxSearch)])
}

// Done ends a form: it was carried out, now or before.
func (k *Kit) Done(w http.ResponseWriter, r *http.Request, err error, to, message string) error {
	if err != nil && !errors.Is(err, idempotency.ErrDone) {
		return err
	}
	if err == nil {
		k.Sessions.Flash(r.Context(), message)
		k.SaveSession(r.Context())
	}
	Redirect(w, r, signin.SafeReturn(to))
	return nil
}
