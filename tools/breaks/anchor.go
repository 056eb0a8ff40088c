package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"regexp"
	"strings"
)

// declaration is where a function, variable, constant or type is declared.
type declaration struct {
	file     string // by its name in the table
	from, to int    // bytes of the file
	body     int    // first byte inside a function's body, 0 for all else
	imports  int    // where an import may be added
}

// declarations are those of a package's files by name, methods as Type.Method.
func (w *workshop) declarations(pkg string) (map[string]declaration, error) {
	if known, ok := w.packages[pkg]; ok {
		return known, nil
	}
	files, err := os.ReadDir(w.path(pkg))
	if err != nil {
		return nil, err
	}
	all := map[string]declaration{}
	for _, f := range files {
		name := f.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if built, err := build.Default.MatchFile(w.path(pkg), name); err != nil || !built {
			continue
		}
		if err := w.declaredIn(path.Join(pkg, name), all); err != nil {
			return nil, err
		}
	}
	w.packages[pkg] = all
	return all, nil
}

// declaredIn adds the declarations of a file.
func (w *workshop) declaredIn(name string, all map[string]declaration) error {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, w.path(name), nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	at := func(p token.Pos) int { return set.Position(p).Offset }
	in := func(n ast.Node) declaration {
		return declaration{file: name, from: at(n.Pos()), to: at(n.End()), imports: at(f.Name.End())}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			where := in(d)
			if d.Body != nil {
				where.body = at(d.Body.Lbrace) + 1
			}
			all[functionName(d)] = where
		case *ast.GenDecl:
			for _, s := range d.Specs {
				where := in(s)
				if !d.Lparen.IsValid() {
					where = in(d) // with its keyword
				}
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						all[n.Name] = where
					}
				case *ast.TypeSpec:
					all[s.Name.Name] = where
				}
			}
		}
	}
	return nil
}

// functionName is Function or Type.Method.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch e := t.(type) {
		case *ast.StarExpr:
			t = e.X
		case *ast.IndexExpr:
			t = e.X
		case *ast.IndexListExpr:
			t = e.X
		case *ast.Ident:
			return e.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// find returns what the edit is about: a declaration, or a whole file that is not Go.
func (w *workshop) find(e edit) (declaration, error) {
	if e.name == "" {
		text, err := os.ReadFile(w.path(e.in))
		return declaration{file: e.in, to: len(text)}, err
	}
	all, err := w.declarations(e.in)
	if err != nil {
		return declaration{}, err
	}
	d, ok := all[e.name]
	if !ok {
		return d, fmt.Errorf("%s has no %s: name what does its work now", e.in, e.name)
	}
	return d, nil
}

var space = regexp.MustCompile(`\s+`)

// pattern finds the text however its lines are broken, indented and aligned.
func (e edit) pattern() *regexp.Regexp {
	quoted := regexp.QuoteMeta(strings.TrimSpace(e.before))
	return regexp.MustCompile(space.ReplaceAllString(quoted, `\s+`))
}

// replacement is a text for some bytes of a file.
type replacement struct {
	from, to int
	text     string
}

// place finds where in its file the edit belongs. A text that is not there, or
// more than once, is an error: the code has moved on and the break must follow.
func (e edit) place(d declaration, text string) (replacement, error) {
	switch {
	case e.imported != "":
		return replacement{d.imports, d.imports, "\nimport " + e.imported}, nil
	case e.before == "" && d.body == 0:
		return replacement{}, fmt.Errorf("%s %s has no body to begin with what stands after +", e.in, e.name)
	case e.before == "":
		return replacement{d.body, d.body, "\n" + e.after + "\n"}, nil
	}
	found := e.pattern().FindAllStringIndex(text[d.from:d.to], -1)
	if len(found) != 1 {
		return replacement{}, fmt.Errorf("%s %s: found %d times, not once: %s", e.in, e.name, len(found), e.before)
	}
	return replacement{d.from + found[0][0], d.from + found[0][1], e.after}, nil
}
