//go:build torture

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portal/internal/dev/digitalid"
)

// private gathers what may stand in no cache.
type private struct{ words map[string]string } // what → why

func (p *private) add(why string, all ...string) {
	for _, words := range all {
		if words != "" {
			p.words[words] = why
		}
	}
}

var (
	keyField = regexp.MustCompile(`name="form_key" value="([^"]+)"`)
	linked   = regexp.MustCompile(`(?:href|src)="(/backend[^"#]*)`)
)

// looksAround reads the addresses and whatever they lead to, so many at most: each
// as the person, as a visitor who follows, and as the person again. Forms' keys
// are remembered.
func (p *private) looksAround(person client, visitor client, most int, addresses ...string) (read int) {
	seen := map[string]bool{}
	for len(addresses) > 0 && len(seen) < most {
		address := addresses[0]
		if addresses = addresses[1:]; seen[address] {
			continue
		}
		seen[address] = true
		for _, who := range []client{person, visitor, person} {
			res, text, err := who.send(http.MethodGet, ownBase+address, nil)
			if err != nil {
				person.t.Errorf("%s: %v", address, err)
				continue
			}
			for _, m := range keyField.FindAllStringSubmatch(text, -1) {
				p.add("a form's key", m[1])
			}
			if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") && who.Jar == person.Jar {
				for _, m := range linked.FindAllStringSubmatch(text, -1) {
					addresses = append(addresses, strings.ReplaceAll(m[1], "&amp;", "&"))
				}
			}
			if res.StatusCode == http.StatusOK {
				read++
			}
		}
	}
	return read
}

// own are the addresses where something of one person is, or of few.
var own = []string{
	"/backend/profile", "/backend/token", "/backend/tokens", "/backend/staff", "/backend/staff/export?format=csv", "/backend/staff/export?format=xlsx",
	"/backend/audit", "/backend/audit/export?format=csv", "/backend/audit/export?format=xlsx", "/backend/agencies", "/backend/agencies/import/template",
	"/backend/agencies/suggest?q=%E0%B8%81%E0%B8%A3%E0%B8%A1", "/backend/content/faq", question, question + "/preview", question + "/preview/page", question + "/history",
	"/backend/content/files", "/backend/content/searches", "/backend/content/links", "/backend/status", "/backend/nowhere", "/backend/profile/x.css", "/backend/static/../profile",
	"/backend/static/profile.css", "/backend", "/backend/faq", "/backend/manual", "/backend/announcement", "/backend/search?q=Token", "/backend/login", "/backend/login/digitalid",
}

// upload adds a file to the store and returns its address, which only editors have.
func (c client) upload(name string, content []byte) string {
	c.t.Helper()
	before := hashes(c.opens("/backend/content/files"))
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("files", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		c.t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, ownBase+"/backend/content/files", &body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := c.Do(r)
	if err != nil || res.StatusCode != http.StatusOK {
		c.t.Fatalf("an upload of %d bytes: %v, %v", len(content), res, err)
	}
	_ = res.Body.Close()
	for _, hash := range hashes(c.opens("/backend/content/files")) {
		if !slices.Contains(before, hash) {
			return hash
		}
	}
	c.t.Fatal("the file is not in the store")
	return ""
}

// noise is a picture of so many bytes or more.
func noise(t *testing.T, least int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	source := rand.NewChaCha8([32]byte{})
	_, _ = source.Read(m.Pix) // it never fails
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}); err != nil || b.Len() < least {
		t.Fatalf("%d bytes, %v", b.Len(), err)
	}
	return b.Bytes()
}

func hashes(page string) []string {
	return regexp.MustCompile(`/backend/file/[0-9a-f]{64}`).FindAllString(page, -1)
}

// TestA48_Torture_NginxKeepsNothingOfAPerson lets people of all roles and visitors
// read everything through nginx, with the shipped site and with a cache before all
// of it, and searches each file of both caches.
func TestA48_Torture_NginxKeepsNothingOfAPerson(t *testing.T) {
	s := startStage(t)
	secret := &private{map[string]string{}}
	secret.add("a header that gives cookies", "Set-Cookie", "set-cookie", "__Host-")
	admin := newClient(t).through(s.door(s.nginx.site, "127.0.0.1"))
	admin.signIn(ownBase, "sample-dga-admin")
	admin.sends(question, question, "answer", "คำตอบในร่าง-ที่ยังไม่เผยแพร่")
	secret.add("a draft", "คำตอบในร่าง-ที่ยังไม่เผยแพร่")
	hidden := admin.upload("ภาพที่ยังไม่เผยแพร่.jpg", noise(t, 3<<20)) // more than nginx lets in by itself
	secret.add("a file of editors", hidden)
	for _, p := range digitalid.SamplePeople() {
		secret.add("a person", p.GivenName, p.FamilyName, p.Email, p.CitizenID, p.Phone)
		secret.add("a person, in an address", url.QueryEscape(p.GivenName), url.PathEscape(p.GivenName))
	}
	read := 0
	for _, way := range []string{s.nginx.site, s.nginx.hasty} {
		for i, p := range digitalid.SamplePeople() {
			person, visitor := newClient(t).through(s.door(way, "127.0.0.1")), newClient(t).through(s.door(way, "127.0.0.1"))
			person.signIn(ownBase, p.Sub)
			most := 60
			if i == 0 {
				most = 250
			}
			read += secret.looksAround(person, visitor, most, slices.Concat([]string{hidden, hidden + "?view", question + "/preview/page"}, own)...)
			at, _ := url.Parse(ownBase)
			for _, c := range person.Jar.(*cookiejar.Jar).Cookies(at) {
				secret.add("a cookie "+c.Name, c.Value)
			}
		}
	}
	if read < 2000 {
		t.Errorf("only %d pages were read: it proves little", read)
	}
	visitor := newClient(t).through(s.door(s.servers[1].address, "127.0.0.1"))
	for _, cache := range []string{"cache", "hasty"} {
		kept := s.nginx.kept(t, cache)
		t.Logf("%d pages and files read, %d words searched for, %d files in %s", read, len(secret.words), len(kept), cache)
		if len(kept) < 15 {
			t.Errorf("%s: only %d files: it proves little", cache, len(kept))
		}
		for address, text := range kept {
			secret.notIn(t, cache+" "+address, text)
			res, _, err := visitor.send(http.MethodGet, ownBase+strings.TrimSpace(address), nil)
			if err != nil || res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Cache-Control"), "public, max-age=31536000") || res.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s keeps %s, which is not for everybody: %v %v", cache, address, res, err)
			}
		}
	}
	for _, name := range []string{"body", "proxy"} {
		if left := s.nginx.files(t, name); len(left) > 0 {
			t.Errorf("%s still holds %v", name, left)
		}
	}
}

