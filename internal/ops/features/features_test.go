package features_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/kit/catalogue"
	"portal/internal/ops/features"
)

// sources are the files of the features, without their tests.
func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	all := map[string]*ast.File{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(p string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") || strings.Contains(p, "devtools") {
			return err
		}
		all[p], err = parser.ParseFile(token.NewFileSet(), p, nil, 0)
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	return all
}

func text(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return s
}

// declared are the actions that the sources declare.
func declared(t *testing.T) []audit.Action {
	t.Helper()
	var all []audit.Action
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Type == nil || len(spec.Values) != 1 {
				return true
			}
			of, selected := spec.Type.(*ast.SelectorExpr)
			plain, ident := spec.Type.(*ast.Ident)
			if selected && of.Sel.Name == "Action" || ident && plain.Name == "Action" {
				if a := text(spec.Values[0]); a != "" {
					all = append(all, audit.Action(a))
				}
			}
			return true
		})
	}
	if len(all) < 30 {
		t.Fatalf("only %d actions found", len(all))
	}
	return all
}

// TestEveryActionIsOffered keeps the viewer's choice and the code in step.
func TestEveryActionIsOffered(t *testing.T) {
	var offered []audit.Action
	for _, g := range features.Words.Groups() {
		if g.Name == "" {
			t.Errorf("%v are in a group without a name", g.Actions)
		}
		for _, a := range g.Actions {
			offered = append(offered, a.Action)
			if a.Name == "" {
				t.Errorf("%s has no name", a.Action)
			}
		}
	}
	for _, a := range declared(t) {
		if !slices.Contains(offered, a) {
			t.Errorf("%s is in no catalogue of features.All", a)
		}
	}
	slices.Sort(offered)
	if len(slices.Compact(slices.Clone(offered))) != len(offered) {
		t.Error("an action is offered twice")
	}
}

// TestCataloguesAreWhole looks for words that are missing or said twice.
func TestCataloguesAreWhole(t *testing.T) {
	shared := map[string]bool{}
	for _, f := range catalogue.Shared.Fields {
		shared[f.Key] = true
	}
	subjects := map[string]bool{}
	for i, f := range features.All {
		keys := map[string]bool{}
		for _, field := range f.Fields {
			if field.Name == "" && !shared[field.Key] {
				t.Errorf("catalogue %d has no word for %s", i+1, field.Key)
			}
			if keys[field.Key] {
				t.Errorf("catalogue %d has two words for %s", i+1, field.Key)
			}
			keys[field.Key] = true
		}
		for _, s := range f.Subjects {
			if s.Name == "" || subjects[s.Key] {
				t.Errorf("%s has no word, or two", s.Key)
			}
			subjects[s.Key] = true
		}
		for _, m := range f.Menu {
			if m.Group == "" || m.Needs == "" || m.Title == "" || m.Path == "" || m.Icon == "" {
				t.Errorf("an item of the menu lacks something: %+v", m)
			}
		}
	}
}
