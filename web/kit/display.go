package kit

import (
	"net/http"
	"strings"

	"portal/templates/layout"
)

// ReadDisplay is the display that the cookie called name asks for.
func ReadDisplay(r *http.Request, name string) layout.Display {
	c, err := r.Cookie(name)
	if err != nil {
		return layout.Display{}
	}
	return DisplayOf(c.Value)
}

// DisplayOf reads the value of a display cookie; what it does not know is as usual.
func DisplayOf(value string) layout.Display {
	size, contrast, _ := strings.Cut(value, ".")
	if size != "small" && size != "large" {
		size = ""
	}
	return layout.Display{TextSize: size, Contrast: contrast == "contrast"}
}

// WriteDisplay is the value of a display cookie that DisplayOf reads.
func WriteDisplay(d layout.Display) string {
	if d.Contrast {
		return d.TextSize + ".contrast"
	}
	return d.TextSize + "."
}
