package features_test

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/features"
)

// TestEveryFieldHasAWord looks for keys of details that the audit viewer would
// show as they are: those of the maps that are made where an entry is recorded.
func TestEveryFieldHasAWord(t *testing.T) {
	packages := map[string][]*ast.File{}
	for p, f := range sources(t) {
		dir := filepath.Dir(p)
		packages[dir] = append(packages[dir], f)
	}
	recording := 0
	for dir, files := range packages {
		keys := recorded(files)
		if len(keys) > 0 {
			recording++
		}
		entries := entriesOf(files)
		for _, key := range keys {
			if !slices.ContainsFunc(entries, func(e auditlog.Entry) bool { return hasWord(e, key) }) {
				t.Errorf("%s records %s, for which no catalogue has a word", dir, key)
			}
		}
	}
	if recording < 8 {
		t.Errorf("only %d packages were seen to record details", recording)
	}
}

func hasWord(e auditlog.Entry, key string) bool {
	detail, err := json.Marshal(map[string]string{key: "x"})
	if err != nil {
		return false
	}
	e.Detail = detail
	facts := features.Words.Of(e).Words(nil).Facts
	return len(facts) == 1 && facts[0].Name != key
}

// entriesOf are entries such as a package records: one of each of its actions,
// and one about each of its subjects.
func entriesOf(files []*ast.File) []auditlog.Entry {
	var all []auditlog.Entry
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if of, ok := n.Type.(*ast.SelectorExpr); ok && of.Sel.Name == "Action" && len(n.Values) == 1 {
					all = append(all, auditlog.Entry{Action: audit.Action(text(n.Values[0]))})
				}
			case *ast.KeyValueExpr:
				if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Key" && text(n.Value) != "" {
					all = append(all, auditlog.Entry{Action: audit.RowsCleaned, Subject: text(n.Value)})
				}
			}
			return true
		})
	}
	return all
}

// recorded are the keys of the maps that functions make which record an entry,
// or which those call.
func recorded(files []*ast.File) []string {
	functions := map[string]*ast.FuncDecl{}
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				functions[fn.Name.Name] = fn
			}
		}
	}
	var keys []string
	for _, fn := range functions {
		called := calls(fn)
		if !slices.Contains(called, "Record") {
			continue
		}
		keys = append(keys, keysIn(fn)...)
		for _, name := range called {
			if other := functions[name]; other != nil && returnsMap(other) {
				keys = append(keys, keysIn(other)...)
			}
		}
	}
	slices.Sort(keys)
	diff := []string{"before", "after", "reason"} // of audit.Diff, not of a feature
	return slices.DeleteFunc(slices.Compact(keys), func(key string) bool { return slices.Contains(diff, key) })
}

func calls(fn *ast.FuncDecl) []string {
	var names []string
	ast.Inspect(fn, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch f := call.Fun.(type) {
			case *ast.Ident:
				names = append(names, f.Name)
			case *ast.SelectorExpr:
				names = append(names, f.Sel.Name)
			}
		}
		return true
	})
	return names
}

func returnsMap(fn *ast.FuncDecl) bool {
	return fn.Type.Results != nil && slices.ContainsFunc(fn.Type.Results.List, func(f *ast.Field) bool { return ofText(f.Type) })
}

// ofText reports whether e is a map whose keys are texts.
func ofText(e ast.Expr) bool {
	m, ok := e.(*ast.MapType)
	if !ok {
		return false
	}
	key, ok := m.Key.(*ast.Ident)
	return ok && key.Name == "string"
}

func keysIn(fn *ast.FuncDecl) []string {
	var keys []string
	add := func(e ast.Expr) {
		if key := text(e); key != "" && !strings.ContainsAny(key, " /") {
			keys = append(keys, key)
		}
	}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if !ofText(n.Type) {
				return true
			}
			for _, element := range n.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					add(pair.Key)
				}
			}
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if at, ok := left.(*ast.IndexExpr); ok && n.Tok == token.ASSIGN {
					add(at.Index)
				}
			}
		}
		return true
	})
	return keys
}
