package kit

import (
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/people/session"
	"portal/internal/people/signin"
)

// askToSignIn leads to sign-in and from there back to what was wanted. A form
// that was sent is kept meanwhile, so that its page shows it again as typed.
func (k *Kit) askToSignIn(w http.ResponseWriter, r *http.Request) {
	to := r.URL.RequestURI()
	if r.Method == http.MethodPost {
		to = k.saveForm(w, r)
	}
	Redirect(w, r, "/backend/login?return="+url.QueryEscape(to))
}

// saveForm keeps the fields of a form whose page is its own address, if the
// session that ended is known. A button that stands on another page has nothing
// typed: it names that page in its field "return".
func (k *Kit) saveForm(w http.ResponseWriter, r *http.Request) (to string) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		r.PostForm = nil // a file, or too large: it is chosen again
	}
	if !hasPage(r) {
		return signin.SafeReturn(r.PostForm.Get("return"))
	}
	fields := make(url.Values, len(r.PostForm))
	for name, values := range r.PostForm {
		if name != "form_key" { // the form gets a new one
			fields[name] = values
		}
	}
	if token := k.endedToken(r); token != "" && len(fields) > 0 {
		key, err := k.Sessions.KeepForm(r.Context(), token, k.Cookie(r, "form"), session.Form{Path: r.URL.Path, Fields: fields})
		if err != nil { // the person is asked to sign in all the same
			k.LogSavedForm(r, err)
		} else if key != "" {
			k.SetCookie(w, "form", key, session.FormLasts)
		}
	}
	return r.URL.RequestURI()
}

// SavedForm returns what was typed into the form at r's address before the session
// ended, once. The frame of the page then says that it is all there. A form
// page joins with one line in its GET handler: it fills the form from these
// values with the function that reads its POST.
func (k *Kit) SavedForm(r *http.Request) (url.Values, bool) {
	key := k.Cookie(r, "form")
	if ahead := strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch"); key == "" || ahead || r.Method != http.MethodGet {
		return nil, false
	}
	fields, found, err := k.Sessions.TakeForm(r.Context(), k.Actor(r), key, r.URL.Path)
	if err != nil {
		k.LogSavedForm(r, err)
	}
	if v, ok := r.Context().Value(visitKey{}).(*Visit); ok {
		v.restored = v.restored || found
	}
	return fields, found
}

// restored reports whether typed found something for this request.
func (k *Kit) restored(r *http.Request) bool {
	v, ok := r.Context().Value(visitKey{}).(*Visit)
	return ok && v.restored
}

// LogSavedForm logs that a form could not be saved or given back.
func (k *Kit) LogSavedForm(r *http.Request, err error) {
	k.Log.LogAttrs(r.Context(), slog.LevelError, "a form was not kept",
		slog.String("id", middleware.GetReqID(r.Context())), slog.String("path", r.URL.Path), slog.Any("err", err))
}

// hasPage reports whether r's address shows a page, too.
func hasPage(r *http.Request) bool {
	return chi.RouteContext(r.Context()).Routes.Match(chi.NewRouteContext(), http.MethodGet, r.URL.Path)
}

// endedToken is the session that the browser had last: what was typed in one
// tab is kept although another tab has met the end of the session before.
func (k *Kit) endedToken(r *http.Request) string {
	if token := k.Cookie(r, "session"); token != "" {
		return token
	}
	return k.Cookie(r, "ended")
}

// ForgetSession takes the cookie of a session that is no more, and remembers
// whose it was.
func (k *Kit) ForgetSession(w http.ResponseWriter, token string) {
	k.SetCookie(w, "session", "", -1)
	if token != "" {
		k.SetCookie(w, "ended", token, 0)
	}
}

// Cookie is the value of a cookie of ours, or "".
func (k *Kit) Cookie(r *http.Request, name string) string {
	c, err := r.Cookie(k.CookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}
