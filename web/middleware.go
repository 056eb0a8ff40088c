package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/problem"
	"portal/web/kit"
)

// requestID gives each request the number that its lines in the log and its error
// page bear. It is short enough to be read aloud and chosen by us alone: chi's own
// tells the machine's name, counts the requests, and believes what the client says.
func requestID(next http.Handler) http.Handler {
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
		ctx, who := kit.NewVisit(r.Context())
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() { // also when a download was cut off
			took := time.Since(start)
			s.cfg.Traffic.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("id", middleware.GetReqID(r.Context())),
				slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", ww.Status()),
				slog.Int64("staff", who.StaffID()), slog.String("address", kit.ClientAddress(r)),
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
				s.Fail(w, r, fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			} else if v != nil {
				panic(v)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// requireHost refuses requests for another host, so that no link is ever built for one.
func (s *Server) requireHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != s.host {
			w.Header().Set("Connection", "close")
			s.StatusPage(w, r, http.StatusMisdirectedRequest, "", 0)
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
		s.Fail(w, r, problem.New(problem.Forbidden, "คำขอนี้ไม่ได้ส่งมาจากหน้าของระบบ กรุณาเปิดหน้านั้นใหม่แล้วลองอีกครั้ง"))
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(refuse))
	return guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions
		origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
		elsewhere := site == "" && origin != "" && origin != s.cfg.BaseURL
		if silent := site == "" && origin == ""; !safe && (elsewhere || silent && s.HasSessionCookie(r)) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// routeOf is the pattern that a request came by. What fits none is counted
// together: anybody can make up addresses.
func routeOf(r *http.Request) string {
	if c := chi.RouteContext(r.Context()); c != nil {
		if pattern := c.RoutePattern(); pattern != "" {
			return pattern
		}
	}
	return "unmatched"
}
