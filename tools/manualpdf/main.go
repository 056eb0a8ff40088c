// Manualpdf prints the manuals of docs/manual-source as PDFs into the initial
// content. Run it from the project's folder: make manuals.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

const (
	sources, fonts, target = "docs/manual-source", "static/fonts", "internal/ops/seed/content/manual"

	limit = time.Minute // for one manual
)

// faces are the fonts of the manuals, each in a Thai and a Latin file.
var faces = []struct {
	family, file string
	weight       int
}{
	{"Sarabun", "sarabun", 400}, {"Sarabun", "sarabun", 600},
	{"IBM Plex Sans Thai", "ibm-plex-sans-thai", 600},
}

var page = template.Must(template.New("manual").Parse(`<!doctype html>
<html lang="th"><head><meta charset="utf-8"><title>{{.Title}}</title><style>{{.Style}}</style></head><body>
<header class="cover"><p class="site">ระบบศูนย์รวมข้อมูลเพื่อติดต่อราชการ สำหรับเจ้าหน้าที่</p><h1>{{.Title}}</h1>
<dl><dt>สำหรับ</dt><dd>{{.Audience}}</dd><dt>ฉบับวันที่</dt><dd>{{.Date}} (ปรับปรุงล่าสุด {{.Updated}})</dd>
<dt>จัดทำโดย</dt><dd>สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน) (สพร.)</dd></dl></header>
{{.Body}}</body></html>`))

// manual is a source: `key: value` lines, a blank line, Markdown.
type manual struct {
	Title, Audience, Date, Updated string
	Style                          template.CSS
	Body                           template.HTML
}

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "manualpdf:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	style, err := readStyle()
	if err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(sources, "*.md"))
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return errors.New("no sources in " + sources + ": run it from the project's folder")
	}
	for _, name := range names {
		m, err := read(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		m.Style = style
		pdf := filepath.Join(target, strings.TrimSuffix(filepath.Base(name), ".md")+".pdf")
		if err := m.write(ctx, pdf); err != nil {
			return fmt.Errorf("%s: %w", pdf, err)
		}
	}
	return nil
}

// readStyle is the style sheet with the fonts in it.
func readStyle() (template.CSS, error) {
	var b strings.Builder
	for _, f := range faces {
		for subset, letters := range map[string]string{"thai": "U+0E00-0E7F,U+200C-200D,U+25CC", "latin": "U+0000-00FF,U+2010-203A"} {
			name := fmt.Sprintf("%s-%s-%d-normal.woff2", f.file, subset, f.weight)
			font, err := os.ReadFile(filepath.Join(fonts, name))
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "@font-face{font-family:%q;font-weight:%d;unicode-range:%s;src:url(data:font/woff2;base64,%s)}\n",
				f.family, f.weight, letters, base64.StdEncoding.EncodeToString(font))
		}
	}
	sheet, err := os.ReadFile(filepath.Join(sources, "print.css"))
	b.Write(sheet)
	return template.CSS(b.String()), err // #nosec G203 -- the project's own files
}

func read(name string) (manual, error) {
	text, err := os.ReadFile(name) // #nosec G304 -- the project's own files
	if err != nil {
		return manual{}, err
	}
	head, body, _ := strings.Cut(string(text), "\n\n")
	header := map[string]string{}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(line, ":")
		header[key] = strings.TrimSpace(value)
	}
	var out bytes.Buffer
	err = goldmark.New(goldmark.WithExtensions(extension.Table)).Convert([]byte(body), &out)
	return manual{
		Title: header["title"], Audience: header["audience"], Date: header["date"], Updated: header["updated"],
		Body: template.HTML(out.String()), // #nosec G203 -- the project's own files
	}, err
}

// write has Chromium print the manual to the file pdf.
func (m manual) write(ctx context.Context, pdf string) (err error) {
	dir, err := os.MkdirTemp("", "manualpdf")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var html bytes.Buffer
	if err := page.Execute(&html, m); err != nil {
		return err
	}
	file := filepath.Join(dir, "manual.html")
	if err := os.WriteFile(file, html.Bytes(), 0o600); err != nil {
		return err
	}
	args := []string{"--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--user-data-dir=" + filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf=" + pdf, "file://" + file}
	if os.Geteuid() == 0 {
		args = append([]string{"--no-sandbox"}, args...)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	browser := cmp.Or(os.Getenv("CHROMIUM"), "chromium")
	if said, err := exec.CommandContext(ctx, browser, args...).CombinedOutput(); err != nil { // #nosec G204 -- a tool for developers
		return fmt.Errorf("%s: %w\n%s", browser, err, said)
	}
	return nil
}
