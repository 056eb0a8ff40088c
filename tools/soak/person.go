package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

// givenName is everybody's; the family name tells them apart.
const givenName = "ผู้ทดสอบ"

// browserOf is what everybody uses.
const browserOf = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// portalAddress is what cookies are for.
var portalAddress = &url.URL{Scheme: "https", Host: host, Path: "/"}

// clientWaits is longer than any answer may take, so that one too late is seen.
const clientWaits = 30 * time.Second

// person is somebody who signs in, with their browser. One goroutine is theirs.
type person struct {
	s           *soak
	sub, family string
	email       string
	staff       int64
	role        string
	address     string // as a proxy would tell
	jar         http.CookieJar
	in          bool         // signed in, for all they know
	shaky       bool         // an answer was lost since they signed in
	pushing     atomic.Int64 // somebody is about to end their sessions
	pushed      atomic.Bool  // somebody ended their sessions
	job         func(*person)
	agency      int64
	own         []int64          // of what nobody else changes: agencies, accounts
	item        string           // of the content that they write
	words       string           // of their last publication; "" if that is in doubt
	agencies    map[int64]string // of those they edited, the last words; none if in doubt
	members     chan member
	waiting     map[string]*code // by pair
	tried       map[int64]bool   // memberships that they set out to change
}

func (p *person) name() string { return givenName + " " + p.family }

// forget is a new browser.
func (p *person) forget() {
	p.jar, _ = cookiejar.New(nil) // never fails
	p.in = false
}

// send sends one request of theirs when it is their turn.
func (p *person) send(k kind, method, path string, body string, contentType string) answer {
	if !p.s.turn() {
		return answer{rejected: true, server: -1}
	}
	return p.s.ask(request{kind: k, method: method, path: path, body: body, contentType: contentType, address: p.address, jar: p.jar, only: -1})
}

func (p *person) get(k kind, path string) answer {
	a := p.send(k, http.MethodGet, path, "", "")
	p.lookAt(k, a)
	return a
}

func (p *person) post(k kind, f form) answer {
	a := p.send(k, http.MethodPost, f.action, f.fields.Encode(), "application/x-www-form-urlencoded")
	p.lookAt(k, a)
	return a
}

var whoseFrame = regexp.MustCompile(`(?s)class="person__who">.*?<strong>(.*?)</strong>`)

// lookAt checks whose page it is.
func (p *person) lookAt(k kind, a answer) {
	if a.err != nil || a.status >= 500 {
		p.shaky = true
	}
	if a.err != nil || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		return
	}
	if m := whoseFrame.FindStringSubmatch(a.body); m != nil && html.UnescapeString(m[1]) != p.name() {
		p.s.wrong.add("%s: a page of %q was shown to %s", a.path, m[1], p.name())
	} else if m == nil && a.status == http.StatusOK && (k == kindPage || k == kindChange) && !strings.HasSuffix(a.path, "/preview/page") { // which is what visitors will see
		p.s.wrong.add("%s: an office page without a name", a.path)
	}
}

// page opens a page and follows where it leads. ok is false when there is none
// or they have to sign in again.
func (p *person) page(path string) (a answer, ok bool) {
	for range 5 {
		a = p.get(kindPage, path)
		if a.err != nil || a.rejected {
			return a, false
		}
		switch to := a.header.Get("Location"); {
		case a.status == http.StatusOK:
			return a, true
		case a.status >= 500:
			return a, false
		case a.asksToSignIn():
			p.turnedOut(path)
			return a, false
		case a.status == http.StatusSeeOther && to != "":
			path = to
		default:
			p.s.wrong.add("%s %s: %d\n%.200s", p.name(), path, a.status, told(a.body))
			return a, false
		}
	}
	p.s.wrong.add("%s %s: leads round and round", p.name(), path)
	return a, false
}

// turnedOut notes that the session has ended, for which there must be a reason.
func (p *person) turnedOut(path string) {
	p.in = false
	if pushed := p.pushed.Swap(false); !pushed && p.pushing.Load() == 0 && !p.shaky {
		p.s.wrong.add("%s: %s was signed out without a reason", path, p.name())
	}
}

// signIn goes through the provider. It reports whether they are in.
func (p *person) signIn() bool {
	p.pushed.Store(false)
	a := p.get(kindSignIn, "/backend/login/digitalid?return=%2Fbackend%2Fprofile")
	if a.rejected || a.failed() {
		p.rest(2 * time.Second)
		return false
	}
	to := a.header.Get("Location")
	if a.status != http.StatusSeeOther || !strings.HasPrefix(to, issuer) {
		p.s.wrong.add("beginning to sign in: %d to %q", a.status, to)
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	back, err := p.s.provider.choose(ctx, to, p.sub)
	if err != nil {
		p.s.wrong.add("the provider, as %s reaches it: %v", p.name(), err)
		p.rest(2 * time.Second)
		return false
	}
	a = p.get(kindSignIn, strings.TrimPrefix(back, base))
	p.s.ledger.count(countOf{kind: "sign-in", staff: p.staff}, a, http.StatusSeeOther)
	if a.rejected || a.failed() {
		p.rest(time.Second)
		return false
	}
	// Whoever has no role yet is led to where codes are entered.
	if to := a.header.Get("Location"); a.status != http.StatusSeeOther || to != "/backend/profile" && (to != "/backend/token" || p.role != "") {
		p.s.wrong.add("%s comes back from the provider: %d to %q\n%.300s", p.name(), a.status, a.header.Get("Location"), told(a.body))
		return false
	}
	p.in, p.shaky = true, false
	return true
}

func (a answer) failed() bool { return a.err != nil || a.status >= 500 }

// carryOut sends a form until it is known what came of it, mostly, as somebody
// does who presses reload; sometimes it is left in doubt.
func (p *person) carryOut(k kind, c change, f form) (answer, outcome) {
	c.staff, c.key = p.staff, f.key()
	if c.key == "" {
		p.s.wrong.add("%s: the form has no key", f.action)
		return answer{rejected: true}, refused
	}
	noted := p.s.ledger.begin(c)
	giveUp := rand.IntN(4) == 0
	for range 8 {
		a := p.post(k, f)
		p.s.ledger.settle(noted, a, http.StatusSeeOther)
		if a.asksToSignIn() {
			p.turnedOut(f.action)
			return a, p.s.ledger.outcome(noted) // in doubt if it was tried before
		}
		if !a.failed() || a.rejected || giveUp {
			return a, p.s.ledger.outcome(noted)
		}
		p.rest(2 * time.Second)
	}
	return answer{err: io.ErrNoProgress}, p.s.ledger.outcome(noted)
}

// rest is a while in which they do nothing.
func (p *person) rest(d time.Duration) { pause(p.s.loaded, d/2+rand.N(d)) }

// told is what a page says, for a complaint.
func told(body string) string {
	_, main, found := strings.Cut(body, "<main")
	if !found {
		main = body
	}
	return strings.Join(strings.Fields(tags.ReplaceAllString(main, " ")), " ")
}

var tags = regexp.MustCompile(`<[^>]*>`)

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return "?" + v.Encode()
}

var marks atomic.Int64

// mark is a text that stands for one change.
func mark(what string) string { return fmt.Sprintf("soak-%s-%06d.", what, marks.Add(1)) }
