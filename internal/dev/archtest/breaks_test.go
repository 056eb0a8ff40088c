package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	breakOfLine = regexp.MustCompile(`(?m)^(A\d\d) .+\.$`)
	testOfBreak = regexp.MustCompile(`(?m)^test (\S+) ([^/\s]+)`)
)

// TestEveryLineIsBroken holds the table of tools/breaks against
// docs/security.md: each line has a break, and each break is noticed by a test that
// has the line's number.
func TestEveryLineIsBroken(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "tools", "breaks", "lines", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v %v", files, err)
	}
	have, broken := numberedTests(t), map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for block := range strings.SplitSeq(string(text), "\n\n") {
			m := breakOfLine.FindStringSubmatch(block)
			if m == nil {
				continue // comments alone
			}
			broken[m[1]] = true
			for _, test := range testOfBreak.FindAllStringSubmatch(block, -1) {
				if !have[m[1]+" "+test[1]+" "+test[2]] {
					t.Errorf("%s names %s in %s: there is no such test, or not for this line", m[0], test[2], test[1])
				}
			}
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range lineOfSecurity.FindAllStringSubmatch(string(text), -1) {
		if !broken[m[1]] {
			t.Errorf("nothing shows that the tests of %s can fail: add a break to tools/breaks/lines", m[1])
		}
	}
}
