package main

import (
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const faqPath = "/backend/content/faq"

// editor is one task of somebody who writes questions and answers. They take
// their time: each publication makes both servers prepare all pages anew.
func (p *person) editor() {
	if p.item == "" {
		p.beginItem()
		return
	}
	switch n := rand.IntN(100); {
	case n < 25:
		p.saveDraft()
	case n < 45:
		p.publish()
	case n < 50:
		p.page(p.item + "/discard")
	case n < 60:
		p.page(p.item + "/history")
	default:
		paths := []string{faqPath, p.item, p.item + "/preview", p.item + "/preview/page", "/backend/content/files", "/backend/content/searches", "/backend/profile"}
		p.page(paths[rand.IntN(len(paths))])
	}
	p.rest(2 * time.Second)
}

// beginItem writes a question of their own.
func (p *person) beginItem() {
	page, ok := p.page(faqPath + "/new")
	forms := formsOf(page.body, faqPath+"/new")
	if !ok || len(forms) != 1 {
		if ok {
			p.s.wrong.add("%s: no form for a question\n%.200s", p.name(), told(page.body))
		}
		return
	}
	m := mark("draft")
	group := "improvement"
	if p.role != "opdc_admin" {
		group = firstGroup.FindStringSubmatch(page.body)[1]
	}
	a, came := p.carryOut(kindChange, change{kind: changeDraft, mark: m},
		forms[0].with("group", group, "question", "คำถามของ "+p.name(), "answer", "คำตอบ "+m, "shown", "1"))
	p.right("begins a question", a, came)
	if at, _, _ := strings.Cut(a.header.Get("Location"), "?"); came == acknowledged && strings.HasPrefix(at, faqPath+"/") {
		p.item = at
	}
}

var firstGroup = regexp.MustCompile(`(?s)<select[^>]* name="group".*?<option value="([a-z0-9-]+)"`)

// saveDraft writes the answer anew.
func (p *person) saveDraft() (words string, saved bool) {
	page, ok := p.page(p.item)
	forms := formsOf(page.body, p.item)
	if !ok || len(forms) != 1 {
		return "", false
	}
	m := mark("draft")
	a, came := p.carryOut(kindChange, change{kind: changeDraft, mark: m}, forms[0].with("answer", "คำตอบ "+m))
	p.right("saves a draft that nobody else has", a, came)
	return m, came == acknowledged
}

// publish makes a draft what visitors read, and looks whether they do.
func (p *person) publish() {
	words, saved := p.saveDraft()
	if !saved {
		return
	}
	page, ok := p.page(p.item + "/publish")
	forms := formsOf(page.body, p.item+"/publish")
	if !ok || len(forms) != 1 {
		if ok {
			p.s.wrong.add("%s saved a draft and cannot publish it\n%.300s", p.name(), told(page.body))
		}
		return
	}
	why := mark("publish")
	begun := time.Now()
	a, came := p.carryOut(kindChange, change{kind: changePublish, mark: why}, forms[0].with("reason", why))
	p.right("publishes", a, came)
	if came == inDoubt {
		p.words = "" // unknown until the next
	}
	if came != acknowledged {
		return
	}
	p.words = words
	for i := range p.s.servers {
		p.readsOf(i, begun)
	}
}

// seenWithin is how long after its acknowledgement a publication may take to
// reach the readers of every server, while nothing is broken.
const seenWithin = 3 * time.Second

// readsOf waits until a visitor of the server reads what was published.
func (p *person) readsOf(server int, begun time.Time) {
	said := time.Now()
	for {
		if !p.s.balancer.ready[server].Load() || !p.s.turn() {
			return
		}
		a := p.s.ask(request{kind: kindPublic, method: http.MethodGet, path: "/backend/faq", address: p.address, only: server})
		now := time.Now()
		if a.failed() || strings.Contains(a.body, p.words) || len(p.s.faults.during(begun, now)) > 0 {
			return
		}
		if now.Sub(said) > seenWithin {
			p.s.wrong.add("server %d does not show %s within %s", server, p.words, seenWithin)
			return
		}
		p.rest(200 * time.Millisecond)
	}
}
