package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/problem"
)

// maxForm is more than any form of the portal needs, in bytes.
const maxForm = 64 << 10

// numbered gives each request the number that its lines in the log and its error
// page bear. It is short enough to be read aloud and chosen by us alone: chi's own
// tells the machine's name, counts the requests, and believes what the client says.
func numbered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		letters := rand.Text()
		number := letters[:5] + "-" + letters[5:10]
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), middleware.RequestIDKey, number)))
	})
}

// clientAddress finds the address a request came from: the peer's, or what the
// trusted proxies say of it.
func (s *Server) clientAddress(next http.Handler) http.Handler {
	if len(s.cfg.TrustedProxies) == 0 {
		return middleware.ClientIPFromRemoteAddr(next)
	}
	return middleware.ClientIPFromXFF(s.cfg.TrustedProxies...)(next)
}

// accessLog writes one line for each request, as the Computer Crime Act B.E.
// 2550, section 26, asks: who, from where, what, when. Query strings carry
// codes and states, so they are left out.
func (s *Server) accessLog(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ctx, who := newVisit(r.Context())
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() { // also when a download was cut off
			took := time.Since(start)
			s.cfg.Traffic.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("id", middleware.GetReqID(r.Context())),
				slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", ww.Status()),
				slog.Int64("staff", who.StaffID()), slog.String("address", address(r)),
				slog.String("user_agent", r.UserAgent()), slog.Duration("took", took))
			s.Observer.Request(r.Method, routeOf(r), ww.Status(), took)
		}()
		next.ServeHTTP(ww, r.WithContext(ctx))
	})
}

// headers sets the headers of every answer; what may be kept says so itself.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		s.common.set(h)
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// recoverer turns a panic into the page for an internal error.
func (s *Server) recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			} else if v != nil {
				panic(v)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// ownHost refuses requests for another host, so that no link is ever built for one.
func (s *Server) ownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != s.host {
			w.Header().Set("Connection", "close")
			s.show(w, r, http.StatusMisdirectedRequest, "", 0)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses unsafe requests that other sites send (CSRF), and those
// that do not say where they come from although they carry a session. The guard
// compares hosts alone: our own name over plain HTTP is another site, too, since
// anybody on the way can speak for it.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	refuse := func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, problem.New(problem.Forbidden, "คำขอนี้ไม่ได้ส่งมาจากหน้าของระบบ กรุณาเปิดหน้านั้นใหม่แล้วลองอีกครั้ง"))
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(refuse))
	return guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
		elsewhere := site == "" && origin != "" && origin != s.cfg.BaseURL
		if silent := site == "" && origin == ""; !safe && (elsewhere || silent && s.hasSessionCookie(r)) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// limitBody refuses bodies of more than so many bytes. A form that says so itself
// is not waited for; a file is, or its browser would not read why it was refused.
func limitBody(most int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, most)
			if r.ContentLength > most && most <= maxText {
				w.Header().Set("Connection", "close")
				r.Body = io.NopCloser(tooMuch(most))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// tooMuch is a body that is not read.
type tooMuch int64

func (t tooMuch) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: int64(t)} }

// uploadTime is how long a large file may take to arrive and to be worked on.
const uploadTime = 5 * time.Minute

// allowTime gives one request longer than the server gives them all. Where the
// deadline cannot be set, as in tests, the server's own holds.
func allowTime(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	until := time.Now().Add(uploadTime)
	_ = errors.Join(c.SetReadDeadline(until), c.SetWriteDeadline(until))
}

// legible refuses addresses and forms that are no text: bad UTF-8, or NUL, which
// Postgres cannot store.
func (k *Kit) legible(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			k.fail(w, r, badForm(err))
			return
		}
		sent := []string{r.URL.Path}
		for name, values := range r.Form {
			sent = append(append(sent, name), values...)
		}
		if slices.ContainsFunc(sent, noText) {
			k.fail(w, r, badForm(errNoText))
			return
		}
		next.ServeHTTP(w, r)
	})
}

var errNoText = errors.New("web: not UTF-8, or NUL in it")

func noText(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }

func address(r *http.Request) string { return middleware.GetClientIP(r.Context()) }
