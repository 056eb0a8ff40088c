package web

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/ratelimit"
)

func ask(query string) string { return "/backend/search?" + url.Values{"q": {query}}.Encode() }

func TestSearchPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	body := text(t, s.get(ask("รหัสผู้ใช"), nil))
	for _, want := range []string{"<mark>", `<details`, `href="/backend/faq#`, `value="รหัสผู้ใช"`, `name="robots" content="noindex"`, "รายการสำหรับ"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if body := text(t, s.get("/backend/search", nil)); !strings.Contains(body, "วิธีค้นหา") || !strings.Contains(body, "คำถามที่มีผู้อ่านมาก") {
		t.Error("an empty question says nothing of how to search")
	}
	if body := text(t, s.get(ask("ดาวอังคาร"), nil)); !strings.Contains(body, "ไม่พบ “ดาวอังคาร”") || !strings.Contains(body, "02 612 6060") {
		t.Error("nothing found, and nothing to do next")
	}
	if body := text(t, s.get(ask("isylz^hg=h")+"&kind=faq", nil)); !strings.Contains(body, "รหัสผู้เช้") || strings.Contains(body, `id="found-page"`) {
		t.Error("the other layout, or one kind alone")
	}
	for _, path := range publicPaths {
		if !strings.Contains(text(t, s.get(path, nil)), `action="/backend/search"`) {
			t.Errorf("%s has no search box", path)
		}
	}
}

func TestA50_OddQuestions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, q := range []string{"%00", "%ff%fe", "%e0%b8", "a&kind=%00", "%%%", "%zz"} {
		if res := s.get("/backend/search?q="+q, nil); res.StatusCode != http.StatusBadRequest || !strings.Contains(text(t, res), "<h1") {
			t.Errorf("%s, which is no text: %d", q, res.StatusCode)
		}
	}
	for _, q := range []string{strings.Repeat("%E0%B8%81", 10_000), "%27%3B--", "1e30", "-1", "%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
		"a&q=b", "%0d%0aX:%20y", "%E2%80%AE", "%E0%B9%88%E0%B9%88%E0%B9%88", "%f0%9f%98%80", "a&kind=nothing", "&kind=faq"} {
		res := s.get("/backend/search?q="+q, nil)
		body := text(t, res)
		if res.StatusCode != http.StatusOK || strings.Count(body, "<h1") != 1 || strings.Contains(body, "<script>alert") || strings.ContainsRune(body, 0) || len(body) > 200_000 {
			t.Errorf("%.40s: %d, %d bytes", q, res.StatusCode, len(body))
		}
	}
}

func TestA71_SearchAsksNothingOfTheDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if err := s.contents.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.pool.Exec(t.Context(), `ALTER TABLE settings RENAME TO settings_away`); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := s.pool.Exec(t.Context(), `ALTER TABLE settings_away RENAME TO settings`); err != nil {
			t.Error(err)
		}
	}()
	if err := s.contents.Refresh(t.Context()); err == nil {
		t.Error("the database answers: the test proves nothing")
	}
	if res := s.get(ask("Token"), nil); res.StatusCode != http.StatusOK || !strings.Contains(text(t, res), "<mark>Token</mark>") {
		t.Errorf("%d", res.StatusCode)
	}
	if res := s.get("/backend/about", nil); res.StatusCode != http.StatusOK {
		t.Errorf("a page: %d", res.StatusCode)
	}
}

