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

// notInstalled are the beginnings of packages that cmd/portal must not link: an
// OpenID provider with what it brings along, and what only tests and tools use.
var notInstalled = []string{
	"portal/internal/dev/", "portal/tools/",
	"github.com/zitadel/", "github.com/rs/cors", "github.com/gorilla/securecookie",
	"github.com/Shopify/toxiproxy", "github.com/chromedp", "github.com/rs/zerolog", "golang.org/x/time",
}

// TestToolsStayOutOfTheBinary keeps what a developer's machine needs from what is installed.
func TestToolsStayOutOfTheBinary(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "portal/cmd/portal").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := strings.Fields(string(out))
	if !slices.Contains(linked, "portal/web") {
		t.Fatalf("only %d packages found", len(linked))
	}
	for _, name := range linked {
		if slices.ContainsFunc(notInstalled, func(p string) bool { return strings.HasPrefix(name, p) }) {
			t.Errorf("cmd/portal links %s", name)
		}
	}
}

// TestUseCasesNameTheirActor refuses an exported method of a Service that
// neither takes an actor nor says that it is public.
func TestUseCasesNameTheirActor(t *testing.T) {
	for _, s := range sources(t) {
		if !feature(s.pkg) && s.pkg != "internal/kit/idempotency" {
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
