package kit

import (
	"net/http"
	"strings"

	"portal/templates/layout"
)

func ReadDisplay(r *http.Request, name string) layout.Display {
	c, err := r.Cookie(name)
	if err != nil {
		return layout.Display{}
	}
	return DisplayOf(c.Value)
}

func DisplayOf(value string) layout.Display {
	size, contrast, _ := strings.Cut(value, ".")
	if size != "small" && size != "large" {
		size = ""
	}
	return layout.Display{TextSize: size, Contrast: contrast == "contrast"}
}

func WriteDisplay(d layout.Display) string {
	if d.Contrast {
		return d.TextSize + ".contrast"
	}
	return d.TextSize + "."
}
