package archtest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// adrPath is a reference from anywhere, adrLink one between records, adrWord one in words.
	adrPath = regexp.MustCompile(`adr/(\d{4})(-[a-z0-9-]+\.md)?`)
	adrLink = regexp.MustCompile(`\]\((\d{4})(-[a-z0-9-]+\.md)\)`)
	adrWord = regexp.MustCompile(`\bADR (\d+)\b`)
)

// TestRecordsAreNumberedWithoutGaps holds docs/adr against its index and the
// headings of its records.
func TestRecordsAreNumberedWithoutGaps(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "docs", "adr")
	names := recordNames(t)
	index, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(name, fmt.Sprintf("%04d-", i+1)) || !strings.HasPrefix(string(text), fmt.Sprintf("# %d. ", i+1)) {
			t.Errorf("%s is not the record with number %d, by its name and its heading", name, i+1)
		}
		if !strings.Contains(string(index), fmt.Sprintf("[%d](%s)", i+1, name)) {
			t.Errorf("docs/adr/README.md has no line for %s", name)
		}
	}
}

// TestReferencesToRecordsExist looks at every text that may name a record.
func TestReferencesToRecordsExist(t *testing.T) {
	names, found := recordNames(t), 0
	root := filepath.Join("..", "..", "..")
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !slices.Contains([]string{".go", ".md", ".sql", ".templ"}, filepath.Ext(p)) {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, ref := range recordReferences(filepath.Dir(p), string(text)) {
			found++
			if !slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, ref) }) {
				t.Errorf("%s names the record %s, which is not in docs/adr", p, ref)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("only %d references found", found)
	}
}

// recordReferences are the beginnings of the names of records that a text in dir names.
func recordReferences(dir, text string) []string {
	var refs []string
	for _, m := range adrPath.FindAllStringSubmatch(text, -1) {
		refs = append(refs, m[1]+m[2])
	}
	if filepath.Base(dir) == "adr" {
		for _, m := range adrLink.FindAllStringSubmatch(text, -1) {
			refs = append(refs, m[1]+m[2])
		}
	}
	for _, m := range adrWord.FindAllStringSubmatch(text, -1) {
		refs = append(refs, strings.Repeat("0", max(0, 4-len(m[1])))+m[1]+"-")
	}
	return refs
}

func recordNames(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "..", "..", "docs", "adr", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range paths {
		if name := filepath.Base(p); name != "README.md" {
			names = append(names, name)
		}
	}
	if len(names) < 9 {
		t.Fatalf("only %d records found", len(names))
	}
	return names
}
