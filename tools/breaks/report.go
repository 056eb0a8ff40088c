package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// group is tests that one call of go test runs.
type group struct {
	pkg     string
	torture bool
	names   []string
}

// pattern runs tests with all their parts, of which a break may name one: TestX/part.
func (g group) pattern() string {
	var whole []string
	for _, name := range g.names {
		name, _, _ = strings.Cut(name, "/")
		whole = append(whole, name)
	}
	return "^(" + strings.Join(whole, "|") + ")$"
}

func groups(tests []namedTest) (all []group) {
	for _, t := range tests {
		i := slices.IndexFunc(all, func(g group) bool { return g.pkg == t.pkg && g.torture == t.torture() })
		if i < 0 {
			i = len(all)
			all = append(all, group{pkg: t.pkg, torture: t.torture()})
		}
		if !slices.Contains(all[i].names, t.name) {
			all[i].names = append(all[i].names, t.name)
		}
	}
	return all
}

// report is what go test -json told: how each test ended, and what was printed.
type report struct {
	outcome map[string]string // "pass", "fail" or "skip"
	printed strings.Builder
}

// readReport's error says that the code did not compile: no test has failed then.
func readReport(r io.Reader) (report, error) {
	all := report{outcome: map[string]string{}}
	for d := json.NewDecoder(r); ; {
		var e struct{ Action, Test, Output string }
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, fmt.Errorf("reading what go test said: %w", err)
		}
		switch e.Action {
		case "build-fail":
			return all, fmt.Errorf("it does not compile:\n%s", all.said())
		case "output", "build-output":
			all.printed.WriteString(e.Output)
		case "pass", "fail", "skip":
			if e.Test != "" {
				all.outcome[e.Test] = e.Action
			}
		}
	}
}

// said is the first lines that tell why, indented.
func (r *report) said() (text string) {
	const most = 6
	n := 0
	for line := range strings.SplitSeq(r.printed.String(), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		if n++; n > most {
			break
		}
		text += "\t" + line[:min(len(line), 300)] + "\n"
	}
	return text
}

// allPass runs every test on the unbroken code: one that fails anyway shows nothing.
func (w *workshop) allPass(ctx context.Context, all []breakage, out io.Writer) error {
	var tests []namedTest
	for _, b := range all {
		tests = append(tests, b.tests...)
	}
	for _, g := range groups(tests) {
		r, err := w.test(ctx, g, "")
		if err != nil {
			return err
		}
		for _, name := range g.names {
			if r.outcome[name] != "pass" {
				return fmt.Errorf("%s of %s does not pass on the unbroken code:\n%s", name, g.pkg, r.said())
			}
		}
		_, _ = fmt.Fprintf(out, "%d tests of %s pass on the unbroken code\n", len(g.names), g.pkg)
	}
	return ctx.Err()
}
