package kit

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/jackc/pgx/v5/pgconn"

	"portal/internal/kit/problem"
	"portal/templates/errorview"
)

// Handler is a page: it reads the request, calls one use case and responds, or
// returns the error for fail to render.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Handle serves a page: its error becomes a page by fail.
func (k *Kit) Handle(h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			k.Fail(w, r, err)
		}
	}
}

var statuses = map[problem.Kind]int{
	problem.NotFound:  http.StatusNotFound,
	problem.Forbidden: http.StatusForbidden,
	problem.Invalid:   http.StatusUnprocessableEntity,
	problem.Conflict:  http.StatusConflict,
	problem.Busy:      http.StatusTooManyRequests,
	problem.Away:      http.StatusServiceUnavailable,
	problem.BadInput:  http.StatusBadRequest,
}

// StatusOf is the status of an answer that shows p; 500 for what has no page of
// its own.
func StatusOf(p *problem.Error) int {
	if status, known := statuses[p.Kind]; known {
		return status
	}
	return http.StatusInternalServerError
}

// Fail is the only place an error becomes a page.
func (k *Kit) Fail(w http.ResponseWriter, r *http.Request, err error) {
	p := problem.Of(err)
	switch {
	case p.Kind == problem.SignIn:
		k.askToSignIn(w, r)
		return
	case p.Kind == problem.NoRole:
		Redirect(w, r, "/backend/token")
		return
	case TooLarge(err):
		k.StatusPage(w, r, http.StatusRequestEntityTooLarge, "", 0)
		return
	}
	k.LogCause(r, err)
	if p.Kind == problem.Forbidden {
		k.refused(r, p.Message)
	}
	if status, known := statuses[p.Kind]; known {
		k.StatusPage(w, r, status, p.Message, p.RetryAfter)
		return
	}
	if full := errors.Is(err, syscall.ENOSPC); full || DatabaseUnavailable(err) || outOfTime(r) {
		k.StatusPage(w, r, http.StatusServiceUnavailable, "", 0)
		return
	}
	k.StatusPage(w, r, http.StatusInternalServerError, "", 0)
}

// LogCause tells the log what a page does not say.
func (k *Kit) LogCause(r *http.Request, err error) {
	if p := problem.Of(err); errors.Unwrap(p) != nil || p.Kind == problem.Internal {
		k.Log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("id", middleware.GetReqID(r.Context())), slog.String("path", r.URL.Path), slog.Any("err", err))
	}
}

// tryAgainIn is for when it is unknown how long something will be away.
const tryAgainIn = 10 * time.Second

// StatusPage renders the page for a status. It asks nothing of the database.
func (k *Kit) StatusPage(w http.ResponseWriter, r *http.Request, status int, message string, retry time.Duration) {
	v := errorview.View{Status: status, Message: message}
	if status >= http.StatusInternalServerError || status == http.StatusForbidden {
		v.Reference = middleware.GetReqID(r.Context())
	}
	if status == http.StatusServiceUnavailable && retry == 0 {
		retry = tryAgainIn
	}
	if retry > 0 {
		v.RetryAfter = int(retry.Seconds())
		w.Header().Set("Retry-After", strconv.Itoa(v.RetryAfter))
	}
	p := k.FrameOf(r, k.LastSite(), "", "")
	p.NoIndex = true
	if err := k.Render(w, r, status, errorview.Error(p, v)); err != nil {
		k.Log.Error("rendering an error page", "err", err)
		http.Error(w, "ขออภัย ระบบขัดข้อง", http.StatusInternalServerError)
	}
}

// Render writes a whole page or nothing: the page is built, the session's
// values are saved, and only then is the first byte sent.
func (k *Kit) Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b := pageBuffer()
	defer doneWith(b)
	if err := c.Render(context.WithoutCancel(r.Context()), b); err != nil { // a request out of time gets its page too
		return err
	}
	k.SaveSession(r.Context())
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the reader has gone: there is no one to answer
	return nil
}

// Pages are built in buffers that are used again: growing a new one for each
// was most of what a signed-in page allocated.
var pageBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// mostBuffered is the size, in bytes, from which a buffer is not kept.
const mostBuffered = 1 << 20

func pageBuffer() *bytes.Buffer {
	b := pageBuffers.Get().(*bytes.Buffer)
	b.Reset()
	return b
}

func doneWith(b *bytes.Buffer) {
	if b.Cap() <= mostBuffered {
		pageBuffers.Put(b)
	}
}

// SaveSession writes down what the next page is to say once. Where that fails the page
// says it twice or not at all: what was asked for is done, or read, and the
// answer must say so.
func (k *Kit) SaveSession(ctx context.Context) {
	c := k.Current(ctx)
	if !c.Actor.SignedIn() {
		return
	}
	if err := k.Sessions.Save(ctx, c); err != nil {
		k.Log.LogAttrs(ctx, slog.LevelWarn, "the session's values were not saved",
			slog.String("id", middleware.GetReqID(ctx)), slog.Any("err", err))
	}
}

// Redirect leads on after a form (303). to must be a path of the portal, the
// result of signin.SafeReturn, or an address of the provider.
func Redirect(w http.ResponseWriter, r *http.Request, to string) {
	http.Redirect(w, r, to, http.StatusSeeOther) // #nosec G710 -- callers pass own paths, signin.SafeReturn, or the provider
}

// TooLarge reports whether err says that a body is larger than LimitBody lets it be.
func TooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

// notNow are the codes, or the beginnings of codes, with which Postgres says that
// it cannot do just now what it could do at another time.
var notNow = []string{
	"08",             // the connection
	"25006",          // it has become a standby, which only reads
	"40001", "40P01", // two changes at once, of which one must be made again
	"53",             // no room on the disk, no memory, no connection left
	"55P03", "57014", // a lock, or the statement itself, took too long
	"57P",   // it stops, or has not begun
	"58030", // its disk fails
}

// DatabaseUnavailable tells a database that does not answer, or not now, from one that
// objects.
func DatabaseUnavailable(err error) bool {
	var objects *pgconn.PgError
	if errors.As(err, &objects) {
		return slices.ContainsFunc(notNow, func(code string) bool { return strings.HasPrefix(objects.Code, code) })
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}