func (p *private) notIn(t *testing.T, name, text string) {
	t.Helper()
	for words, why := range p.words {
		if at := strings.Index(text, words); at >= 0 {
			t.Errorf("%s holds %s: …%q…", name, why, text[max(0, at-40):min(len(text), at+60)])
		}
	}
}

// TestA48_Torture_OneCopyForAll reads a published file and a style sheet through
// nginx as a visitor and as somebody signed in: both get the same copy. A page is
// the visitor's alone to keep, and a file that is published no longer is gone.
func TestA48_Torture_OneCopyForAll(t *testing.T) {
	s := startStage(t)
	visitor := newClient(t).through(s.door(s.nginx.site, "127.0.0.1"))
	admin := newClient(t).through(s.door(s.nginx.site, "127.0.0.1"))
	admin.signIn(ownBase, "sample-dga-admin")
	file := hashes(visitor.opens("/backend/manual"))[0]
	sheet := regexp.MustCompile(`/backend/static/css/[^"]+`).FindString(visitor.opens("/backend"))
	for _, address := range []string{file, sheet} {
		want := visitor.opens(address)
		if admin.opens(address) != want || visitor.opens(address) != want {
			t.Errorf("%s differs", address)
		}
		until(t, "nginx has told of "+address, func() bool { return len(s.nginx.told(address)) == 3 })
		if told := s.nginx.told(address); told[0] != "MISS" || told[1] == "MISS" || told[2] == "MISS" {
			t.Errorf("%s came as %v", address, told)
		}
	}
	for _, who := range []client{visitor, admin} {
		res, text, err := who.send(http.MethodGet, ownBase+"/backend/faq", nil)
		if private := strings.HasPrefix(res.Header.Get("Cache-Control"), "private"); err != nil || private != (who == admin) || strings.Contains(text, "อรุณี") {
			t.Errorf("%v %v", res, err)
		}
	}
	kept := s.nginx.kept(t, "cache")
	for address := range kept {
		if address != file && address != sheet {
			t.Errorf("%q is kept", address)
		}
	}
	s.withdraw(file)
	until(t, "the file is gone behind nginx", func() bool {
		res, _, err := visitor.send(http.MethodGet, ownBase+file, nil)
		return err == nil && res.StatusCode == http.StatusNotFound
	})
}

// told are the ways in which answers at an address came: from the cache or not.
func (n *nginx) told(address string) (all []string) {
	for line := range strings.Lines(n.read("access.log")) {
		if f := strings.Fields(line); len(f) == 5 && f[2] == address {
			all = append(all, f[4])
		}
	}
	return all
}

// TestTorture_NginxLeavesAnswersAsTheyAre compares what nginx gives with what a
// server does: pages of a person are not packed there (BREACH).
func TestTorture_NginxLeavesAnswersAsTheyAre(t *testing.T) {
	s := startStage(t)
	admin := newClient(t).through(s.door(s.nginx.site, "127.0.0.1"))
	admin.signIn(ownBase, "sample-dga-admin")
	direct := admin.through(s.door(s.servers[0].address, "127.0.0.1"))
	for _, path := range []string{"/backend/profile", "/backend/content/faq", "/backend/faq", "/backend/nowhere", "/backend/feed.atom", "/backend/staff/export?format=csv"} {
		var got []string
		for _, c := range []client{admin, direct} {
			r, err := http.NewRequest(http.MethodGet, ownBase+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", "gzip")
			res, err := c.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			for _, name := range []string{"Date", "Server", "Connection", "Content-Length", "X-Accel-Buffering"} {
				res.Header.Del(name) // which are for nginx, its own, or differ by the moment
			}
			got = append(got, fmt.Sprint(res.StatusCode, res.Header))
		}
		if got[0] != got[1] {
			t.Errorf("%s: %s\nbehind nginx %s", path, got[1], got[0])
		}
	}
}
