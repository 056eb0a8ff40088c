package web

import (
	"context"
	"net/http"
	"time"

	"portal/internal/authz"
	"portal/internal/session"
)

type visitKey struct{}

// visit is who is asking; the session middleware fills it in, the access log
// reads it.
type visit struct{ current session.Current }

// withSession finds out who is asking.
func (s *Server) withSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := ""
		if c, err := r.Cookie(s.cookieName("session")); err == nil {
			token = c.Value
		}
		ctx, current, err := s.sessions.Load(r.Context(), token)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		current.Actor.Address = address(r)
		if v, ok := ctx.Value(visitKey{}).(*visit); ok {
			v.current = current
		}
		if token != "" && !current.Actor.SignedIn() {
			s.setCookie(w, "session", "", -1)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// current is the live session; outside withSession it is nobody's.
func (s *Server) current(ctx context.Context) session.Current {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v.current
	}
	return session.Current{}
}

// actor is who is asking.
func (s *Server) actor(r *http.Request) authz.Actor { return s.current(r.Context()).Actor }

// setCookie sets a cookie that scripts cannot read and other sites cannot send
// along with a form. maxAge 0 lasts until the browser closes; below 0 it goes.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, maxAge time.Duration) {
	c := &http.Cookie{ // #nosec G124 -- Secure wherever the portal is served over HTTPS
		Name: s.cookieName(name), Value: value, Path: "/",
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	switch {
	case maxAge < 0:
		c.MaxAge = -1
	case maxAge > 0:
		c.MaxAge = int(maxAge.Seconds())
	}
	http.SetCookie(w, c)
}

// cookieName carries the __Host- prefix (RFC 6265bis) wherever the portal is
// served over HTTPS; plain HTTP exists on a developer's own machine only.
func (s *Server) cookieName(name string) string {
	if s.secure {
		return "__Host-portal-" + name
	}
	return "portal-" + name
}

func (s *Server) hasSessionCookie(r *http.Request) bool {
	_, err := r.Cookie(s.cookieName("session"))
	return err == nil
}
