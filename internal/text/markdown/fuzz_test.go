package markdown

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// attributes are those that each element may have in a page.
var attributes = map[string][]string{
	"h2": {"id"}, "h3": {"id"}, "h4": {"id"}, "h5": {"id"}, "h6": {"id"}, "p": nil, "br": nil, "hr": nil, "blockquote": nil, "pre": nil,
	"code": {"class"}, "strong": nil, "em": nil, "ul": nil, "ol": {"start"}, "li": nil, "a": {"href", "title", "rel"}, "img": {"src", "alt", "title"},
	"table": nil, "thead": nil, "tbody": nil, "tr": nil, "th": {"align"}, "td": {"align"},
}

// FuzzHTML renders what editors may type.
func FuzzHTML(f *testing.F) {
	for _, src := range []string{"## ก\n\n**ข** _ค_\n\n> - [x](/y)", "<script>alert(1)</script>", "[x](java\tscript:alert(1))", "| ก | ข |\n| - | -: |\n| 1 |"} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		out := HTML(src)
		var ids []string
		open := []string{}
		for z := html.NewTokenizer(strings.NewReader(out)); z.Next() != html.ErrorToken; {
			tok := z.Token()
			allowed(t, tok, out)
			open = nested(t, tok, open, out)
			if tok.Type == html.StartTagToken && tok.Data == "h2" {
				ids = append(ids, valueOf(tok, "id"))
			}
		}
		if len(open) > 0 {
			t.Errorf("%q: %v left open in %s", src, open, out)
		}
		outlined(t, src, ids)
	})
}

// allowed checks one piece of a page.
func allowed(t *testing.T, tok html.Token, out string) {
	t.Helper()
	switch tok.Type {
	case html.CommentToken:
		if tok.Data != " raw HTML omitted " {
			t.Errorf("a comment %q: %s", tok.Data, out)
		}
	case html.DoctypeToken:
		t.Errorf("a doctype: %s", out)
	case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
		names, known := attributes[tok.Data]
		if !known {
			t.Errorf("<%s>: %s", tok.Data, out)
		}
		for _, a := range tok.Attr {
			if !slices.Contains(names, a.Key) || (a.Key == "href" || a.Key == "src") && runs(a.Val) {
				t.Errorf("<%s %s=%q>: %s", tok.Data, a.Key, a.Val, out)
			}
		}
	}
}

// nested checks that elements close in the order they opened in.
func nested(t *testing.T, tok html.Token, open []string, out string) []string {
	t.Helper()
	switch tok.Type {
	case html.StartTagToken:
		if !slices.Contains([]string{"br", "hr", "img"}, tok.Data) {
			return append(open, tok.Data)
		}
	case html.EndTagToken:
		if len(open) == 0 || open[len(open)-1] != tok.Data {
			t.Fatalf("</%s> within %v: %s", tok.Data, open, out)
		}
		return open[:len(open)-1]
	}
	return open
}

var schemeForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// runs reports whether a browser would find another scheme in an address than
// those of pages, mail and telephones (WHATWG URL, 4.4).
func runs(address string) bool {
	address = strings.TrimLeftFunc(address, func(r rune) bool { return r <= ' ' })
	address = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(address)
	scheme := schemeForm.FindString(address)
	return scheme != "" && !slices.Contains([]string{"http:", "https:", "mailto:", "tel:"}, strings.ToLower(scheme))
}

func valueOf(tok html.Token, name string) string {
	for _, a := range tok.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// outlined checks that outline, sections and page agree on the headings.
func outlined(t *testing.T, src string, ids []string) {
	t.Helper()
	var listed, sections []string
	for _, h := range Outline(src) {
		if slices.Contains(listed, h.ID) {
			t.Errorf("%q: %q twice", src, h.ID)
		}
		listed = append(listed, h.ID)
	}
	for _, s := range Sections(src)[1:] {
		sections = append(sections, s.ID)
	}
	if !slices.Equal(listed, sections) {
		t.Errorf("%q: outline %q, sections %q", src, listed, sections)
	}
	for _, id := range listed {
		if !slices.Contains(ids, id) {
			t.Errorf("%q: %q leads nowhere among %q", src, id, ids)
		}
	}
}
