package main

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// form is what a page asks to be sent, with what stands in it already. Buttons
// are not in it.
type form struct {
	action string
	fields url.Values
}

// with is the form with other values.
func (f form) with(pairs ...string) form {
	changed := url.Values{}
	for name, values := range f.fields {
		changed[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		changed[pairs[i]] = []string{pairs[i+1]}
	}
	return form{f.action, changed}
}

func (f form) key() string { return f.fields.Get("form_key") }

// formsOf reads the forms of a page that are sent to addresses that end so.
func formsOf(page, end string) (found []form) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || attr(n, "method") != "post" || !strings.HasSuffix(attr(n, "action"), end) {
			continue
		}
		f := form{attr(n, "action"), url.Values{}}
		for c := range n.Descendants() {
			f.read(c)
		}
		found = append(found, f)
	}
	return found
}

// read takes in one control.
func (f form) read(n *html.Node) {
	name := attr(n, "name")
	if n.Type != html.ElementNode || name == "" {
		return
	}
	switch n.Data {
	case "input":
		if t := attr(n, "type"); (t == "checkbox" || t == "radio") && !has(n, "checked") || t == "submit" || t == "file" {
			return
		}
		f.fields.Add(name, attr(n, "value"))
	case "textarea":
		f.fields.Add(name, strings.TrimPrefix(text(n), "\n"))
	case "select":
		chosen, first := "", true
		for o := range n.Descendants() {
			if o.Data == "option" && (first || has(o, "selected")) {
				chosen, first = attr(o, "value"), false
			}
		}
		f.fields.Add(name, chosen)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}