func TestSearchesForEditors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{ask("ดาวอังคาร"), ask("ดาวอังคาร"), ask("Token"), ask(""), ask("081 234 5678"), ask("Token") + "&kind=faq", "/backend/search"} {
		s.get(path, nil)
	}
	s.do(request{method: http.MethodHead, path: ask("Token")})
	if err := s.search.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	editor := s.person("editor", authz.OPDCAdmin)
	body := text(t, s.get("/backend/content/searches?days=7", editor))
	for _, want := range []string{"ค้นหา 4 ครั้งใน 7 วัน กดค้นหาโดยไม่พิมพ์คำ 1 ครั้ง", ">ดาวอังคาร</a>", ">token</a>", `aria-current="page"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "5678") {
		t.Error("a telephone number is shown")
	}
	for _, days := range []string{"x", "-1", "1e30", "99999999999999999999"} {
		if res := s.get("/backend/content/searches?"+url.Values{"days": {days}}.Encode(), editor); res.StatusCode != http.StatusOK {
			t.Errorf("%q: %d", days, res.StatusCode)
		}
	}
}

func (s *site) votes(slug string) (helpful, useless int) {
	s.t.Helper()
	if err := s.pool.QueryRow(s.t.Context(), `SELECT coalesce(sum(helpful), 0), coalesce(sum(useless), 0) FROM faq_votes WHERE slug = $1`, slug).Scan(&helpful, &useless); err != nil {
		s.t.Fatal(err)
	}
	return helpful, useless
}

func TestA79_HelpfulCountsOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	say := func(slug, answer, agent string, cookie *http.Cookie) *http.Response {
		return s.do(request{method: "POST", path: "/backend/faq/" + slug + "/helpful", form: url.Values{"answer": {answer}}, cookie: cookie,
			header: map[string]string{"User-Agent": agent}})
	}
	res := say("devices", "yes", "one", nil)
	c := cookieOf(res, "__Host-portal-helpful")
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/backend/faq#thanks-devices" || c == nil {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	if strings.Contains(c.Value, "devices") || !c.Secure || !c.HttpOnly || c.MaxAge > 86400 {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(text(t, s.get("/backend/faq", nil)), `id="thanks-devices"`) {
		t.Error("the page has nothing to thank with")
	}
	say("devices", "yes", "one", nil) // double click: the cookie was not back yet
	s.now = s.now.Add(time.Hour)
	again := say("devices", "no", "one", c)
	if again.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", again.StatusCode)
	}
	if yes, no := s.votes("devices"); yes != 1 || no != 0 {
		t.Errorf("one reader counts as %d and %d", yes, no)
	}
	say("devices", "no", "two", nil)
	res = say("token-usage", "no", "one", c)
	if c = cookieOf(res, c.Name); c == nil || strings.Count(c.Value, ".") != 1 {
		t.Errorf("%v", res.Cookies())
	}
	if yes, no := s.votes("devices"); yes != 1 || no != 1 {
		t.Errorf("two readers count as %d and %d", yes, no)
	}
	for name, tt := range map[string]struct {
		slug, answer string
		want         int
	}{"no such question": {"nowhere", "yes", 404}, "no such answer": {"devices", "maybe", 400}, "odd": {"x%27%0d", "yes", 404}, "no text": {"x%00", "yes", 400}} {
		if res := say(tt.slug, tt.answer, name, nil); res.StatusCode != tt.want {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if res := s.do(request{method: "POST", path: "/backend/faq/devices/helpful", form: url.Values{"answer": {"yes"}}, header: map[string]string{"Sec-Fetch-Site": "cross-site"}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", res.StatusCode)
	}
	var kept string
	if err := s.pool.QueryRow(t.Context(), `SELECT string_agg(column_name, ' ') FROM information_schema.columns WHERE table_name = 'faq_votes'`).Scan(&kept); err != nil || strings.Contains(kept, "addr") || strings.Contains(kept, "staff") {
		t.Errorf("kept: %s, %v", kept, err)
	}
}

func TestVotesAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var res *http.Response
	s.limits.Feedback.Address.Rate = ratelimit.Rate{Most: 3, In: time.Hour}
	for range 4 {
		res = s.do(request{method: "POST", path: "/backend/faq/devices/helpful", form: url.Values{"answer": {"yes"}}})
	}
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || !strings.Contains(text(t, res), "<h1") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

// TestFeed reads the feed as a feed reader does and holds it against RFC 4287.
func TestFeed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	res := s.get("/backend/feed.atom", nil)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" || len(res.Cookies()) != 0 {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	body := text(t, res)
	var f struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"http://www.w3.org/2005/Atom id"`
		Title   string   `xml:"http://www.w3.org/2005/Atom title"`
		Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
		Author  string   `xml:"http://www.w3.org/2005/Atom author>name"`
		Links   []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"http://www.w3.org/2005/Atom link"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Links   []struct {
				Rel  string `xml:"rel,attr"`
				Href string `xml:"href,attr"`
			} `xml:"link"`
			Content struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			} `xml:"content"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	d := xml.NewDecoder(strings.NewReader(body))
	d.Strict = true
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	if f.ID == "" || f.Title == "" || f.Author == "" || len(f.Entries) != 8 || len(f.Links) != 2 || f.Links[0].Rel != "self" || f.Links[0].Href != baseURL+"/backend/feed.atom" {
		t.Errorf("%+v", f)
	}
	ids, last := map[string]bool{f.ID: true}, time.Time{}
	for i, e := range f.Entries {
		at, err := time.Parse(time.RFC3339, e.Updated)
		if err != nil || i > 0 && at.After(last) || i == 0 && e.Updated != f.Updated {
			t.Errorf("%s: %v, after %v", e.ID, e.Updated, last)
		}
		last = at
		if ids[e.ID] || !regexp.MustCompile(`^tag:portal\.example,2026:(announcement|manual)/`).MatchString(e.ID) || e.Title == "" || e.Content.Type != "html" || e.Content.Text == "" {
			t.Errorf("%+v", e)
		}
		ids[e.ID] = true
		page, anchor, _ := strings.Cut(strings.TrimPrefix(e.Links[0].Href, baseURL), "#")
		if e.Links[0].Rel != "alternate" || !strings.Contains(text(t, s.get(page, nil)), `id="`+anchor+`"`) {
			t.Errorf("%s leads nowhere: %v", e.ID, e.Links)
		}
	}
	same := s.do(request{method: "GET", path: "/backend/feed.atom", header: map[string]string{"If-None-Match": res.Header.Get("ETag")}})
	if res.Header.Get("ETag") == "" || same.StatusCode != http.StatusNotModified || text(t, s.get("/backend/feed.atom", nil)) != body {
		t.Errorf("ETag %s: %d", res.Header.Get("ETag"), same.StatusCode)
	}
	if !strings.Contains(text(t, s.get("/backend", nil)), `rel="alternate" type="application/atom+xml" href="/backend/feed.atom"`) {
		t.Error("no page tells of the feed")
	}
	if _, err := s.pool.Exec(t.Context(), `DELETE FROM announcements; DELETE FROM manuals`); err != nil {
		t.Fatal(err)
	}
	if err := s.contents.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if empty := text(t, s.get("/backend/feed.atom", nil)); xml.Unmarshal([]byte(empty), &f) != nil || !strings.Contains(empty, "<updated>2021-10-23T") {
		t.Errorf("empty: %s", empty)
	}
}

// TestResultsLeadToTheirAnchors follows every link of some searches.
func TestResultsLeadToTheirAnchors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	links := map[string]bool{}
	for _, q := range []string{"Token", "คู่มือ", "ข้อมูล", "ประกาศ", "โทรศัพท์", "เว็บไซต์ใหม่"} {
		for _, m := range regexp.MustCompile(`href="(/backend/[a-z/]+#[^"]+)"`).FindAllStringSubmatch(text(t, s.get(ask(q), nil)), -1) {
			links[m[1]] = true
		}
	}
	if len(links) < 12 {
		t.Fatalf("only %d links", len(links))
	}
	pages := map[string]string{}
	for link := range links {
		page, anchor, _ := strings.Cut(link, "#")
		if pages[page] == "" {
			pages[page] = text(t, s.get(page, nil))
		}
		if decoded, err := url.PathUnescape(anchor); err != nil || !strings.Contains(pages[page], `id="`+decoded+`"`) {
			t.Errorf("%s leads nowhere", link)
		}
	}
}
