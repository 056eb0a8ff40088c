package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// Section is a part of a text under a heading of the second level. The part
// before the first heading has neither ID nor Heading.
type Section struct {
	ID, Heading string
	Text        string // without markup, a line for each block
}

// Sections is src in parts, for searching.
func Sections(src string) []Section {
	list := []Section{{}}
	var text strings.Builder
	finish := func() {
		list[len(list)-1].Text = strings.TrimSpace(text.String())
		text.Reset()
	}
	for n := Pictures(nil).parse(src).FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Level != 2 {
			text.WriteString(plain(n, []byte(src)) + "\n")
			continue
		}
		finish()
		id, _ := h.AttributeString("id")
		raw, _ := id.([]byte)
		list = append(list, Section{ID: string(raw), Heading: plain(h, []byte(src))})
	}
	finish()
	return list
}

// Text is src without markup, a line for each block.
func Text(src string) string { return plain(Pictures(nil).parse(src), []byte(src)) }

// plain is the text of n without its markup, a line for each block.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			writeText(&b, n, src, entering)
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		case *ast.AutoLink:
			if entering {
				b.Write(n.Label(src))
			}
		case *ast.CodeBlock, *ast.FencedCodeBlock:
			if entering {
				b.Write(n.Lines().Value(src))
			}
		}
		if !entering && n.Type() == ast.TypeBlock && n.Kind() != ast.KindTextBlock {
			b.WriteByte('\n')
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

func writeText(b *strings.Builder, t *ast.Text, src []byte, entering bool) {
	if !entering {
		return
	}
	value := t.Segment.Value(src)
	if !t.IsRaw() {
		value = util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(value)))
	}
	b.Write(value)
	if t.SoftLineBreak() || t.HardLineBreak() {
		b.WriteByte(' ')
	}
}
