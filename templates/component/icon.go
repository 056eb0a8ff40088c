// Package component holds the parts that several pages share.
package component

import (
	"embed"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"portal/internal/text/markdown"
)

//go:embed icons/*.svg
var iconFiles embed.FS

var icons = loadIcons()

// Icon is a Lucide icon, to stand beside text that says the same. A name that
// is not among the icons (duties can be edited) gives a plain circle.
func Icon(name string) templ.Component {
	if svg, ok := icons[name]; ok {
		return svg
	}
	return icons["circle"]
}

// HasIcon reports whether Icon knows name.
func HasIcon(name string) bool { return icons[name] != nil }

func loadIcons() map[string]templ.Component {
	entries, err := iconFiles.ReadDir("icons")
	if err != nil {
		panic(err)
	}
	all := make(map[string]templ.Component, len(entries))
	for _, e := range entries {
		b, err := iconFiles.ReadFile("icons/" + e.Name())
		if err != nil {
			panic(err)
		}
		all[strings.TrimSuffix(e.Name(), ".svg")] = templ.Raw(inline(string(b)))
	}
	return all
}

// inline keeps the shapes of a Lucide file and gives them our own frame.
func inline(file string) string {
	_, rest, _ := strings.Cut(file, "<svg")
	_, shapes, _ := strings.Cut(rest, ">")
	shapes, _, _ = strings.Cut(shapes, "</svg>")
	shapes = strings.Join(strings.Fields(shapes), " ")
	return `<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">` + shapes + `</svg>`
}

// Markdown is src as safe HTML.
func Markdown(src string) templ.Component { return templ.Raw(markdown.HTML(src)) }

// Size is a file's size for people: 1.8 MB.
func Size(bytes int64) string {
	const kilo = 1000
	switch {
	case bytes >= kilo*kilo:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(kilo*kilo))
	case bytes >= kilo:
		return fmt.Sprintf("%d KB", (bytes+kilo/2)/kilo)
	default:
		return fmt.Sprintf("%d ไบต์", bytes)
	}
}

// Tel is the address behind a telephone number as it is shown. A range such as
// 6011-12 leads to its first number.
func Tel(shown string) templ.SafeURL {
	shown, _, _ = strings.Cut(shown, "-")
	digits := strings.Map(func(r rune) rune {
		if r == '+' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, shown)
	return templ.SafeURL("tel:" + digits)
}
