package public

import (
	"net/http"
	"strings"
	"time"

	"portal/internal/kit/problem"
	"portal/internal/people/signin"
	"portal/web/kit"
)

// displayLasts is how long a choice of text size and contrast is remembered.
const displayLasts = 365 * 24 * time.Hour

type displayPages struct{ *kit.Kit }

// set remembers a text size or contrast in a cookie without personal data.
func (p displayPages) set(w http.ResponseWriter, r *http.Request) error {
	d := kit.ReadDisplay(r, p.CookieName("display"))
	switch r.PostForm.Get("set") {
	case "text-small":
		d.TextSize = "small"
	case "text-normal":
		d.TextSize = ""
	case "text-large":
		d.TextSize = "large"
	case "contrast-on":
		d.Contrast = true
	case "contrast-off":
		d.Contrast = false
	default:
		return problem.New(problem.BadInput, "ไม่รู้จักการแสดงผลแบบนี้")
	}
	p.SetCookie(w, "display", kit.WriteDisplay(d), displayLasts)
	to := r.PostForm.Get("return")
	if !strings.HasPrefix(to, "/backend/login") { // a page to come back to, though not after signing in
		to = signin.SafeReturn(to)
	} else {
		to = "/backend/login"
	}
	kit.Redirect(w, r, to)
	return nil
}
