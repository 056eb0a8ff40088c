package main

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// publicPages are what visitors read, each with words that must stand in it.
var publicPages = []struct{ path, words string }{
	{"/backend", "ศูนย์รวมข้อมูล"}, {"/backend/faq", "คำถาม"}, {"/backend/guideline", "แนวทางปฏิบัติ"}, {"/backend/manual", "คู่มือ"},
	{"/backend/announcement", "ประกาศ"}, {"/backend/contact", "ติดต่อ"}, {"/backend/about", "<h1"}, {"/backend/policy/privacy", "<h1"},
	{"/backend/feed.atom", "</feed>"}, {"/sitemap.xml", "</urlset>"},
}

var questions = []string{"token", "คู่มือ", "รหัส", "ประชาชน", "หน่วยงาน", "ใช้งาน", "ฟรี", "xyz123", "เข้าสู่ระบบ", "soak"}

// known is what visitors have seen and go back to.
type known struct {
	mu    sync.Mutex
	etags map[string]string
	files []string
	slugs []string
}

var visited = known{etags: map[string]string{}}

func stranger() string {
	return fmt.Sprintf("10.%d.%d.%d", rand.IntN(256), rand.IntN(256), 1+rand.IntN(254))
}

// visit is one request of somebody who is not signed in.
func (s *soak) visit() {
	switch n := rand.IntN(100); {
	case n < 60:
		s.readPublic()
	case n < 80:
		s.search()
	case n < 92:
		s.fetchFile()
	default:
		s.vote()
	}
}

func (s *soak) readPublic() {
	p := publicPages[rand.IntN(len(publicPages))]
	q := request{kind: kindPublic, method: http.MethodGet, path: p.path, address: stranger(), only: -1}
	switch rand.IntN(3) {
	case 0:
		q.encoding = "br, gzip"
	case 1:
		visited.mu.Lock()
		q.etag = visited.etags[p.path]
		visited.mu.Unlock()
	}
	a := s.ask(q)
	switch {
	case a.err != nil || a.status == http.StatusNotModified && q.etag != "":
	case a.status != http.StatusOK:
		s.wrong.add("%s: %d to a visitor", p.path, a.status)
	case a.header.Get("Content-Encoding") == "":
		if !strings.Contains(a.body, p.words) || whoseFrame.MatchString(a.body) {
			s.wrong.add("%s: not the page, or somebody's own\n%.200s", p.path, told(a.body))
		}
		visited.learn(p.path, a)
	}
}

var (
	fileAddress = regexp.MustCompile(`/backend/file/[0-9a-f]{64}`)
	voteAddress = regexp.MustCompile(`action="/backend/faq/([a-z0-9-]+)/helpful"`)
)

// learn keeps what the page leads to.
func (k *known) learn(path string, a answer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.etags[path] = a.header.Get("ETag")
	if path == "/backend/manual" {
		k.files = fileAddress.FindAllString(a.body, -1)
	}
	if path == "/backend/faq" {
		k.slugs = nil
		for _, m := range voteAddress.FindAllStringSubmatch(a.body, -1) {
			if !strings.HasPrefix(m[1], "faq-") { // what the load itself wrote may go again
				k.slugs = append(k.slugs, m[1])
			}
		}
	}
}

func (k *known) any(of func(*known) []string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if list := of(k); len(list) > 0 {
		return list[rand.IntN(len(list))]
	}
	return ""
}

func (s *soak) search() {
	asked := questions[rand.IntN(len(questions))]
	a := s.ask(request{kind: kindSearch, method: http.MethodGet, path: "/backend/search" + query("q", asked), address: stranger(), only: -1})
	if a.err == nil && (a.status != http.StatusOK || !strings.Contains(a.body, html.EscapeString(asked))) {
		s.wrong.add("searching %q: %d\n%.200s", asked, a.status, told(a.body))
	}
}

func (s *soak) fetchFile() {
	path := visited.any(func(k *known) []string { return k.files })
	if path == "" {
		s.readPublic()
		return
	}
	a := s.ask(request{kind: kindFile, method: http.MethodGet, path: path, address: stranger(), only: -1})
	if a.err == nil && a.status != http.StatusOK && a.status != http.StatusServiceUnavailable {
		s.wrong.add("%s: %d", path, a.status)
	}
}

func (s *soak) vote() {
	slug := visited.any(func(k *known) []string { return k.slugs })
	if slug == "" {
		s.readPublic()
		return
	}
	jar, _ := cookiejar.New(nil) // never fails
	body := url.Values{"answer": {[]string{"yes", "no"}[rand.IntN(2)]}}
	a := s.ask(request{kind: kindVote, method: http.MethodPost, path: "/backend/faq/" + slug + "/helpful", body: body.Encode(),
		contentType: "application/x-www-form-urlencoded", address: stranger(), agent: " " + mark("reader"), jar: jar, only: -1})
	s.ledger.count(countOf{kind: "vote", slug: slug}, a, http.StatusSeeOther)
	if a.err == nil && a.status != http.StatusSeeOther && a.status < 500 {
		s.wrong.add("voting for %s: %d\n%.200s", slug, a.status, told(a.body))
	}
}
