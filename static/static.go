// Package static serves the style sheet, modules, fonts and pictures from
// memory, under names that carry a hash of the content and so never go stale.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
)

//go:embed css/*.css js/*.js js/*.txt fonts images
var files embed.FS

// Prefix is where Handler is mounted.
const Prefix = "/backend/static/"

var mediaTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

// asset is one file. Its packed copies are made on first use or by Prepare.
type asset struct {
	hashed    string // name with the hash
	mediaType string
	etag      string
	plain     []byte
	br, gzip  func() []byte // nil when packing gains nothing
}

var byName, byHashed = load()

// Path is the address of the named file, such as css/portal.css. It panics when
// there is no such file: a template that names one is wrong.
func Path(name string) string {
	a, ok := byName[name]
	if !ok {
		panic("static: no file " + name)
	}
	return Prefix + a.hashed
}

// Handler serves every file below Prefix.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byHashed[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		a.serve(w, r)
	})
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	etag, body := a.etag, a.plain
	if a.br != nil {
		h.Set("Vary", "Accept-Encoding")
		switch accepted := r.Header.Values("Accept-Encoding"); {
		case accepts(accepted, "br"):
			h.Set("Content-Encoding", "br")
			etag, body = etag+"-br", a.br()
		case accepts(accepted, "gzip"):
			h.Set("Content-Encoding", "gzip")
			etag, body = etag+"-gz", a.gzip()
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// Prepare packs every file, so that no visitor waits for that. It is worth a
// second of one core.
func Prepare() {
	for _, a := range byName {
		if a.br != nil {
			a.br()
			a.gzip()
		}
	}
}

// accepts reports whether an Accept-Encoding header lets coding through.
func accepts(header []string, coding string) bool {
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), coding) {
			q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
			return !found || strings.Trim(q, "0.") != ""
		}
	}
	return false
}

// load reads the files, style sheets last: they name fonts by their hashes.
func load() (names, hashed map[string]*asset) {
	var list, sheets []string
	must(fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
		case path.Ext(name) == ".css":
			sheets = append(sheets, name)
		default:
			list = append(list, name)
		}
		return err
	}))
	names, hashed = map[string]*asset{}, map[string]*asset{}
	for _, name := range append(list, sheets...) {
		content, err := files.ReadFile(name)
		must(err)
		if path.Ext(name) == ".css" {
			content = rewrite(name, content, names)
		}
		a := newAsset(name, content)
		names[name], hashed[a.hashed] = a, a
	}
	return names, hashed
}

func newAsset(name string, content []byte) *asset {
	sum := sha256.Sum256(content)
	ext := path.Ext(name)
	a := &asset{
		hashed:    strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext,
		mediaType: mediaTypes[ext],
		etag:      hex.EncodeToString(sum[:16]),
		plain:     content,
	}
	if a.mediaType == "" {
		panic("static: no media type for " + name)
	}
	if ext != ".woff2" && ext != ".png" {
		a.br = sync.OnceValue(func() []byte {
			return pack(content, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestCompression) })
		})
		a.gzip = sync.OnceValue(func() []byte {
			return pack(content, func(w io.Writer) io.WriteCloser {
				z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
				must(err)
				return z
			})
		})
	}
	return a
}

func pack(content []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := writer(&out)
	_, err := w.Write(content)
	must(err)
	must(w.Close())
	return out.Bytes()
}

var reference = regexp.MustCompile(`url\((\.\./[^)]+)\)`)

// rewrite puts hashed names into the addresses of a style sheet.
func rewrite(name string, content []byte, known map[string]*asset) []byte {
	return reference.ReplaceAllFunc(content, func(m []byte) []byte {
		target := path.Join(path.Dir(name), string(m[len("url("):len(m)-1]))
		a, ok := known[target]
		if !ok {
			panic("static: " + name + " names " + target + ", which is missing")
		}
		return []byte("url(../" + a.hashed + ")")
	})
}

func must(err error) {
	if err != nil {
		panic("static: " + err.Error())
	}
}
