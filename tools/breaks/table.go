package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// lines holds the breaks, one after another with an empty line between:
//
//	A25 A token is redeemed without asking whether it was used.
//	in internal/people/token markUsed
//	- WHERE id = $1 AND used_at IS NULL
//	+ WHERE id = $1
//	test internal/people/onboarding TestA25_RedeemInParallel
//
// An edit is anchored to a package and what it declares: a function, Type.Method,
// a variable, constant or type, in whichever file. What stands after "- " must be in
// it exactly once, however it is broken into lines and indented, and is replaced by what
// stands after "+ "; several lines of each are one text. What stands after "+ "
// alone is put at the beginning of the function's body, where it may return. What it
// needs of another package is `import "path"`, with a name before the path if need
// be. A file that is not Go is named with its folder and has no declarations.
//
// There may be more edits and more tests: each must fail. A part of a test is
// TestX/part. Lines with # are comments.
//
//go:embed lines/*.txt
var lines embed.FS

// breakage is one way in which a line's promise is not kept, and the tests that must notice.
type breakage struct {
	line, says string
	edits      []edit
	tests      []namedTest
}

// edit replaces a text of a declaration, begins a function's body with a text if
// before is "", or imports a package.
type edit struct {
	in, name      string // package and declaration, or a file and ""
	before, after string
	imported      string
}

// namedTest is a test of a package, such as internal/people/token.
type namedTest struct {
	pkg, name string
}

// torture reports whether the test needs -tags torture: its name says so (CONTRIBUTING.md).
func (t namedTest) torture() bool { return strings.Contains(t.name, "Torture") }

func (b breakage) names() (names []string) {
	for _, t := range b.tests {
		names = append(names, t.name)
	}
	return names
}

var (
	firstLine = regexp.MustCompile(`^(A\d\d) (.+\.)$`)
	inLine    = regexp.MustCompile(`^in (\S+?)(?: ([\w.]+))?$`)
	needs     = regexp.MustCompile(`^import ((?:\w+ )?"\S+")$`)
	testLine  = regexp.MustCompile(`^test (\S+) (\S+)$`)
)

// table is every break, in the order of the lines.
func table() ([]breakage, error) {
	files, err := fs.Glob(lines, "lines/*.txt")
	if err != nil {
		return nil, err
	}
	var all []breakage
	for _, name := range files {
		text, err := lines.ReadFile(name)
		if err != nil {
			return nil, err
		}
		some, err := parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b breakage) int { return strings.Compare(a.line, b.line) })
	return all, nil
}

func parse(text string) (all []breakage, err error) {
	for block := range strings.SplitSeq(text, "\n\n") {
		var b breakage
		var at edit
		for line := range strings.SplitSeq(block, "\n") {
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if m := inLine.FindStringSubmatch(line); m != nil && (m[2] != "" || path.Ext(m[1]) != "") {
				at = edit{in: m[1], name: m[2]}
			} else if !b.add(&at, line) {
				return nil, fmt.Errorf("not understood: %s", line)
			}
		}
		if b.line == "" {
			continue // comments alone
		}
		if err := b.check(); err != nil {
			return nil, fmt.Errorf("%s %s: %w", b.line, b.says, err)
		}
		all = append(all, b)
	}
	return all, nil
}

// add reads a line of the edit that is under way and reports whether it is one of a break.
func (b *breakage) add(at *edit, line string) bool {
	if before, ok := cutSign(line, "-"); ok && at.in != "" {
		if at.after != "" || at.before == "" {
			b.begin(at)
		}
		at.before += before + "\n"
		b.edits[len(b.edits)-1] = *at
		return true
	}
	if after, ok := cutSign(line, "+"); ok && at.in != "" {
		if at.before == "" && at.after == "" {
			b.begin(at)
		}
		at.after += after + "\n"
		b.edits[len(b.edits)-1] = *at
		return true
	}
	if m := needs.FindStringSubmatch(line); m != nil && at.name != "" {
		b.edits = append(b.edits, edit{in: at.in, name: at.name, imported: m[1]})
		*at = edit{in: at.in, name: at.name}
		return true
	}
	if m := firstLine.FindStringSubmatch(line); m != nil && b.line == "" {
		b.line, b.says = m[1], m[2]
		return true
	}
	m := testLine.FindStringSubmatch(line)
	if m != nil {
		b.tests = append(b.tests, namedTest{m[1], m[2]})
	}
	return m != nil
}

// begin is a new edit at the same place.
func (b *breakage) begin(at *edit) {
	*at = edit{in: at.in, name: at.name}
	b.edits = append(b.edits, *at)
}

// cutSign takes the sign and one space away; editors drop the space of an empty line.
func cutSign(line, sign string) (string, bool) {
	if line == sign {
		return "", true
	}
	return strings.CutPrefix(line, sign+" ")
}

func (b *breakage) check() error {
	if len(b.edits) == 0 || len(b.tests) == 0 {
		return errors.New("breaks nothing, or names no test")
	}
	for i, e := range b.edits {
		if e.after == "" && e.imported == "" {
			return fmt.Errorf("in %s %s: nothing after +", e.in, e.name)
		}
		b.edits[i].before, b.edits[i].after = strings.TrimSuffix(e.before, "\n"), strings.TrimSuffix(e.after, "\n")
	}
	return nil
}
