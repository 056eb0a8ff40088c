// Package archtest keeps the house in order: who may import whom, where SQL
// lives, and that every use case says who is asking.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kit is what every feature may import.
var kit = []string{"internal/kit/audit", "internal/kit/authz", "internal/kit/db", "internal/kit/idempotency", "internal/kit/listing", "internal/site/position", "internal/kit/problem"}

// features lists each feature with what it may import beyond the kit.
var features = map[string][]string{
	"internal/org/agency":        {"internal/kit/export"},
	"internal/site/announcement": nil,
	"internal/ops/auditlog":      {"internal/text/thaidate"},
	"internal/site/banner":       nil,
	"internal/site/faq":          nil,
	"internal/site/feedback":     {"internal/text/thaidate"},
	"internal/site/file":         nil,
	"internal/kit/idempotency":   nil,
	"internal/site/manual":       nil,
	"internal/site/page":         nil,
	"internal/site/position":     nil,
	"internal/people/session":    nil,
	"internal/site/settings":     nil,
	"internal/people/staff":      nil,
	"internal/people/token":      {"internal/text/keyboard"},
	// Processes across features stand above them.
	"internal/site/editing": {"internal/site/announcement", "internal/site/banner", "internal/site/faq", "internal/site/manual", "internal/text/markdown",
		"internal/site/page", "internal/text/richtext", "internal/site/settings", "internal/text/thaidate"},
	"internal/ops/backup":        {"internal/ops/auditlog"},
	"internal/ops/housekeeping":  {"internal/org/agency", "internal/ops/auditlog", "internal/kit/ratelimit", "internal/people/session", "internal/people/signin", "internal/people/token", "internal/ops/trafficlog"},
	"internal/people/onboarding": {"internal/people/staff", "internal/people/token"},
	"internal/site/content": {"internal/site/announcement", "internal/site/banner", "internal/site/faq", "internal/site/file", "internal/site/manual",
		"internal/site/page", "internal/site/settings", "internal/text/thaidate"},
	"internal/site/search": {"internal/site/announcement", "internal/site/content", "internal/site/faq", "internal/text/keyboard", "internal/site/manual", "internal/text/markdown",
		"internal/site/page", "internal/site/settings", "internal/text/thaidate"},
	"internal/people/signin": {"internal/people/session", "internal/people/staff"},
	"internal/ops/status":    {"internal/ops/auditlog", "internal/site/content", "internal/ops/housekeeping", "internal/site/search", "internal/people/signin", "internal/text/thaidate"},
	"internal/ops/seed": {"internal/org/agency", "internal/site/announcement", "internal/site/banner", "internal/site/faq", "internal/site/file",
		"internal/site/manual", "internal/site/page", "internal/site/settings", "internal/people/staff"},
}

// foundations lists the packages below and beside the features with all that
// they may import of ours.
var foundations = map[string][]string{
	"internal/kit/problem":    {},
	"internal/kit/authz":      {"internal/kit/problem"},
	"internal/kit/audit":      {"internal/kit/authz", "internal/kit/jobs"},
	"internal/kit/jobs":       {},
	"internal/kit/db":         {"migrations"},
	"internal/kit/config":     {},
	"internal/text/thaidate":  {},
	"internal/ops/trafficlog": {"internal/text/thaidate"},
	"internal/text/keyboard":  {},
	"internal/text/linkcheck": {},
	"internal/kit/listing":    {"internal/kit/problem"},
	"internal/kit/compress":   {},
	"internal/kit/ratelimit":  {"internal/kit/config", "internal/kit/db"},
	"internal/kit/export":     {"internal/kit/problem"},
	"internal/text/markdown":  {},
	"internal/ops/metrics":    {"internal/kit/authz", "internal/site/content", "internal/kit/db", "internal/ops/housekeeping", "internal/ops/status"},
	"internal/ops/tracing":    {},
	"internal/text/richtext":  {"internal/text/markdown"},
	"internal/text/worddiff":  {},
	"internal/dev/testdb":     {"internal/kit/db", "internal/dev/postgres", "migrations"},
	"migrations":              {},
	"static":                  {},
}

// mayUseHTTP lists the packages of internal/ that speak HTTP.
var mayUseHTTP = []string{"internal/text/linkcheck", "internal/ops/metrics", "internal/people/signin", "internal/ops/tracing", "internal/devtools/"}

type source struct {
	path, pkg string
	file      *ast.File
}

