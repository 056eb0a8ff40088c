package kit

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// How long an answer waits for a database that does not answer, from the
// request's arrival on. What is left until five seconds is for telling so.
const (
	DeadlineForSession = time.Second
	DeadlineForPage    = 2500 * time.Millisecond
	deadlineForChange  = 4500 * time.Millisecond
	deadlineForExport  = 3500 * time.Millisecond // until its first row: a short table is to be there whole in five seconds
)

var errDeadline = errors.New("web: the database took too long")

// deadline ends a request's work when its time is over. Who gives a request
// longer to be answered in gives its work longer as well.
type deadline struct {
	http.ResponseWriter
	timer *time.Timer
	begun time.Time
}

// WithDeadline ends the work of a request that the database or the provider keeps
// waiting, for pages that do not know who is asking.
func WithDeadline(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, r, end := withDeadline(w, r)
		defer end()
		p.allow(deadlineForChange)
		next.ServeHTTP(p, r)
	})
}

// withDeadline returns the request and writer of work that ends in time; end
// must be called after it.
func withDeadline(w http.ResponseWriter, r *http.Request) (p *deadline, in *http.Request, end func()) {
	ctx, cancel := context.WithCancelCause(r.Context())
	p = &deadline{w, time.AfterFunc(DeadlineForSession, func() { cancel(errDeadline) }), time.Now()}
	return p, r.WithContext(ctx), func() { p.timer.Stop(); cancel(nil) }
}

// forPage gives the page its time once it is known who is asking.
func (p *deadline) forPage(r *http.Request) {
	most := deadlineForChange
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		most = DeadlineForPage
	}
	p.allow(most)
}

// allow sets how long the request may take, from its arrival on.
func (p *deadline) allow(most time.Duration) { p.timer.Reset(max(0, most-time.Since(p.begun))) }

// SetWriteDeadline is asked for through http.ResponseController.
func (p *deadline) SetWriteDeadline(t time.Time) error {
	p.timer.Reset(time.Until(t))
	return http.NewResponseController(p.ResponseWriter).SetWriteDeadline(t)
}

// NextWithin gives the database until then for its next answer, from now on: for
// work that may take longer as a whole.
func NextWithin(w http.ResponseWriter, d time.Duration) {
	if p := deadlineOf(w); p != nil {
		p.timer.Reset(d)
	}
}

// firstWithin gives the database until then for its first answer, from the
// request's arrival on: for work that may take longer as a whole.
func firstWithin(w http.ResponseWriter, d time.Duration) {
	if p := deadlineOf(w); p != nil {
		p.allow(d)
	}
}

// deadlineOf is the deadline that w was wrapped in, or nil.
func deadlineOf(w http.ResponseWriter) *deadline {
	for {
		switch v := w.(type) {
		case *deadline:
			return v
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return nil
		}
	}
}

// Unwrap is for http.ResponseController.
func (p *deadline) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// outOfTime reports whether the request's time was over.
func outOfTime(r *http.Request) bool { return errors.Is(context.Cause(r.Context()), errDeadline) }
