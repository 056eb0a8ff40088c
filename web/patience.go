package web

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// How long an answer waits for a database that does not answer, from the
// request's arrival on. What is left until five seconds is for telling so.
const (
	patienceForSession = time.Second
	patienceForPage    = 2500 * time.Millisecond
	patienceForChange  = 4500 * time.Millisecond
	patienceForExport  = 3500 * time.Millisecond // until its first row: a short table is to be there whole in five seconds
)

var errPatience = errors.New("web: the database took too long")

// patience ends a request's work when its time is over. Who gives a request
// longer to be answered in gives its work longer as well.
type patience struct {
	http.ResponseWriter
	timer *time.Timer
	begun time.Time
}

// inTime ends the work of a request that the database or the provider keeps
// waiting, for pages that do not know who is asking.
func inTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, r, end := withPatience(w, r)
		defer end()
		p.allow(patienceForChange)
		next.ServeHTTP(p, r)
	})
}

// withPatience returns the request and writer of work that ends in time; end
// must be called after it.
func withPatience(w http.ResponseWriter, r *http.Request) (p *patience, in *http.Request, end func()) {
	ctx, cancel := context.WithCancelCause(r.Context())
	p = &patience{w, time.AfterFunc(patienceForSession, func() { cancel(errPatience) }), time.Now()}
	return p, r.WithContext(ctx), func() { p.timer.Stop(); cancel(nil) }
}

// forPage gives the page its time once it is known who is asking.
func (p *patience) forPage(r *http.Request) {
	most := patienceForChange
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		most = patienceForPage
	}
	p.allow(most)
}

// allow sets how long the request may take, from its arrival on.
func (p *patience) allow(most time.Duration) { p.timer.Reset(max(0, most-time.Since(p.begun))) }

// SetWriteDeadline is asked for through http.ResponseController.
func (p *patience) SetWriteDeadline(t time.Time) error {
	p.timer.Reset(time.Until(t))
	return http.NewResponseController(p.ResponseWriter).SetWriteDeadline(t)
}

// nextWithin gives the database until then for its next answer, from now on: for
// work that may take longer as a whole.
func nextWithin(w http.ResponseWriter, d time.Duration) {
	if p := patienceOf(w); p != nil {
		p.timer.Reset(d)
	}
}

// firstWithin gives the database until then for its first answer, from the
// request's arrival on: for work that may take longer as a whole.
func firstWithin(w http.ResponseWriter, d time.Duration) {
	if p := patienceOf(w); p != nil {
		p.allow(d)
	}
}

// patienceOf is the patience that w was wrapped in, or nil.
func patienceOf(w http.ResponseWriter) *patience {
	for {
		switch v := w.(type) {
		case *patience:
			return v
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return nil
		}
	}
}

// Unwrap is for http.ResponseController.
func (p *patience) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// outOfPatience reports whether the request's time was over.
func outOfPatience(r *http.Request) bool { return errors.Is(context.Cause(r.Context()), errPatience) }
