package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/compress"
	"portal/templates/layout"
	"portal/web/kit"
)

// front answers what is prepared before any middleware; everything else goes
// on to the router.
type front struct {
	chi.Router
	s *Server
}

func (f front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.TransferEncoding != nil { // no browser does so; a length beside it is dropped unseen (RFC 9112, 6.3)
		w.Header().Set("Connection", "close")
	}
	if !f.s.prepared.answer(w, r) {
		f.Router.ServeHTTP(w, r)
	}
}

// answer sends a page that is in the snapshot, and reports whether it did. A
// request that asks for anything unusual goes the long way.
func (p pageCache) answer(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || r.Host != p.host {
		return false
	}
	s := p.now.Load()
	if s == nil {
		return false
	}
	page := s.pages[r.URL.Path]
	if page == nil {
		return false
	}
	client, ok := p.peer(r)
	if !ok {
		return false
	}
	start := time.Now()
	p.common.set(w.Header())
	status := p.send(w, r, page)
	p.answered(r, client, status, start, time.Since(start))
	return true
}

// Values of headers, made once.
var (
	forAnybody = []string{"public, max-age=0, must-revalidate"}
	forOne     = []string{"private, max-age=0, must-revalidate"}
	variesBy   = []string{"Accept-Encoding, Cookie"}
)

// send sends a page in the variant and coding that suit the request. Most readers
// have it already and learn that it is still good.
func (p pageCache) send(w http.ResponseWriter, r *http.Request, page *prepared) (status int) {
	variant, own := p.variant(r)
	if variant >= len(page.variants) {
		variant, own = 0, false
	}
	body := page.variants[variant].accepted(r.Header["Accept-Encoding"])
	h := w.Header()
	h["Etag"], h["Vary"], h["Cache-Control"] = body.etag, variesBy, forAnybody
	if own {
		h["Cache-Control"] = forOne
	}
	if age, old := p.Content.Age(); old {
		h["Age"] = []string{strconv.Itoa(int(age.Seconds()))}
	}
	if known(r.Header["If-None-Match"], body.tag) {
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	h["Content-Type"], h["Content-Length"] = page.mediaType, body.length
	if body.coding != nil {
		h["Content-Encoding"] = body.coding
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.bytes) // the reader has gone: there is no one to answer
	}
	return http.StatusOK
}

// variant is how this reader sees pages; own is false if that is the usual one.
func (p pageCache) variant(r *http.Request) (variant int, own bool) {
	var d layout.Display
	signedIn := false
	for _, line := range r.Header["Cookie"] {
		for line != "" {
			var pair string
			pair, line, _ = strings.Cut(line, ";")
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			switch name {
			case p.sessionCookie:
				signedIn = true
			case p.displayCookie:
				d = kit.DisplayOf(value)
			}
		}
	}
	variant = variantOf(d, signedIn)
	return variant, variant != 0
}

// known reports whether an If-None-Match header names the tag (RFC 9110, 13.1.2).
func known(header []string, tag string) bool {
	for _, line := range header {
		for line != "" {
			var one string
			one, line, _ = strings.Cut(line, ",")
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}

// preferred are the codings, the shortest first.
var preferred = [...]compress.Coding{compress.Brotli, compress.Zstd, compress.Gzip}

// accepted is the page in the coding that the reader likes best; among equals
// the shortest.
func (c *codedPage) accepted(header []string) *sendable {
	best, most := &c[compress.Identity], 0
	for _, coding := range preferred {
		if most == full {
			break
		}
		if c[coding].bytes == nil {
			continue
		}
		if q := weight(header, compress.Names[coding]); q > most {
			best, most = &c[coding], q
		}
	}
	return best
}

const full = 1000 // the most that a header can like a coding

// weight is how much an Accept-Encoding header likes a coding, 0 to full (RFC
// 9110, 12.5.3).
func weight(header []string, coding string) int {
	star := 0
	for _, line := range header {
		for line != "" {
			var one string
			one, line, _ = strings.Cut(line, ",")
			name, params, _ := strings.Cut(one, ";")
			switch name = strings.TrimSpace(name); {
			case strings.EqualFold(name, coding):
				return quality(params)
			case name == "*":
				star = quality(params)
			}
		}
	}
	return star
}

// quality is the q of a header's member in thousandths; what is no number is 0.
func quality(params string) int {
	name, value, found := strings.Cut(params, "=")
	if !found {
		return full
	}
	if !strings.EqualFold(strings.TrimSpace(name), "q") {
		return full
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || q < 0 || q > 1 {
		return 0
	}
	return int(q * full)
}
