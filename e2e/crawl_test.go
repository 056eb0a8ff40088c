package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// subjects are the sample people, one for each role, somebody with two, and
// somebody with none; "" is a visitor.
var subjects = []string{"", "sample-newcomer", "sample-dga-admin", "sample-opdc-admin", "sample-central-officer", "sample-manual-author",
	"sample-manual-reviewer", "sample-service-point-officer", "sample-two-hats"}

// sent are the addresses that send a file, or make somebody leave.
var sent = regexp.MustCompile(`^/backend/(file/|feed\.atom|static/|login/digitalid)|/(export|csv|xlsx|faults|template)(\?|$)|[?&]download`)

// thing stands for what one of many addresses is about.
var thing = regexp.MustCompile(`/([0-9]+|[0-9A-Z]{26}|[0-9a-f]{64})\b`)

// oneOf is a name for all addresses that show the same page of other things: of
// those the crawl opens some.
func oneOf(address *url.URL) string {
	path := thing.ReplaceAllString(address.Path, "/{}")
	if kind, rest, ok := strings.Cut(strings.TrimPrefix(path, "/backend/content/"), "/"); ok && strings.HasPrefix(path, "/backend/content/") {
		_, step, _ := strings.Cut(rest, "/")
		path = "/backend/content/" + kind + "/{}/" + step
	}
	names := ""
	for name := range address.Query() {
		names += name
	}
	return path + map[bool]string{true: "?"}[names != ""]
}

// TestA39_CrawlOfAllPages follows every link, as everybody, from the landing page
// through signing in to having signed out. Chromium's console stays empty: it
// tells of each violation of the security policy, of errors of scripts and of
// whatever could not be loaded.
func TestA39_CrawlOfAllPages(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	for _, subject := range subjects {
		t.Run(strings.TrimPrefix(subject+" as sample", "sample-"), func(t *testing.T) {
			b := openTab(t, wide, 900)
			b.open(p.base + "/backend")
			if subject != "" {
				b.signIn(p, subject)
			}
			pages := b.crawl(p.base)
			if subject != "" {
				b.open(p.base + "/backend/profile")
				b.follow(chromedp.Submit(`form[action="/backend/logout"]`))
				if b.path() != "/backend/logout/done" {
					t.Errorf("signed out to %s", b.path())
				}
				b.open(p.base + "/backend/profile") // asks to sign in
			}
			b.silent()
			t.Logf("%d pages", pages)
			if pages < 12 {
				t.Errorf("only %d pages", pages)
			}
		})
	}
}

// crawl opens all that the pages lead to, and returns how many pages it saw.
func (b *tab) crawl(base string) (pages int) {
	b.t.Helper()
	const some = 2 // of each kind of address
	waiting, known, opened := []string{base + "/backend", b.address()}, map[string]bool{}, map[string]int{}
	for len(waiting) > 0 {
		next, err := url.Parse(waiting[0])
		if waiting = waiting[1:]; err != nil {
			b.t.Fatal(err)
		}
		next.Fragment = ""
		if known[next.String()] || !strings.HasPrefix(next.String(), base+"/") || sent.MatchString(next.RequestURI()) || opened[oneOf(next)] >= some {
			continue
		}
		known[next.String()] = true
		opened[oneOf(next)]++
		pages++
		if status := b.open(next.String()); status != http.StatusOK && status != http.StatusNotModified {
			b.t.Errorf("a link leads to %s: %d", next, status)
		}
		b.noted(next.Path)
		waiting = append(waiting, evaluate[[]string](b, `[...document.querySelectorAll("a[href]")].filter((a) => !a.hasAttribute("download")).map((a) => a.href)`)...)
	}
	return pages
}

func (b *tab) address() string { b.t.Helper(); return evaluate[string](b, `location.href`) }

// noted reports what the console has said up to now.
func (b *tab) noted(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.logs {
		if strings.HasPrefix(m, "Clear-Site-Data header") { // it did what it was told
			continue
		}
		b.t.Errorf("%s, or the page before it: console: %s", where, m)
	}
	b.logs = nil
}

// silent reports what the console has said, after making sure that it would: the
// page is made to break its policy, and what comes before that is all there is.
func (b *tab) silent() {
	b.t.Helper()
	evaluate[bool](b, `document.head.append(Object.assign(document.createElement("style"), {textContent: "p { color: red }"})), true`)
	for late := time.Now().Add(patience); ; {
		b.mu.Lock()
		said := len(b.logs) > 0 && strings.Contains(b.logs[len(b.logs)-1], "Content Security Policy")
		if said {
			b.logs = b.logs[:len(b.logs)-1]
		}
		b.mu.Unlock()
		if said {
			break
		}
		if time.Now().After(late) {
			b.t.Fatal("the console says nothing of a violation: its silence proves nothing")
		}
	}
	b.noted("the last page")
}
