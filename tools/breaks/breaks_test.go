package main

import (
	"os"
	"strings"
	"testing"
)

// TestEveryBreakFits tries no break, but sees to it that each could be tried: the
// texts stand in the files as the table says.
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

const twice = `# a comment
A25 Broken twice.
in a.go
- one
-
- two
+ 1
- three
+ 3
in b.go
- four
+ 4
test web TestA25_X/part
test web TestA25_Torture_Y
`

func TestParse(t *testing.T) {
	t.Parallel()
	all, err := parse(twice + "\n# nothing\n")
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	b := all[0]
	want := []edit{{"a.go", "one\n\ntwo", "1"}, {"a.go", "three", "3"}, {"b.go", "four", "4"}}
	if b.line != "A25" || b.says != "Broken twice." || len(b.edits) != len(want) {
		t.Fatalf("%+v", b)
	}
	for i, e := range b.edits {
		if e != want[i] {
			t.Errorf("%q, want %q", e, want[i])
		}
	}
	if g := groups(b.tests); len(g) != 2 || g[0].pattern() != "^(TestA25_X)$" || g[0].torture || !g[1].torture {
		t.Errorf("%+v", g)
	}
	for _, wrong := range []string{
		"A25 No edit.\ntest web TestX", "A25 No test.\nin a\n- b\n+ c", "A25 No sign.\nin a\nb\n+ c\ntest web TestX",
		"A25 Nothing new.\nin a\n- b\ntest web TestX", "- b\n+ c", "A25 no dot\nin a\n- b\n+ c\ntest web TestX",
	} {
		if all, err := parse(wrong); err == nil {
			t.Errorf("%q is understood as %+v", wrong, all)
		}
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
