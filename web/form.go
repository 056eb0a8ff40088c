package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/signin"
)

// badForm keeps a body that is too large apart from one that makes no sense.
func badForm(err error) error {
	if tooLarge(err) {
		return err
	}
	return problem.Wrap(problem.BadInput, err, "อ่านข้อมูลที่ส่งมาไม่ได้ กรุณาเปิดหน้านั้นใหม่แล้วลองอีกครั้ง")
}

// refillable reports whether err is something to fix on the form just sent,
// rather than a page of its own.
func refillable(err error) (*problem.Error, bool) {
	if err == nil {
		return nil, false
	}
	p := problem.Of(err)
	return p, p.Kind == problem.Invalid || p.Kind == problem.Conflict || p.Kind == problem.Busy
}

func toLanding(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/backend", http.StatusPermanentRedirect)
	return nil
}

func retrySeconds(p *problem.Error) string { return strconv.Itoa(int(p.RetryAfter.Seconds())) }

// maxSearch is more than any name has, in characters.
const maxSearch = 100

// searchText is as much of a search as any name can answer.
func searchText(typed string) string {
	letters := []rune(strings.TrimSpace(typed))
	return string(letters[:min(len(letters), maxSearch)])
}

// done ends a form: it was carried out, now or before.
func (k *Kit) done(w http.ResponseWriter, r *http.Request, err error, to, message string) error {
	if err != nil && !errors.Is(err, idempotency.ErrDone) {
		return err
	}
	if err == nil {
		k.Sessions.Flash(r.Context(), message)
		k.save(r.Context())
	}
	redirect(w, r, signin.SafeReturn(to))
	return nil
}
