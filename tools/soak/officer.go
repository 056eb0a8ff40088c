package main

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// code is a token that somebody was given.
type code struct {
	text    string
	pair    string
	agency  int64
	role    string
	officer *person

	mu     sync.Mutex
	unsure bool // refreshed, or sent by several: it may be refused
}

// spoil says that the code may be refused from now on.
func (c *code) spoil() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unsure = true
}

func (c *code) good() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.unsure
}

// member is somebody who got their role by an officer's code.
type member struct {
	who  *person
	role string
}

// batchRole is issued in batches alone, so that single codes can be counted.
const batchRole = "manual_reviewer"

// officer is one task of a central officer.
func (p *person) officer() {
	switch n := rand.IntN(100); {
	case n < 30:
		p.issue()
	case n < 36:
		p.issueMany()
	case n < 44:
		p.show()
	case n < 56:
		p.editMember()
	case n < 66:
		p.removeMember()
	case n < 70:
		p.download("staff.exported", "/backend/staff/export?format=csv")
	default:
		paths := []string{"/backend/tokens", "/backend/staff", "/backend/audit", "/backend/agencies", "/backend/profile", "/backend/tokens?state=used",
			"/backend/staff" + query("q", "หมายเลข"), "/backend/audit" + query("q", "สม")}
		p.page(paths[rand.IntN(len(paths))])
	}
}

var shownCode = regexp.MustCompile(`code-field"[^>]* value="([0-9A-Z-]{19})"`)

// issue makes a new code and hands it out.
func (p *person) issue() {
	f, ok := p.row([]string{"?state=none", "?state=used", "", "?state=ready"}[min(3, rand.IntN(8)/2)])
	if !ok {
		return
	}
	agency, _ := strconv.ParseInt(f.fields.Get("agency"), 10, 64)
	c := &code{agency: agency, role: f.fields.Get("role"), pair: f.fields.Get("agency") + "/" + f.fields.Get("role"), officer: p}
	if before := p.waiting[c.pair]; before != nil {
		before.spoil() // before it is sent: the old code stops at that moment
	}
	began := time.Now()
	a, came := p.carryOut(kindChange, change{kind: changeIssue, id: agency, role: c.role}, f)
	if came != acknowledged || a.failed() {
		return
	}
	list, ok := p.page(a.header.Get("Location"))
	if !ok {
		return
	}
	m := shownCode.FindStringSubmatch(list.body)
	if m == nil {
		// Which row to show is kept by the session, whose own saving may fail while
		// something is down; the code can be shown again.
		if !p.shaky && len(p.s.faults.during(began, time.Now())) == 0 {
			p.s.wrong.add("%s issued a code and was not shown it", p.name())
		}
		return
	}
	c.text = m[1]
	p.waiting[c.pair] = c
	if rand.IntN(6) == 0 { // two people are given the same
		c.spoil()
		p.s.hand(c)
	}
	p.s.hand(c)
}

// row picks the form of one of the list's rows.
func (p *person) row(filter string) (f form, ok bool) {
	list, ok := p.page("/backend/tokens" + filter)
	if !ok {
		return f, false
	}
	var rows []form
	for _, f := range formsOf(list.body, "/backend/tokens/refresh") {
		if f.fields.Get("role") != batchRole {
			rows = append(rows, f)
		}
	}
	if len(rows) == 0 {
		return f, false
	}
	return rows[rand.IntN(len(rows))], true
}

// hand gives a code to whoever takes it first.
func (s *soak) hand(c *code) {
	select {
	case s.codes <- c:
	default: // nobody needs it
	}
}

// issueMany makes several at once and takes them home in a file.
func (p *person) issueMany() {
	list, ok := p.page("/backend/tokens?role=" + batchRole)
	if !ok {
		return
	}
	all := formsOf(list.body, "/backend/tokens/batch")
	pairs := regexp.MustCompile(`name="pair" value="([^"]+)"`).FindAllStringSubmatch(list.body, 4)
	if len(all) != 1 || len(pairs) == 0 {
		p.s.wrong.add("%s: no form for several codes\n%.200s", p.name(), told(list.body))
		return
	}
	f := all[0].with("which", "ticked")
	for _, m := range pairs {
		f.fields.Add("pair", html.UnescapeString(m[1]))
	}
	if rand.IntN(2) == 0 {
		f = f.with("anew", "1")
	}
	a, came := p.carryOut(kindChange, change{kind: changeBatch}, f)
	if came != acknowledged || a.failed() {
		return
	}
	to := a.header.Get("Location")
	if _, ok := p.page(to); !ok {
		return
	}
	a = p.download("token.exported", to+"/csv")
	if lines := strings.Count(a.body, "\n"); a.ok(http.StatusOK) && lines != len(pairs)+1 {
		p.s.wrong.add("%s: a file of %d codes has %d lines", p.name(), len(pairs), lines)
	}
}