func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	var all []source
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		rel = filepath.ToSlash(rel)
		all = append(all, source{rel, path.Dir(rel), f})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Fatalf("only %d files found", len(all))
	}
	return all
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
		allowed, checked := allowedImports(s.pkg)
		if !checked && strings.HasPrefix(s.pkg, "internal/") && !strings.HasPrefix(s.pkg, "internal/devtools/") {
			t.Errorf("%s: a new package; add it to features or foundations", s.path)
		}
		ours, theirs := s.imports()
		for _, name := range ours {
			if checked && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s", s.path, name)
			}
			if strings.HasPrefix(name, "internal/devtools/") && s.path != "cmd/portal/dev.go" && s.pkg != "internal/dev/testdb" && !strings.HasPrefix(s.pkg, "internal/devtools/") {
				t.Errorf("%s imports %s: what only `portal dev` uses is for dev.go alone", s.path, name)
			}
			if strings.HasPrefix(s.pkg, "templates/") && slices.Contains([]string{"internal/kit/audit", "internal/kit/db", "web"}, name) {
				t.Errorf("%s imports %s: templates get values, not services", s.path, name)
			}
		}
		checkTheirs(t, s, theirs)
	}
}

func allowedImports(pkg string) (allowed []string, checked bool) {
	if more, ok := features[pkg]; ok {
		return append(slices.Clone(kit), more...), true
	}
	allowed, checked = foundations[pkg]
	return allowed, checked
}

func checkTheirs(t *testing.T, s source, theirs []string) {
	t.Helper()
	_, feature := features[s.pkg]
	for _, name := range theirs {
		if feature && strings.Contains(name, "jackc/pgx") && !isStore(path.Base(s.path)) {
			t.Errorf("%s: SQL belongs in store.go or store_….go", s.path)
		}
		http := name == "net/http" && strings.HasPrefix(s.pkg, "internal/")
		if http && !slices.ContainsFunc(mayUseHTTP, func(p string) bool { return strings.HasPrefix(s.pkg+"/", strings.TrimSuffix(p, "/")+"/") }) {
			t.Errorf("%s: HTTP belongs in web", s.path)
		}
	}
}

func isStore(file string) bool { return file == "store.go" || strings.HasPrefix(file, "store_") }

// TestToolsStayOutOfTheBinary keeps what only make targets use from what is
// installed: `portal dev` brings a Postgres and a Digital ID, and nothing else.
func TestToolsStayOutOfTheBinary(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "portal/cmd/portal").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		tool := strings.HasPrefix(name, "portal/internal/devtools/") && name != "portal/internal/dev/digitalid" && name != "portal/internal/dev/postgres"
		for _, module := range []string{"github.com/Shopify/toxiproxy", "github.com/chromedp", "github.com/rs/zerolog", "golang.org/x/time"} {
			tool = tool || strings.HasPrefix(name, module)
		}
		if tool {
			t.Errorf("the portal contains %s", name)
		}
	}
}

// TestUseCasesNameTheirActor refuses an exported method of a Service that
// neither takes an actor nor says that it is public.
func TestUseCasesNameTheirActor(t *testing.T) {
	for _, s := range sources(t) {
		if _, feature := features[s.pkg]; !feature {
			continue
		}
		for _, d := range s.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || !fn.Name.IsExported() || name(fn.Recv.List[0].Type) != "*Service" {
				continue
			}
			// A method that takes an audit.Tx acts on behalf of the Tx's actor.
			knows := slices.ContainsFunc(fn.Type.Params.List, func(p *ast.Field) bool {
				return slices.Contains([]string{"authz.Actor", "*audit.Tx"}, name(p.Type))
			})
			if !knows && !strings.Contains(fn.Doc.Text(), "Public:") {
				t.Errorf("%s: %s neither takes an authz.Actor nor is marked Public:", s.path, fn.Name)
			}
		}
	}
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + name(e.X)
	case *ast.SelectorExpr:
		return name(e.X) + "." + e.Sel.Name
	}
	return ""
}

// TestSize keeps functions and files small enough to read at one sitting.
func TestSize(t *testing.T) {
	const maxFile, maxFunction = 300, 60
	root := filepath.Join("..", "..", "..")
	for _, s := range sources(t) {
		if strings.HasSuffix(s.path, "_templ.go") {
			continue
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, filepath.Join(root, s.path), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if n := set.Position(f.End()).Line; n > maxFile {
			t.Errorf("%s has %d lines", s.path, n)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1; n > maxFunction {
					t.Errorf("%s: %s has %d lines", s.path, fn.Name, n)
				}
			}
		}
	}
}
