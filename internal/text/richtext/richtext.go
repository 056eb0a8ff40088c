// Package richtext turns the HTML of the rich editor, or of a page pasted into
// it, into the Markdown that the portal keeps. Whatever comes in, what goes out
// renders to headings, paragraphs, lists, quotes, tables, emphasis, links to
// safe addresses and pictures of the portal's own, and to nothing else.
//
// The common converters lose bold text that ends in a bracket before a Thai
// letter, and lists that follow each other; here each paragraph is rendered once
// to see that it came through.
package richtext

import (
	"net/url"
	"strings"

	"portal/internal/text/markdown"
)

// FromHTML is the Markdown of src.
func FromHTML(src string) string { return write(treeOf(clean(src))) }

// ToHTML is src as the editor is filled with it.
func ToHTML(src string) string { return markdown.HTML(src) }

// HasTable reports whether src holds a table, which the rich editor has not.
func HasTable(src string) bool { return strings.Contains(markdown.HTML(src), "<table>") }

// Parse is the Markdown that the field name of a form sent: from the rich
// editor (name_html) if that was used, else as it was typed.
func Parse(form url.Values, name string) string {
	if src := form.Get(name + "_html"); src != "" {
		return strings.TrimSpace(FromHTML(src)) // as below: a text that the editor leaves alone stays as it is
	}
	return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
}
