package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"portal/internal/kit/compress"
	"portal/internal/kit/problem"
	"portal/internal/site/content"
	"portal/static"
	"portal/templates/layout"
)

// pageCache keeps each public page as the bytes that are sent
// (docs/adr/0007-prepared-pages.md).
type pageCache struct {
	*Server
	making *sync.Mutex // held while a snapshot is made
	now    *atomic.Pointer[snapshot]
	work   chan struct{} // there is something to compress
}

func newPageCache(s *Server) pageCache {
	return pageCache{s, new(sync.Mutex), new(atomic.Pointer[snapshot]), make(chan struct{}, 1)}
}

// snapshot is every public page, of one version of the content. It is never
// changed once made.
type snapshot struct {
	of    *content.Content
	pages map[string]*prepared // by path
}

// prepared is a page in each of its variants and codings.
type prepared struct {
	mediaType []string
	texts     [][]byte    // in the order of variants; one for what is the same for every reader
	variants  []codedPage // of each text
	small     bool        // compressed for the wire
}

// codedPage is one variant of a page.
type codedPage [compress.Codings]sendable

// sendable is what goes to the network, with its own headers ready.
type sendable struct {
	bytes        []byte
	tag          string
	etag, length []string
	coding       []string // nil for none
}

// variants are the ways in which a page differs for its reader, the usual one first.
var variants = func() (list []layout.Display) {
	for _, size := range []string{"", "small", "large"} {
		for _, contrast := range []bool{false, true} {
			list = append(list, layout.Display{TextSize: size, Contrast: contrast})
		}
	}
	return list
}()

// variantOf is the position of a variant in the list of a page's.
func variantOf(d layout.Display, signedIn bool) int {
	n := 0
	switch d.TextSize {
	case "small":
		n = 2
	case "large":
		n = 4
	}
	if d.Contrast {
		n++
	}
	if signedIn {
		n += len(variants)
	}
	return n
}

// follow puts the pages of a new content in the snapshot at once; they are
// compressed for the wire a moment later (Prepare).
func (p pageCache) follow(c *content.Content) {
	if _, err := p.make(c); err != nil {
		p.cfg.Log.Error("preparing the public pages", "err", err)
	}
}

// snapshot is the pages as the content is now.
func (p pageCache) snapshot(ctx context.Context) (*snapshot, error) {
	c, err := p.Content.Current(ctx)
	if err != nil {
		return nil, err
	}
	if s := p.now.Load(); s != nil && s.of == c {
		return s, nil
	}
	return p.make(c)
}

func (p pageCache) make(c *content.Content) (*snapshot, error) {
	p.making.Lock()
	defer p.making.Unlock()
	old := p.now.Load()
	if old != nil && old.of == c {
		return old, nil
	}
	made := &snapshot{c, map[string]*prepared{}}
	all, err := p.render(c)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		page := newPrepared(r)
		if old != nil && old.pages[r.path].same(page) {
			page = old.pages[r.path]
		} else {
			page.fill(compress.Fast(page.texts))
		}
		made.pages[r.path] = page
	}
	p.now.Store(made)
	select {
	case p.work <- struct{}{}:
	default: // Prepare knows already
	}
	return made, nil
}

// Prepare compresses the public pages for the wire whenever they have changed,
// until ctx ends, and the static files once.
func (s *Server) Prepare(ctx context.Context) {
	once := sync.OnceFunc(static.Prepare) // after the pages
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.prepared.work:
			s.prepared.compressAll(ctx)
			once()
		}
	}
}

// compressAll compresses one page after the other and puts each in the snapshot as
// soon as it is ready.
func (p pageCache) compressAll(ctx context.Context) {
	for ctx.Err() == nil {
		path, page := p.nextUncompressed()
		if page == nil {
			return
		}
		small := &prepared{mediaType: page.mediaType, texts: page.texts, small: true}
		small.fill(compress.Small(page.texts))
		p.replace(path, page, small)
	}
}

func (p pageCache) nextUncompressed() (string, *prepared) {
	s := p.now.Load()
	if s == nil {
		return "", nil
	}
	for _, path := range slices.Concat(publicPaths, slices.Sorted(maps.Keys(s.pages))) { // what is read most comes first
		if page := s.pages[path]; page != nil && !page.small {
			return path, page
		}
	}
	return "", nil
}

// replace exchanges a page unless it has changed meanwhile.
func (p pageCache) replace(path string, old, small *prepared) {
	p.making.Lock()
	defer p.making.Unlock()
	s := p.now.Load()
	if s.pages[path] != old {
		return
	}
	next := &snapshot{s.of, maps.Clone(s.pages)}
	next.pages[path] = small
	p.now.Store(next)
}

// rendered is a public page as it was written.
type rendered struct {
	path, mediaType string
	text            []byte
}

// opened is where the part of a page ends in which it differs for its readers.
var opened = []byte(`class="` + layout.Class(layout.Display{}, false) + `">`)

func newPrepared(r rendered) *prepared {
	p := &prepared{mediaType: []string{r.mediaType}, texts: [][]byte{r.text}}
	before, rest, found := bytes.Cut(r.text, opened)
	if !found {
		return p
	}
	p.texts = nil
	for _, signedIn := range []bool{false, true} {
		for _, v := range variants {
			p.texts = append(p.texts, slices.Concat(before, []byte(`class="`+layout.Class(v, signedIn)+`">`), rest))
		}
	}
	return p
}

func (p *prepared) same(q *prepared) bool {
	return p != nil && p.mediaType[0] == q.mediaType[0] && len(p.texts) == len(q.texts) && bytes.Equal(p.texts[0], q.texts[0])
}

func (p *prepared) fill(texts []compress.Text) {
	p.variants = make([]codedPage, len(texts))
	for i, text := range texts {
		for c, b := range text {
			if b == nil {
				continue
			}
			sum := sha256.Sum256(b)
			tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
			p.variants[i][c] = sendable{bytes: b, tag: tag, etag: []string{tag}, length: []string{strconv.Itoa(len(b))}}
			if compress.Coding(c) != compress.Identity {
				p.variants[i][c].coding = []string{compress.Names[c]}
			}
		}
	}
}

// show sends a page that came by the long way: with a query, or before the
// first content was read.
func (p pageCache) show(w http.ResponseWriter, r *http.Request) error {
	s, err := p.snapshot(r.Context())
	if err != nil {
		return fmt.Errorf("reading the content: %w", err)
	}
	page := s.pages[r.URL.Path]
	if page == nil {
		return problem.New(problem.NotFound, "ไม่พบหน้านี้ในระบบ")
	}
	p.send(w, r, page)
	return nil
}
