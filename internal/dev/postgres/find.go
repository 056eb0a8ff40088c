package postgres

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// programs is a folder with postgres and initdb, and their major version.
type programs struct{ dir, major string }

// places are where packages put the programs, beside PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// installed lists the programs of this machine, best first: PATH, then each
// of places with its newest version first, then what was fetched before.
func installed(ctx context.Context, cache string) []programs {
	var found []programs
	add := func(dir string) {
		if p, ok := programsIn(ctx, dir); ok {
			found = append(found, p)
		}
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			add(filepath.Dir(real))
		}
	}
	for _, pattern := range places {
		dirs, _ := filepath.Glob(pattern)
		first := len(found)
		for _, dir := range dirs {
			add(dir)
		}
		slices.SortStableFunc(found[first:], func(a, b programs) int { return number(b.major) - number(a.major) })
	}
	if p, ok := pinned(); ok && cache != "" {
		add(p.binIn(cache))
	}
	return found
}

// programsIn wants initdb beside postgres: some packages bring one alone.
func programsIn(ctx context.Context, dir string) (programs, bool) {
	for _, name := range []string{"postgres", "initdb"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return programs{}, false
		}
	}
	v, err := major(ctx, dir)
	return programs{dir, v}, err == nil
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
