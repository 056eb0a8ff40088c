package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// workshop is the project, Go itself, and a folder beside them for what is broken.
type workshop struct {
	root, goroot, dir string
	packages          map[string]map[string]declaration // by their names in the table
}

func newWorkshop() (*workshop, error) {
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "portal").Output()
	if err != nil {
		return nil, err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "breaks")
	return &workshop{strings.TrimSpace(string(root)), strings.TrimSpace(string(goroot)), dir, map[string]map[string]declaration{}}, err
}

// path is where a file or package of the table is: in the project, or in Go's own library.
func (w *workshop) path(name string) string {
	if inside, ok := strings.CutPrefix(name, "GOROOT/"); ok {
		return filepath.Join(w.goroot, filepath.FromSlash(inside))
	}
	return filepath.Join(w.root, filepath.FromSlash(name))
}

// overlay writes the broken files beside the tree and returns the list by which
// the go command reads them instead (go help build, -overlay).
func (w *workshop) overlay(b breakage) (string, error) {
	broken, err := w.apply(b)
	if err != nil {
		return "", err
	}
	replaced := map[string]string{}
	for name, text := range broken {
		to := filepath.Join(w.dir, strings.ReplaceAll(name, "/", "__"))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			return "", err
		}
		replaced[w.path(name)] = to
	}
	list, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	name := filepath.Join(w.dir, "overlay.json")
	return name, os.WriteFile(name, list, 0o600)
}

// apply returns the broken files by name.
func (w *workshop) apply(b breakage) (map[string]string, error) {
	texts, all := map[string]string{}, map[string][]replacement{}
	for _, e := range b.edits {
		d, err := w.find(e)
		if err != nil {
			return nil, err
		}
		if _, begun := texts[d.file]; !begun {
			read, err := os.ReadFile(w.path(d.file))
			if err != nil {
				return nil, err
			}
			texts[d.file] = string(read)
		}
		r, err := e.place(d, texts[d.file])
		if err != nil {
			return nil, err
		}
		all[d.file] = append(all[d.file], r)
	}
	for name, some := range all {
		// From the end on, so that what is found stays where it is.
		slices.SortStableFunc(some, func(a, b replacement) int { return b.from - a.from })
		text := texts[name]
		for i, r := range some {
			if i > 0 && r.to > some[i-1].from {
				return nil, fmt.Errorf("%s: two texts overlap: %s", name, r.text)
			}
			text = text[:r.from] + r.text + text[r.to:]
		}
		texts[name] = text
	}
	return texts, nil
}

// unnoticed names the tests that passed although they should have failed.
type unnoticed []string

func (u unnoticed) Error() string { return "not noticed by " + strings.Join(u, ", ") }

// try runs the break's tests on the broken code and returns what they said. Its
// error is unnoticed, or says why the break could not be tried.
func (w *workshop) try(ctx context.Context, b breakage) (said string, err error) {
	overlay, err := w.overlay(b)
	if err != nil {
		return "", err
	}
	var passed unnoticed
	for _, g := range groups(b.tests) {
		r, err := w.test(ctx, g, overlay)
		said += r.said()
		if err != nil {
			return said, err
		}
		for _, name := range g.names {
			switch r.outcome[name] {
			case "fail":
			case "pass":
				passed = append(passed, name)
			default:
				return said, fmt.Errorf("%s did not run", name)
			}
		}
	}
	if len(passed) > 0 {
		return said, passed
	}
	return said, nil
}

// test runs a group of tests, with overlay unless it is "".
func (w *workshop) test(ctx context.Context, g group, overlay string) (report, error) {
	env := os.Environ()
	if g.pkg == "e2e" {
		// The journeys are made with the binaries, not with what is linked to the test.
		bin := filepath.Join(w.dir, "bin") + string(filepath.Separator)
		if text, err := w.command(ctx, env, "build", "-overlay", overlay, "-o", bin, "./cmd/portal", "./cmd/devportal").CombinedOutput(); err != nil {
			return report{}, fmt.Errorf("%w\n%s", err, text)
		}
		env = append(env, "PORTAL_TEST_BINARIES="+bin)
	}
	args := []string{"test", "-json", "-count=1", "-vet=off", "-ldflags=-w", "-timeout", "20m", "-overlay", overlay, "-run", g.pattern()}
	if g.torture {
		args = append(args, "-tags", "torture")
	}
	var out bytes.Buffer
	cmd := w.command(ctx, env, append(args, "./"+g.pkg)...)
	if inside, ok := strings.CutPrefix(g.pkg, "tools/"); ok { // a module of its own
		cmd = w.command(ctx, env, append(args, "./"+inside)...)
		cmd.Dir = filepath.Join(w.root, "tools")
	}
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return report{}, err
	}
	return readReport(&out)
}

func (w *workshop) command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = w.root, env
	return cmd
}
