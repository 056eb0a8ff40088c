package kit

import (
	"context"
	"net/http"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/people/session"
)

type visitKey struct{}

// Visit is who is asking; the session middleware fills it in, the access log
// reads it.
type Visit struct {
	current  session.Current
	restored bool // a form of before the session's end was given back
}

// NewVisit returns a context in which the session middleware says who is asking.
func NewVisit(ctx context.Context) (context.Context, *Visit) {
	v := new(Visit)
	return context.WithValue(ctx, visitKey{}, v), v
}

// StaffID is the id of the person who asks; 0 without a session.
func (v *Visit) StaffID() int64 { return v.current.Actor.StaffID }

// WithSession finds out who is asking.
func (k *Kit) WithSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		waiting, r, end := withDeadline(w, r)
		defer end()
		token := k.Cookie(r, "session")
		ctx, current, err := k.Sessions.Load(r.Context(), token)
		if err != nil {
			k.Fail(w, r, err)
			return
		}
		r = r.WithContext(ctx)
		waiting.forPage(r)
		current.Actor.Address = ClientAddress(r)
		if v, ok := ctx.Value(visitKey{}).(*Visit); ok {
			v.current = current
		}
		if token != "" && !current.Actor.SignedIn() {
			k.ForgetSession(w, token)
		}
		if current.RightsChanged && isVisit(r) {
			if err := k.renew(ctx, w, current); err != nil {
				k.Fail(w, r, err)
				return
			}
		}
		next.ServeHTTP(waiting, r)
	})
}

// renew gives the session a new id after a change of rights.
func (k *Kit) renew(ctx context.Context, w http.ResponseWriter, c session.Current) error {
	token, err := k.Sessions.Renew(ctx, c)
	if err == nil && token != "" {
		k.SetCookie(w, "session", token, 0)
	}
	return err
}

// isVisit reports whether a person opens a page: not a form, not a script's
// request in the background.
func isVisit(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode") // older browsers send none
	return r.Method == http.MethodGet && (mode == "navigate" || mode == "")
}

// Current is the live session; outside WithSession it is empty.
func (k *Kit) Current(ctx context.Context) session.Current {
	if v, ok := ctx.Value(visitKey{}).(*Visit); ok {
		return v.current
	}
	return session.Current{}
}

// Actor is who is asking.
func (k *Kit) Actor(r *http.Request) authz.Actor { return k.Current(r.Context()).Actor }

// SetCookie sets a cookie that scripts cannot read and other sites cannot send
// along with a form. maxAge 0 lasts until the browser closes; below 0 it goes.
func (k *Kit) SetCookie(w http.ResponseWriter, name, value string, maxAge time.Duration) {
	c := &http.Cookie{ // #nosec G124 -- Secure wherever the portal is served over HTTPS
		Name: k.CookieName(name), Value: value, Path: "/",
		Secure: k.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	switch {
	case maxAge < 0:
		c.MaxAge = -1
	case maxAge > 0:
		c.MaxAge = int(maxAge.Seconds())
	}
	http.SetCookie(w, c)
}

// CookieName carries the __Host- prefix (RFC 6265bis) wherever the portal is
// served over HTTPS; plain HTTP exists on a developer's own machine only.
func (k *Kit) CookieName(name string) string {
	if k.Secure {
		return "__Host-portal-" + name
	}
	return "portal-" + name
}

// HasSessionCookie reports whether the browser has a session, live or ended.
func (k *Kit) HasSessionCookie(r *http.Request) bool {
	_, err := r.Cookie(k.CookieName("session"))
	return err == nil
}
