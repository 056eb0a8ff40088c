package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// never were lines.
var never = []string{"A57", "A65"}

var (
	lineOfSecurity = regexp.MustCompile(`(?m)^\| (A\d\d) \| (.+) \| (.+) \| (.+) \| (.+) \|$`)
	ofPackage      = regexp.MustCompile("([a-z0-9/]+): ((?:`\\w+`(?:, )?)+)")
	numbersOf      = regexp.MustCompile(`A\d\d(?:_|$)`)
)

// TestSecurityIsListed holds docs/security.md against the tests of the house: each
// line has its tests, under their number and in their package, run by the target
// that it names; and no test with a number is left out.
func TestSecurityIsListed(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	have, listed := numberedTests(t), map[string]bool{}
	var ids []string
	for _, m := range lineOfSecurity.FindAllStringSubmatch(string(text), -1) {
		id, holds, tests, run, from := m[1], m[2], m[3], m[4], m[5]
		ids = append(ids, id)
		if len(holds) < 20 || !strings.Contains(from, "V") {
			t.Errorf("%s says too little: %s, from %s", id, holds, from)
		}
		targets := map[string]bool{}
		for _, in := range ofPackage.FindAllStringSubmatch(tests, -1) {
			for name := range strings.SplitSeq(in[2], ", ") {
				name = strings.Trim(name, "`")
				listed[id+" "+in[1]+" "+name] = true
				if !have[id+" "+in[1]+" "+name] {
					t.Errorf("%s names %s in %s: there is no such test, or not for this line", id, name, in[1])
				}
				targets[map[bool]string{true: "torture", false: "test"}[strings.Contains(name, "Torture")]] = true
			}
		}
		for _, target := range []string{"test", "torture"} {
			if said := slices.Contains(strings.Split(run, ", "), target); said != targets[target] {
				t.Errorf("%s is run by %s", id, run)
			}
		}
	}
	for name := range have {
		if !listed[name] {
			t.Errorf("docs/security.md leaves out %s", name)
		}
	}
	for n := 1; n <= 80; n++ {
		id := fmt.Sprintf("A%02d", n)
		if count := len(slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other != id })); count != 1 && !slices.Contains(never, id) {
			t.Errorf("%s has %d lines in docs/security.md", id, count)
		}
	}
}

// numberedTests are the tests that bear numbers of lines, as "A01 package name".
func numberedTests(t *testing.T) map[string]bool {
	t.Helper()
	root, found := filepath.Join("..", "..", ".."), map[string]bool{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		in, err := filepath.Rel(root, p)
		for _, decl := range f.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !strings.HasPrefix(fn.Name.Name, "TestA") {
				continue
			}
			for _, id := range numbersOf.FindAllString(fn.Name.Name, -1) {
				found[strings.TrimSuffix(id, "_")+" "+path.Dir(filepath.ToSlash(in))+" "+fn.Name.Name] = true
			}
		}
		return err
	})
	if err != nil || len(found) < 100 {
		t.Fatalf("%d tests, %v", len(found), err)
	}
	return found
}
