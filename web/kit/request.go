package kit

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5/middleware"
)

// MaxForm is more than any form of the portal needs, in bytes.
const MaxForm = 64 << 10

// LimitBody refuses bodies of more than so many bytes. A form that says so itself
// is not waited for; a file is, or its browser would not read why it was refused.
func LimitBody(most int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, most)
			if r.ContentLength > most && most <= MaxText {
				w.Header().Set("Connection", "close")
				r.Body = io.NopCloser(tooMuch(most))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// tooMuch is a body that is not read.
type tooMuch int64

func (t tooMuch) Read([]byte) (int, error) { return 0, &http.MaxBytesError{Limit: int64(t)} }

// uploadTime is how long a large file may take to arrive and to be worked on.
const uploadTime = 5 * time.Minute

// AllowTime gives one request longer than the server gives them all. Where the
// deadline cannot be set, as in tests, the server's own holds.
func AllowTime(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	until := time.Now().Add(uploadTime)
	_ = errors.Join(c.SetReadDeadline(until), c.SetWriteDeadline(until))
}

// ValidText refuses addresses and forms that are no text: bad UTF-8, or NUL, which
// Postgres cannot store.
func (k *Kit) ValidText(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			k.Fail(w, r, BadForm(err))
			return
		}
		sent := []string{r.URL.Path}
		for name, values := range r.Form {
			sent = append(append(sent, name), values...)
		}
		if slices.ContainsFunc(sent, noText) {
			k.Fail(w, r, BadForm(errNoText))
			return
		}
		next.ServeHTTP(w, r)
	})
}

var errNoText = errors.New("web: not UTF-8, or NUL in it")

func noText(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }

// ClientAddress is the network address that the request came from, as the
// trusted proxies report it.
func ClientAddress(r *http.Request) string { return middleware.GetClientIP(r.Context()) }

// MaxText is more than the longest text of the site needs, in bytes of a form:
// 100,000 Thai letters, nine bytes each, as Markdown and once more as the rich
// editor has it.
const MaxText = 4 << 20
