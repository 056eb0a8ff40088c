package richtext

import (
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "br", "hr", "blockquote", "pre", "code",
		"strong", "b", "em", "i", "ul", "ol", "li", "a", "img", "figure", "figcaption",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
	p.AllowAttrs("href", "title").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("th", "td")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowRelativeURLs(true)
	p.AllowNoAttrs().OnElements("a", "img")
	return p
}

// clean is src as a tree of elements that we know, without anything that runs.
func clean(src string) *html.Node {
	root, err := parse(src)
	if err != nil { // nested too deeply to be meant
		root, _ = parse(html.EscapeString(policy.Sanitize(src)))
	}
	prune(root)
	wordLists(root)
	var b strings.Builder
	if err := html.Render(&b, root); err != nil {
		return body()
	}
	if root, err = parse(policy.Sanitize(b.String())); err != nil {
		return body()
	}
	return root
}

func body() *html.Node { return &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"} }

func parse(src string) (*html.Node, error) {
	root := body()
	list, err := html.ParseFragment(strings.NewReader(src), root)
	for _, n := range list {
		root.AppendChild(n)
	}
	return root, err
}

// silent are elements whose text is not for readers.
var silent = map[string]bool{
	"script": true, "style": true, "title": true, "xml": true, "noscript": true, "template": true, "svg": true, "math": true,
	"iframe": true, "object": true, "embed": true, "noembed": true, "noframes": true, "textarea": true, "select": true, "audio": true, "video": true,
}

// prune removes comments and silent elements, and says with elements what was
// said with styles.
func prune(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.ElementNode && strings.Contains(styleOf(c), "mso-list:ignore"):
			numbered(c)
			n.RemoveChild(c)
		case c.Type == html.ElementNode && !silent[c.Data] && c.Namespace == "":
			prune(c)
			restyle(c)
		case c.Type != html.TextNode:
			n.RemoveChild(c)
		}
		c = next
	}
}

var number = regexp.MustCompile(`^\s*\(?[\p{L}\p{N}]{1,4}[.)]`)

// numbered notes on the paragraph around it that mark, which Word wrote before
// an item, is a number.
func numbered(mark *html.Node) {
	for p := mark.Parent; p != nil; p = p.Parent {
		if p.Data == "p" && number.MatchString(text(mark)) {
			p.Attr = append(p.Attr, html.Attribute{Key: "data-ordered", Val: "1"})
		}
	}
}

// text is all the text in n.
func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(text(c))
	}
	return b.String()
}

func styleOf(n *html.Node) string {
	return strings.ToLower(strings.Join(strings.Fields(attr(n, "style")), ""))
}

var (
	bold   = regexp.MustCompile(`(^|;)font-weight:(bold|[6-9]00)`)
	light  = regexp.MustCompile(`(^|;)font-weight:(normal|400)`)
	italic = regexp.MustCompile(`(^|;)font-style:italic`)
)

func restyle(n *html.Node) {
	style := styleOf(n)
	switch n.Data {
	case "a":
		for i, a := range n.Attr {
			if a.Key == "href" { // the policy refuses addresses with spaces
				n.Attr[i].Val = strings.ReplaceAll(strings.TrimSpace(a.Val), " ", "%20")
			}
		}
	case "b", "strong":
		if light.MatchString(style) { // so Google Docs wraps all that is copied
			n.Data, n.DataAtom = "span", atom.Span
		}
	case "span", "font":
		switch {
		case bold.MatchString(style):
			n.Data, n.DataAtom = "strong", atom.Strong
		case italic.MatchString(style):
			n.Data, n.DataAtom = "em", atom.Em
		}
	}
}

var level = regexp.MustCompile(`mso-list:.*level(\d)`)

// wordLists makes lists of the paragraphs that Word writes for their items.
func wordLists(n *html.Node) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if wordLevel(c) == 0 {
			wordLists(c)
			continue
		}
		var items []*html.Node
		for c != nil && (wordLevel(c) > 0 || c.Type == html.TextNode && strings.TrimSpace(c.Data) == "") {
			next := c.NextSibling
			n.RemoveChild(c)
			if c.Type == html.ElementNode {
				items = append(items, c)
			}
			c = next
		}
		list := nest(items)
		n.InsertBefore(list, c)
		c = list
	}
}

func wordLevel(n *html.Node) int {
	if n.Type != html.ElementNode || n.Data != "p" {
		return 0
	}
	if m := level.FindStringSubmatch(styleOf(n)); m != nil {
		return max(1, int(m[1][0]-'0'))
	}
	return 0
}

// nest is the list of items, those of a deeper level inside the item before.
func nest(items []*html.Node) *html.Node {
	list := element("ul")
	if attr(items[0], "data-ordered") != "" {
		list = element("ol")
	}
	top := wordLevel(items[0])
	for i := 0; i < len(items); {
		item := element("li")
		for c := items[i].FirstChild; c != nil; c = items[i].FirstChild {
			items[i].RemoveChild(c)
			item.AppendChild(c)
		}
		list.AppendChild(item)
		deeper := i + 1
		for deeper < len(items) && wordLevel(items[deeper]) > top {
			deeper++
		}
		if deeper > i+1 {
			item.AppendChild(nest(items[i+1 : deeper]))
		}
		i = deeper
	}
	return list
}

func element(name string) *html.Node {
	return &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
