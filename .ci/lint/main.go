// Command lint is one pass of go vet's analyzers, staticcheck, errcheck and
// gosec, for go vet -vettool: what it found in a package is cached until the
// package changes. Generated code is left out, and so are tests where an
// analyzer is about what is served.
package main

import (
	"go/ast"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kisielk/errcheck/errcheck"
	"github.com/securego/gosec/v2/goanalysis"
	"golang.org/x/tools/go/analysis"
	suite "golang.org/x/tools/go/analysis/suite/vet"
	"golang.org/x/tools/go/analysis/unitchecker"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"
)

// What serves developers alone runs what they say.
var developers = []string{"portal/tools/", "portal/internal/dev/", "portal/cmd/devportal"}

func main() {
	all := slices.Clone(suite.Suite)
	for _, checks := range [][]*lint.Analyzer{simple.Analyzers, staticcheck.Analyzers, stylecheck.Analyzers} {
		for _, a := range checks {
			if !a.Doc.NonDefault {
				all = append(all, of(a.Analyzer, written))
			}
		}
	}
	all = append(all, of(errcheck.Analyzer, served), of(goanalysis.Analyzer, installed), unusedCode)
	unitchecker.Main(all...)
}

// unusedCode reports what unused finds: its own analyzer only returns it.
var unusedCode = &analysis.Analyzer{
	Name: "U1000", Doc: "reports code that nothing uses", Requires: []*analysis.Analyzer{unused.Analyzer.Analyzer},
	Run: func(p *analysis.Pass) (any, error) {
		found := p.ResultOf[unused.Analyzer.Analyzer].(unused.Result)
		for _, o := range found.Unused {
			if f := fileNamed(p, o.Position.Filename); f != nil && written(p, f) {
				p.Reportf(p.Fset.File(f.FileStart).LineStart(o.Position.Line), "%s %s is unused", o.Kind, o.Name)
			}
		}
		return nil, nil
	},
}

func fileNamed(p *analysis.Pass, name string) *ast.File {
	i := slices.IndexFunc(p.Files, func(f *ast.File) bool { return p.Fset.File(f.FileStart).Name() == name })
	if i < 0 {
		return nil
	}
	return p.Files[i]
}

// of returns the analyzer a with only the files of ours that wanted accepts.
func of(a *analysis.Analyzer, wanted func(*analysis.Pass, *ast.File) bool) *analysis.Analyzer {
	run := a.Run
	a.Run = func(p *analysis.Pass) (any, error) {
		report, accepted := p.Report, func(f *ast.File) bool { return f != nil && wanted(p, f) }
		p.Report = func(d analysis.Diagnostic) {
			if !d.Pos.IsValid() || accepted(fileNamed(p, p.Fset.File(d.Pos).Name())) {
				report(d)
			}
		}
		return run(p)
	}
	return a
}

// written tells code of ours from what a command writes.
func written(p *analysis.Pass, f *ast.File) bool {
	return strings.HasPrefix(p.Pkg.Path(), "portal") && !ast.IsGenerated(f)
}

// served is written and no test.
func served(p *analysis.Pass, f *ast.File) bool {
	return written(p, f) && !strings.HasSuffix(filepath.Base(p.Fset.File(f.FileStart).Name()), "_test.go")
}

// installed is served and not for developers alone.
func installed(p *analysis.Pass, f *ast.File) bool {
	path := p.Pkg.Path() + "/"
	return served(p, f) && !slices.ContainsFunc(developers, func(d string) bool { return strings.HasPrefix(path, d) })
}
