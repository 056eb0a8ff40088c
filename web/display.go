package web

import (
	"net/http"
	"strings"
	"time"

	"portal/internal/kit/problem"
	"portal/internal/people/signin"
	"portal/templates/layout"
)

// displayLasts is how long a choice of text size and contrast is remembered.
const displayLasts = 365 * 24 * time.Hour

type displayPages struct{ *Kit }

// set remembers a text size or contrast in a cookie that names nobody.
func (p displayPages) set(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	d := readDisplay(r, p.cookieName("display"))
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
	p.setCookie(w, "display", writeDisplay(d), displayLasts)
	to := r.PostForm.Get("return")
	if !strings.HasPrefix(to, "/backend/login") { // a page to come back to, though not after signing in
		to = signin.SafeReturn(to)
	} else {
		to = "/backend/login"
	}
	redirect(w, r, to)
	return nil
}

func readDisplay(r *http.Request, name string) layout.Display {
	c, err := r.Cookie(name)
	if err != nil {
		return layout.Display{}
	}
	return displayOf(c.Value)
}

func displayOf(value string) layout.Display {
	size, contrast, _ := strings.Cut(value, ".")
	if size != "small" && size != "large" {
		size = ""
	}
	return layout.Display{TextSize: size, Contrast: contrast == "contrast"}
}

func writeDisplay(d layout.Display) string {
	if d.Contrast {
		return d.TextSize + ".contrast"
	}
	return d.TextSize + "."
}
