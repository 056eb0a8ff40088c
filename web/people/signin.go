package people

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"time"

	"portal/internal/kit/problem"
	"portal/internal/people/signin"
	"portal/templates/people/signinview"
	"portal/web/kit"
)

// attemptCookieLasts is as long as an attempt may take.
const attemptCookieLasts = 10 * time.Minute

type signinPages struct {
	*kit.Kit
	signin *signin.Service
}

// show says what signing in is and leads to the provider.
func (p signinPages) show(w http.ResponseWriter, r *http.Request) error {
	to := signin.SafeReturn(r.URL.Query().Get("return"))
	if p.SignedIn(r.Context()) {
		kit.Redirect(w, r, to)
		return nil
	}
	return p.showWith(w, r, http.StatusOK, to, p.whySignIn(r))
}

func (p signinPages) showWith(w http.ResponseWriter, r *http.Request, status int, to, message string) error {
	l, err := p.Frame(r, "เข้าสู่ระบบ", "เข้าสู่ระบบสำหรับเจ้าหน้าที่ด้วยบัญชี Digital ID")
	if err != nil {
		return err
	}
	v := signinview.View{Start: "/backend/login/digitalid?return=" + url.QueryEscape(to), Message: message}
	if to != signin.DefaultReturn { // there was a page to go to
		v.Return = to
	}
	return p.Render(w, r, status, signinview.SignIn(l, v))
}

// whySignIn tells a person whose session ended why they are here again.
func (p signinPages) whySignIn(r *http.Request) string {
	if p.Cookie(r, "ended") == "" || r.URL.Query().Get("return") == "" {
		return ""
	}
	why := "การเข้าใช้งานครั้งก่อนสิ้นสุดแล้ว กรุณาเข้าสู่ระบบอีกครั้ง"
	if p.Cookie(r, "form") != "" {
		why += " ระบบจะนำข้อมูลที่ท่านพิมพ์ไว้กลับมาให้"
	}
	return why
}

// start sends the person to the provider.
func (p signinPages) start(w http.ResponseWriter, r *http.Request) error {
	if busy := p.RateLimit(r, p.Limits.SignIn, "มีการเริ่มเข้าสู่ระบบจากเครือข่ายหรือเบราว์เซอร์นี้บ่อยเกินไป กรุณารอ %s แล้วกดปุ่ม “Digital ID” อีกครั้ง"); busy != nil {
		kit.SetRetryAfter(w, busy)
		return p.showWith(w, r, kit.StatusOf(busy), signin.SafeReturn(r.URL.Query().Get("return")), busy.Message)
	}
	browser := p.Cookie(r, "signin")
	if len(browser) < 26 { // a second tab goes on with the first one's
		browser = rand.Text()
	}
	to, err := p.signin.Begin(r.Context(), browser, r.URL.Query().Get("return"))
	if err != nil {
		p.Observer.SignIn(signInOutcome(err))
		return err
	}
	p.SetCookie(w, "signin", browser, attemptCookieLasts)
	kit.Redirect(w, r, to)
	return nil
}

// callback receives the provider's answer.
func (p signinPages) callback(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	cb := signin.Callback{
		State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss"), Error: q.Get("error"),
		Address: kit.ClientAddress(r), UserAgent: r.UserAgent(), Browser: p.Cookie(r, "signin"), Replaces: p.Cookie(r, "session"),
	}
	done, err := p.signin.Finish(r.Context(), cb)
	p.Observer.SignIn(signInOutcome(err))
	switch {
	case problem.Is(err, problem.BadInput): // the way on is to begin again, for a person who pressed “cancel”, too
		p.LogCause(r, err)
		return p.showWith(w, r, http.StatusBadRequest, done.ReturnPath, problem.Of(err).Message)
	case err != nil:
		return err
	}
	p.SetCookie(w, "signin", "", -1)
	p.SetCookie(w, "ended", "", -1)
	p.SetCookie(w, "session", done.SessionToken, 0)
	p.RememberBrowser(w, r)
	if key := p.Cookie(r, "form"); key != "" {
		if err := p.Sessions.DropForms(r.Context(), key, done.StaffID); err != nil {
			p.LogSavedForm(r, err)
		}
	}
	kit.Redirect(w, r, done.ReturnPath)
	return nil
}

// signOut ends the session here and then at the provider.
func (p signinPages) signOut(w http.ResponseWriter, r *http.Request) error {
	hint := p.Sessions.IDToken(r.Context())
	err := p.Sessions.Close(r.Context(), p.Actor(r), p.Current(r.Context()))
	if err != nil && !problem.Is(err, problem.SignIn) { // a person who is signed out already goes on
		return err
	}
	p.ForgetSession(w, p.Cookie(r, "session"))
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	to := "/backend/logout/done"
	if hint != "" {
		if provider := p.signin.SignOutURL(r.Context(), hint); provider != "" {
			to = provider
		}
	}
	kit.Redirect(w, r, to)
	return nil
}

// ended is where the provider sends people after sign-out.
func (p signinPages) ended(w http.ResponseWriter, r *http.Request) error {
	l := p.FrameOf(r, p.LastSite(), "ออกจากระบบแล้ว", "")
	l.NoIndex = true
	return p.Render(w, r, http.StatusOK, signinview.Ended(l))
}
