package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// areas are the folders of internal/ by how high they stand: a package imports
// what stands lower than its own area. Areas of the same height do not know each other.
var areas = map[string]int{"text": 0, "kit": 1, "org": 2, "people": 3, "site": 4, "service": 4, "report": 5, "ops": 6}

// In these areas packages import each other as they need.
var tools = []string{"text", "kit"}

// In all others packages stand side by side, but for processes that join several
// of their siblings, and for helpers of the area. A line here is a decision.
var (
	processes = []string{
		"internal/people/onboarding", "internal/people/signin",
		"internal/site/content", "internal/site/editing", "internal/site/search",
		"internal/ops/backup", "internal/ops/features", "internal/ops/metrics", "internal/ops/status",
	}
	helpers = []string{"internal/site/position"}
)

// Outside tests, only these import internal/dev.
var developers = []string{"cmd/devportal", "internal/dev", "tools"}

// mayUseHTTP lists the packages of internal/ that speak HTTP.
var mayUseHTTP = []string{"internal/text/linkcheck", "internal/people/signin", "internal/ops/metrics", "internal/ops/tracing", "internal/dev"}

// readPools read the database's pools and traces, and no table.
var readPools = []string{"internal/ops/metrics", "internal/ops/tracing"}

// within reports whether a package is one of the folders, or in one.
func within(pkg string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return pkg == f || strings.HasPrefix(pkg, f+"/") })
}

// area is the area of a package of internal/, "" of all others.
func area(pkg string) string {
	if parts := strings.Split(pkg, "/"); len(parts) > 2 && parts[0] == "internal" {
		return parts[1]
	}
	return ""
}

// feature reports whether a package holds use cases, and SQL in its store alone.
func feature(pkg string) bool {
	a := area(pkg)
	_, known := areas[a]
	return known && !slices.Contains(tools, a)
}

// refuse says why one of our packages may not import another, or "".
func refuse(from, to string) string {
	switch {
	case within(to, "internal/dev") && !within(from, developers...):
		return "internal/dev is for tests and cmd/devportal"
	case within(to, "cmd") && !within(from, "cmd"):
		return "nothing stands above cmd"
	case within(from, "internal"):
		return refuseInside(from, to)
	case within(from, "web") && !within(to, "web", "internal", "templates", "static"):
		return "web stands on internal, templates and static"
	case within(from, "templates") && (within(to, "web", "migrations") || within(to, "internal/kit/audit", "internal/kit/db")):
		return "templates get values, not services"
	case within(from, "migrations", "static"):
		return "files know nothing of the code"
	}
	return ""
}

// refuseInside is refuse for packages of internal/.
func refuseInside(from, to string) string {
	if within(from, "internal/dev") || from == "internal/kit/db" && to == "migrations" {
		return ""
	}
	if !within(to, "internal") {
		return "internal/ stands below " + to
	}
	a, b := area(from), area(to)
	switch {
	case a == b && slices.Contains(tools, a):
		return ""
	case a == b && !slices.Contains(processes, from) && !slices.Contains(helpers, to):
		return "packages of one area stand side by side: a process that joins them is a line of processes"
	case a != b && areas[b] >= areas[a]:
		return "internal/" + a + " does not stand above internal/" + b
	}
	return ""
}

// imports splits what a file imports into ours, without the module's name, and theirs.
func (s source) imports() (ours, theirs []string) {
	for _, spec := range s.file.Imports {
		name := strings.Trim(spec.Path.Value, `"`)
		if local, ok := strings.CutPrefix(name, "portal/"); ok {
			ours = append(ours, local)
		} else {
			theirs = append(theirs, name)
		}
	}
	return ours, theirs
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		_, known := areas[area(s.pkg)]
		if within(s.pkg, "internal") && !known && !within(s.pkg, "internal/dev") {
			t.Errorf("%s stands in no area: internal/AREA/NAME", s.path)
		}
		ours, theirs := s.imports()
		for _, name := range ours {
			if why := refuse(s.pkg, name); why != "" {
				t.Errorf("%s imports %s: %s", s.path, name, why)
			}
		}
		for _, name := range theirs {
			checkTheirs(t, s, name)
		}
		if within(s.pkg, "templates") {
			getsValues(t, s)
		}
	}
}

func checkTheirs(t *testing.T, s source, name string) {
	t.Helper()
	errorsAlone := within(s.pkg, "web") && path.Base(name) == "pgconn" // to tell a database that is away
	if strings.Contains(name, "jackc/pgx") && !errorsAlone {
		store := strings.HasPrefix(path.Base(s.path), "store_") || path.Base(s.path) == "store.go"
		switch {
		case within(s.pkg, "web", "templates", "internal/text"):
			t.Errorf("%s: SQL belongs in a feature", s.path)
		case feature(s.pkg) && !store && !slices.Contains(readPools, s.pkg):
			t.Errorf("%s: SQL belongs in store.go or store_….go", s.path)
		}
	}
	if name == "net/http" && within(s.pkg, "internal") && !within(s.pkg, mayUseHTTP...) {
		t.Errorf("%s: HTTP belongs in web", s.path)
	}
}

// getsValues refuses a template's code that knows a service.
func getsValues(t *testing.T, s source) {
	t.Helper()
	ast.Inspect(s.file, func(n ast.Node) bool {
		if x, ok := n.(*ast.SelectorExpr); ok && x.Sel.Name == "Service" {
			t.Errorf("%s: %s: templates get values, not services", s.path, name(x))
		}
		return true
	})
}

// TestImportsAreRefused tries the rules themselves.
func TestImportsAreRefused(t *testing.T) {
	for _, tt := range []struct {
		from, to string
		refused  bool
	}{
		{"internal/kit/listing", "internal/text/thaidate", false}, {"internal/text/thaidate", "internal/kit/listing", true},
		{"internal/kit/audit", "internal/kit/authz", false}, {"internal/people/staff", "internal/people/token", true},
		{"internal/people/onboarding", "internal/people/token", false}, {"internal/site/faq", "internal/site/position", false},
		{"internal/service/catalogue", "internal/org/agency", false}, {"internal/org/agency", "internal/service/catalogue", true},
		{"internal/service/catalogue", "internal/site/page", true}, {"internal/report/delay", "internal/service/catalogue", false},
		{"internal/ops/seed", "internal/site/page", false}, {"internal/site/page", "internal/ops/seed", true},
		{"internal/site/page", "web", true}, {"internal/site/page", "templates/layout", true}, {"internal/kit/db", "migrations", false},
		{"web/site", "internal/site/page", false}, {"web", "internal/dev/testdb", true}, {"web", "cmd/internal/app", true},
		{"templates/layout", "internal/kit/db", true}, {"templates/layout", "internal/kit/authz", false}, {"templates/layout", "web", true},
		{"cmd/portal", "internal/dev/digitalid", true}, {"cmd/devportal", "internal/dev/digitalid", false}, {"tools/soak", "internal/dev/postgres", false},
		{"static", "internal/kit/db", true}, {"internal/ops/seed", "internal/newarea/x", false},
	} {
		if why := refuse(tt.from, tt.to); (why != "") != tt.refused {
			t.Errorf("%s imports %s: %q", tt.from, tt.to, why)
		}
	}
}
