package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryBreakFits tries no break, but sees to it that each could be tried: what
// the table names is declared, and the texts stand in it.
func TestEveryBreakFits(t *testing.T) {
	t.Parallel()
	all, err := table()
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorkshop()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(w.dir) })
	if len(all) == 0 {
		t.Error("no breaks")
	}
	for _, b := range all {
		if _, err := w.apply(b); err != nil {
			t.Errorf("%s %s %v", b.line, b.says, err)
		}
	}
}

const several = `# a comment
A25 Broken in several ways.
in a T.M
- one
-
- two
+ 1
- three
+ 3
in b f
import x "y/z"
+ return nil
in c.sql
- four
+ 4
test web TestA25_X/part
test web TestA25_Torture_Y
`

func TestParse(t *testing.T) {
	t.Parallel()
	all, err := parse(several + "\n# nothing\n")
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	b := all[0]
	want := []edit{
		{in: "a", name: "T.M", before: "one\n\ntwo", after: "1"}, {in: "a", name: "T.M", before: "three", after: "3"},
		{in: "b", name: "f", imported: `x "y/z"`}, {in: "b", name: "f", after: "return nil"},
		{in: "c.sql", before: "four", after: "4"},
	}
	if b.line != "A25" || b.says != "Broken in several ways." || !slices.Equal(b.edits, want) {
		t.Fatalf("%+v", b)
	}
	if g := groups(b.tests); len(g) != 2 || g[0].pattern() != "^(TestA25_X)$" || g[0].torture || !g[1].torture {
		t.Errorf("%+v", g)
	}
	for _, wrong := range []string{
		"A25 No edit.\ntest web TestX", "A25 No test.\nin a f\n- b\n+ c", "A25 No sign.\nin a f\nb\n+ c\ntest web TestX",
		"A25 Nothing new.\nin a f\n- b\ntest web TestX", "- b\n+ c", "A25 no dot\nin a f\n- b\n+ c\ntest web TestX",
		"A25 No function.\nin a\n- b\n+ c\ntest web TestX",
	} {
		if all, err := parse(wrong); err == nil {
			t.Errorf("%q is understood as %+v", wrong, all)
		}
	}
}

const unbroken = `package p

// f is one line.
func f(a, b int) int { return a + b }

type T[K any] struct{}

func (t *T[K]) M(n int) int {
	return f(n,
		1) + f(2, 2)
}

var (
	x = "1"
	y = "1"
)
`

// TestAnchors breaks a package in all ways there are, and names what has moved on.
func TestAnchors(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{"p.go": unbroken, "p_test.go": "package p\n\nfunc g() {}\n", "q_plan9.go": "package p\n\nfunc f() {}\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := &workshop{root: root, packages: map[string]map[string]declaration{}}
	broken, err := w.apply(breakage{edits: []edit{
		{in: ".", name: "y", before: `"1"`, after: `"2"`},
		{in: ".", name: "T.M", before: "f(n, 1)", after: "0"},
		{in: ".", name: "T.M", after: "n++"},
		{in: ".", name: "f", imported: `"fmt"`},
	}})
	want := strings.NewReplacer("package p", "package p\nimport \"fmt\"", "int {\n", "int {\nn++\n\n", "f(n,\n\t\t1)", "0", `y = "1"`, `y = "2"`).Replace(unbroken)
	if err != nil || broken["p.go"] != want {
		t.Errorf("%v\n%s", err, broken["p.go"])
	}
	for says, e := range map[string]edit{
		"has no gone":         {in: ".", name: "gone", before: "a", after: "b"},
		"has no g:":           {in: ".", name: "g", before: "a", after: "b"},
		"found 0 times":       {in: ".", name: "x", before: `"2"`, after: "b"},
		"found 2 times":       {in: ".", name: "T.M", before: "2", after: "b"},
		"has no body":         {in: ".", name: "x", after: "b"},
		"no such file or dir": {in: "elsewhere", name: "x", after: "b"},
	} {
		if _, err := w.apply(breakage{edits: []edit{e}}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q: %v", says, err)
		}
	}
	if _, err := w.apply(breakage{edits: []edit{{in: ".", name: "f", before: "a + b", after: "1"}, {in: ".", name: "f", before: "+ b", after: "2"}}}); err == nil {
		t.Error("edits of one text are taken")
	}
}

// TestReportTellsApart reads what go test -json says of code that does not
// compile, and of tests that fail, one of them by a panic.
func TestReportTellsApart(t *testing.T) {
	t.Parallel()
	if _, err := readReport(strings.NewReader(`{"ImportPath":"portal/x","Action":"build-output","Output":"x.go:1: undefined: y\n"}
{"ImportPath":"portal/x","Action":"build-fail"}
{"Action":"fail","Package":"portal/x","FailedBuild":"portal/x"}`)); err == nil || !strings.Contains(err.Error(), "undefined: y") {
		t.Errorf("a build that failed: %v", err)
	}
	r, err := readReport(strings.NewReader(`{"Action":"run","Package":"portal/x","Test":"TestA"}
{"Action":"output","Package":"portal/x","Test":"TestA","Output":"    x_test.go:1: 2 sessions, want 1\n"}
{"Action":"fail","Package":"portal/x","Test":"TestA/part"}
{"Action":"fail","Package":"portal/x","Test":"TestA"}
{"Action":"pass","Package":"portal/x","Test":"TestB"}
{"Action":"fail","Package":"portal/x"}`))
	if err != nil || r.outcome["TestA/part"] != "fail" || r.outcome["TestB"] != "pass" || !strings.Contains(r.said(), "2 sessions, want 1") {
		t.Errorf("%v %v %q", err, r.outcome, r.said())
	}
}
