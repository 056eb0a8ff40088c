package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// lines holds the breaks, one after another with an empty line between:
//
//	A25 A token is redeemed without asking whether it was used.
//	in internal/people/token/store.go
//	- WHERE id = $1 AND used_at IS NULL
//	+ WHERE id = $1
//	test internal/people/onboarding TestA25_RedeemInParallel
//
// What stands after "- " must be in the file exactly once, however it is indented,
// and is replaced by what stands after "+ "; several lines of each are one text.
// There may be more edits, in more files, and more tests: each must fail. A part of
// a test is TestX/part. Lines with # are comments.
//
//go:embed lines/*.txt
var lines embed.FS

// breakage is one way in which a line's promise is not kept, and the tests that must notice.
type breakage struct {
	line, says string
	edits      []edit
	tests      []namedTest
}

// edit replaces a text of a file.
type edit struct {
	file, before, after string
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
		var file string
		for line := range strings.SplitSeq(block, "\n") {
			if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
				continue
			}
			if in, ok := strings.CutPrefix(line, "in "); ok {
				file = in
			} else if !b.add(file, line) {
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

// add reads a line and reports whether it is one of a break.
func (b *breakage) add(file, line string) bool {
	if before, ok := cutSign(line, "-"); ok && file != "" {
		if last := b.last(); last == nil || last.file != file || last.after != "" {
			b.edits = append(b.edits, edit{file: file})
		}
		b.last().before += before + "\n"
		return true
	}
	if after, ok := cutSign(line, "+"); ok && b.last() != nil {
		b.last().after += after + "\n"
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

func (b *breakage) last() *edit {
	if len(b.edits) == 0 {
		return nil
	}
	return &b.edits[len(b.edits)-1]
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
		if e.after == "" {
			return fmt.Errorf("in %s: nothing after +", e.file)
		}
		b.edits[i].before, b.edits[i].after = strings.TrimSuffix(e.before, "\n"), strings.TrimSuffix(e.after, "\n")
	}
	return nil
}
