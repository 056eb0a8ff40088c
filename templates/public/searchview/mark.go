package searchview

import (
	"html"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"portal/internal/site/search"
	"portal/internal/text/markdown"
	"portal/templates/layout"
)

func address(query string, kind search.Kind) templ.SafeURL {
	q := url.Values{"q": {query}}
	if kind != "" {
		q.Set("kind", string(kind))
	}
	return templ.SafeURL(layout.SearchPath + "?" + q.Encode())
}

func marked(list []search.Part) bool {
	return slices.ContainsFunc(list, func(p search.Part) bool { return p.Found })
}

// whole is the whole text of a hit, with what was searched for marked.
func whole(h search.Hit) templ.Component {
	return templ.Raw(markHTML(markdown.HTML(h.Markdown), h.Parts))
}

// markHTML marks what is found between the tags of safe HTML. Package markdown
// writes no < but to begin a tag, and no > inside one.
func markHTML(safe string, find func(string) []search.Part) string {
	var b strings.Builder
	for safe != "" {
		text, rest, tag := strings.Cut(safe, "<")
		for _, p := range find(html.UnescapeString(text)) {
			if p.Found {
				b.WriteString("<mark>" + html.EscapeString(p.Text) + "</mark>")
			} else {
				b.WriteString(html.EscapeString(p.Text))
			}
		}
		if !tag {
			break
		}
		inside, after, _ := strings.Cut(rest, ">")
		b.WriteString("<" + inside + ">")
		safe = after
	}
	return b.String()
}