// show puts a waiting code on the page again.
func (p *person) show() {
	list, ok := p.page("/backend/tokens?state=ready")
	if !ok {
		return
	}
	rows := formsOf(list.body, "/backend/tokens")
	if len(rows) == 0 {
		return
	}
	a := p.post(kindChange, rows[rand.IntN(len(rows))])
	p.s.ledger.count(countOf{kind: "token.copied", staff: p.staff}, a, http.StatusOK)
	if a.ok(http.StatusOK) && !shownCode.MatchString(a.body) {
		p.s.wrong.add("%s asked for a code and was not shown it\n%.300s", p.name(), told(a.body))
	}
}

// find looks a member up and returns the membership's id.
func (p *person) find(m member, what string) (id int64, path string) {
	list, ok := p.page("/backend/staff" + query("q", m.who.family, "role", m.role))
	if !ok {
		p.keep(m)
		return 0, ""
	}
	to := regexp.MustCompile(`/backend/staff/memberships/(\d+)/`+what+`[^"]*`).FindAllStringSubmatch(list.body, -1)
	if len(to) == 0 {
		p.s.wrong.add("%s does not find %s, %s, who used a code of theirs\n%.400s", p.name(), m.who.name(), m.role, told(list.body))
		return 0, ""
	}
	one := to[rand.IntN(len(to))]
	id, _ = strconv.ParseInt(one[1], 10, 64)
	return id, html.UnescapeString(one[0])
}

func (p *person) keep(m member) {
	select {
	case p.members <- m:
	default:
	}
}

// editMember turns an author into a reviewer, or back.
func (p *person) editMember() {
	m, ok := p.pickMember()
	if !ok {
		return
	}
	id, path := p.find(m, "edit")
	if id == 0 {
		return
	}
	page, ok := p.page(path)
	if !ok {
		p.keep(m)
		return
	}
	forms := formsOf(page.body, fmt.Sprintf("/backend/staff/memberships/%d/edit", id))
	if len(forms) != 1 {
		p.s.wrong.add("%s: no form to edit a membership\n%.200s", p.name(), told(page.body))
		return
	}
	why, to := mark("edit"), "manual_author"
	if m.role == to {
		to = batchRole
	}
	if m.role == "service_point_officer" { // there is no other role at a service point
		p.keep(m)
		return
	}
	if !p.once(id) {
		return
	}
	a, came := p.carryOut(kindChange, change{kind: changeEdit, id: id, mark: why}, forms[0].with("role", to, "reason", why))
	switch {
	case came == acknowledged:
		p.keep(member{m.who, to})
	case a.status != http.StatusConflict: // they have it already
		p.right("edits a membership", a, came)
	}
}

// once reports whether they have not tried to change this membership before: if
// that was lost, what the next try does could be taken for it.
func (p *person) once(membership int64) bool {
	before := p.tried[membership]
	p.tried[membership] = true
	return !before
}

func (p *person) pickMember() (member, bool) {
	select {
	case m := <-p.members:
		return m, true
	default:
		p.page("/backend/staff")
		return member{}, false
	}
}

// removeMember takes somebody out.
func (p *person) removeMember() {
	m, ok := p.pickMember()
	if !ok {
		return
	}
	id, path := p.find(m, "remove")
	if id == 0 {
		return
	}
	page, ok := p.page(path)
	if !ok {
		p.keep(m)
		return
	}
	forms := formsOf(page.body, fmt.Sprintf("/backend/staff/memberships/%d/remove", id))
	if len(forms) != 1 {
		p.s.wrong.add("%s: no form to remove a membership\n%.200s", p.name(), told(page.body))
		return
	}
	if !p.once(id) {
		return
	}
	why := mark("remove")
	a, came := p.carryOut(kindChange, change{kind: changeRemove, id: id, mark: why}, forms[0].with("reason", why))
	p.right("removes a membership", a, came)
}
