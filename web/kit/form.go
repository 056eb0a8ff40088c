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

func retrySeconds(p *problem.Error) string { return strconv.Itoa(int(p.RetryAfter.Seconds())) }

// maxSearch is more than any name has, in characters.
const maxSearch = 100

// SearchText is as much of a search as any name can answer.
func SearchText(typed string) string {
	letters := []rune(strings.TrimSpace(typed))
	return string(letters[:min(len(letters), maxSearch)])
}

// FormAnswer is what becomes of a form that was sent.
type FormAnswer struct {
	// Again shows the form with what was typed: with bad, which is to be mended,
	// or with nil where only the unit picker was asked to search.
	Again     func(status int, bad *problem.Error) error
	Searching bool   // the unit picker was asked to search: nothing was carried out
	To        string // where it leads when it was carried out, now or before
	Message   string // what is said there if it was carried out now; "" for nothing
	Then      func() // what else is to be done if it was carried out now; nil for nothing
}

// AnswerForm answers a form: err is what came of carrying it out.
func (k *Kit) AnswerForm(w http.ResponseWriter, r *http.Request, err error, a FormAnswer) error {
	bad, again := FormProblem(err)
	switch {
	case a.Searching:
		return a.Again(http.StatusOK, nil)
	case again && a.Again != nil:
		SetRetryAfter(w, bad)
		return a.Again(StatusOf(bad), bad)
	case err == nil && a.Then != nil:
		a.Then()
	}
	return k.done(w, r, err, a.To, a.Message)
}

// done ends a form: it was carried out, now or before.
func (k *Kit) done(w http.ResponseWriter, r *http.Request, err error, to, message string) error {
	if err != nil && !errors.Is(err, idempotency.ErrDone) {
		return err
	}
	if err == nil && message != "" {
		k.Sessions.Flash(r.Context(), message)
		k.SaveSession(r.Context())
	}
	Redirect(w, r, signin.SafeReturn(to))
	return nil
}
