package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// dependency is a part that others have made.
type dependency struct {
	name, version, licence string
	use                    string // binary, tests or assets
	purl                   string
	sum                    string // of the go.sum, for modules
}

// module is one of go list.
type module struct {
	Path, Version, Dir, Sum string
	Main                    bool
	Replace                 *module
}

// everything is what is linked into the portal, what its tests and development
// tools need beside, and what it serves.
func everything() ([]dependency, error) {
	linked, err := shipped()
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{".", "tools"} { // each a module
		beside, err := used("tests and tools", folder, "-deps", "-test", "./...")
		if err != nil {
			return nil, err
		}
		for _, d := range beside {
			if !slices.ContainsFunc(linked, func(l dependency) bool { return l.name == d.name && l.version == d.version }) {
				linked = append(linked, d)
			}
		}
	}
	return linked, nil
}

// shipped is what is in the binary, and what pages load.
func shipped() ([]dependency, error) {
	list, err := used("binary", ".", "-deps", "./cmd/portal")
	if err != nil {
		return nil, err
	}
	loaded, err := assets()
	return append(list, loaded...), err
}

// used are the modules that go list finds in a folder of the project, with their licences.
func used(use, folder string, args ...string) (list []dependency, err error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	all, err := modules(filepath.Join(dir, folder), args...)
	if err != nil {
		return nil, err
	}
	for path, m := range all {
		d := dependency{name: path, version: m.Version, use: use, purl: "pkg:golang/" + path + "@" + m.Version, sum: m.Sum}
		if d.licence, err = licenceIn(m.Dir); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b dependency) int { return cmp.Compare(a.name, b.name) })
	return list, nil
}

// root is the folder of the product's module, called from there or from tools/.
func root() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "portal").Output()
	return strings.TrimSpace(string(out)), err
}

// modules are those of the packages that go list finds, but for our own.
func modules(dir string, args ...string) (map[string]module, error) {
	cmd := exec.Command("go", append([]string{"list", "-C", dir, "-json=Module"}, args...)...) // #nosec G204 -- our own words
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	all := map[string]module{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct{ Module *module }
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		if p.Module != nil && !p.Module.Main && p.Module.Path != "portal" {
			m := *p.Module
			if m.Replace != nil {
				m.Dir, m.Version, m.Sum = m.Replace.Dir, m.Replace.Version, m.Replace.Sum
			}
			all[p.Module.Path] = m
		}
	}
}

var licenceFile = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|ofl)([-.].*)?$`)

// licenceIn is what the licence files at the top of a folder say.
func licenceIn(dir string) (string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, f := range files {
		if f.IsDir() || !licenceFile.MatchString(f.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name())) // #nosec G304 -- of the module cache
		if err != nil {
			return "", err
		}
		l := licencesOf(string(text))
		if l == "" {
			return "", nil // one that is not known makes the whole unknown
		}
		found = append(found, strings.Split(l, " AND ")...)
	}
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " AND "), nil
}

// served are the parts of the pages that come from npm: how static/update.sh calls
// them, and where it puts their licences.
var served = map[string]string{
	"sarabun": "static/fonts/LICENSE-sarabun.txt", "plex": "static/fonts/LICENSE-ibm-plex-sans-thai.txt",
	"lucide": "templates/component/icons/LICENSE", "trix": "static/js/LICENSE-trix.txt",
}

var pinned = regexp.MustCompile(`(?m)^(\w+)=(@?[\w./-]+)@([\w.-]+)$`)

func assets() (list []dependency, err error) {
	dir, err := root()
	if err != nil {
		return nil, err
	}
	script, err := os.ReadFile(filepath.Join(dir, "static/update.sh")) // #nosec G304 -- our own
	if err != nil {
		return nil, err
	}
	for _, found := range pinned.FindAllStringSubmatch(string(script), -1) {
		file, known := served[found[1]]
		if !known {
			return nil, fmt.Errorf("static/update.sh fetches %s: where is its licence?", found[2])
		}
		text, err := os.ReadFile(filepath.Join(dir, file)) // #nosec G304 -- our own
		if err != nil {
			return nil, err
		}
		list = append(list, dependency{name: found[2], version: found[3], licence: licencesOf(string(text)), use: "assets",
			purl: "pkg:npm/" + strings.Replace(found[2], "@", "%40", 1) + "@" + found[3]})
	}
	if len(list) != len(served) {
		return nil, fmt.Errorf("static/update.sh names %d packages, not %d", len(list), len(served))
	}
	return list, nil
}
