package richtext

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// write is blocks as Markdown.
func write(blocks []*block) string {
	s := writeAll(blocks, "\n\n")
	if s == "" {
		return ""
	}
	return s + "\n"
}

func writeAll(blocks []*block, between string) string {
	parts := make([]string, len(blocks))
	other := false // the marker that tells a list from the list before it
	for i, b := range blocks {
		other = i > 0 && b.kind == list && blocks[i-1].kind == list && b.ordered == blocks[i-1].ordered && !other
		parts[i] = b.write(other)
	}
	return strings.Join(parts, between)
}

// closing are marks that would end a heading.
var closing = regexp.MustCompile(`(^| )(#+)$`)

func (b *block) write(other bool) string {
	switch b.kind {
	case heading:
		return strings.Repeat("#", b.level) + " " + closing.ReplaceAllString(line(b.runs), `$1\$2`)
	case list:
		return b.writeList(other)
	case quote:
		return indent(writeAll(b.kids, "\n\n"), "> ", "> ")
	case code:
		fence := strings.Repeat("`", max(3, longest(b.text, '`')+1))
		return fence + "\n" + b.text + "\n" + fence
	case table:
		return b.writeTable()
	case rule:
		return "___" // --- behind the mark of an item would be one line with it
	default:
		return line(b.runs)
	}
}

func (b *block) writeList(other bool) string {
	between := "\n"
	if b.loose {
		between = "\n\n"
	}
	parts := make([]string, len(b.kids))
	for i, it := range b.kids {
		mark := "- "
		switch {
		case b.ordered && other:
			mark = strconv.Itoa(b.start+i) + ") "
		case b.ordered:
			mark = strconv.Itoa(b.start+i) + ". "
		case other:
			mark = "* "
		}
		parts[i] = indent(writeAll(it.kids, between), mark, strings.Repeat(" ", len(mark)))
	}
	return strings.Join(parts, between)
}

// indent puts first before the first line and rest before the others that are
// not empty.
func indent(s, first, rest string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		switch {
		case i == 0:
			lines[i] = first + l
		case l != "":
			lines[i] = rest + l
		default:
			lines[i] = strings.TrimRight(rest, " ")
		}
	}
	return strings.Join(lines, "\n")
}

func (b *block) writeTable() string {
	var out strings.Builder
	for i, r := range b.kids {
		for _, c := range r.kids {
			out.WriteString("| " + strings.ReplaceAll(line(c.withoutBars()), bar, `\|`) + " ")
		}
		out.WriteString("|\n")
		if i == 0 {
			for _, c := range r.kids {
				out.WriteString("| " + map[string]string{"left": ":--", "right": "--:", "center": ":-:", "": "---"}[c.align] + " ")
			}
			out.WriteString("|\n")
		}
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// bar stands for | while the line of a cell is written: a private character, so
// that no other rule applies to it.
const bar = "\ue07c"

func (b *block) withoutBars() []run {
	runs := slices.Clone(b.runs)
	for i := range runs {
		runs[i].text = strings.ReplaceAll(runs[i].text, "|", bar)
	}
	return runs
}

func longest(s string, c rune) int {
	most, n := 0, 0
	for _, r := range s {
		if n++; r != c {
			n = 0
		}
		most = max(most, n)
	}
	return most
}

// entity is r by its number, which Markdown's marks take for punctuation.
func entity(r rune) string { return fmt.Sprintf("&#%d;", r) }
