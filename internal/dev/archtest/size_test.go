package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// What is read at one sitting. A line longer than wide is read as two.
const maxFile, maxFunction, wide = 300, 60, 140

// sizes returns, for each line of a text, how many lines stand before it.
func sizes(text string) []int {
	before := []int{0}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if utf8.RuneCountInString(strings.TrimRight(line, "\n")) > wide {
			n++
		}
		before = append(before, n)
	}
	return before
}

// TestSize keeps functions and files small.
func TestSize(t *testing.T) {
	for _, s := range sources(t) {
		if strings.HasSuffix(s.path, "_templ.go") {
			continue
		}
		name := filepath.Join("..", "..", "..", s.path)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, name, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		before := sizes(string(text))
		if n := before[len(before)-1]; n > maxFile {
			t.Errorf("%s has %d lines", s.path, n)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := before[set.Position(fn.End()).Line] - before[set.Position(fn.Pos()).Line-1]; n > maxFunction {
					t.Errorf("%s: %s has %d lines", s.path, fn.Name, n)
				}
			}
		}
	}
}

func TestALongLineCountsTwice(t *testing.T) {
	text := "short\n" + strings.Repeat("ก", wide) + "\n" + strings.Repeat("ก", wide+1) + "\n"
	if b := sizes(text); len(b) != 4 || b[2] != 2 || b[3] != 4 {
		t.Error(b)
	}
}
