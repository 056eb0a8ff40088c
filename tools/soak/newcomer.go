package main

import (
	"math/rand/v2"
	"net/http"
	"strings"

	"portal/internal/kit/authz"
)

// newcomer is one task of somebody who waits for codes and uses them.
func (p *person) newcomer() {
	if rand.IntN(3) > 0 {
		select {
		case c := <-p.s.codes:
			p.redeem(c)
			return
		default:
		}
	}
	switch rand.IntN(8) {
	case 0:
		p.mistype()
	case 1:
		p.signOut()
	default:
		p.ownPage()
	}
}

// redeem uses a code up.
func (p *person) redeem(c *code) {
	page, ok := p.page("/backend/token")
	forms := formsOf(page.body, "/backend/token")
	if !ok || len(forms) != 1 {
		if ok {
			p.s.wrong.add("%s: no form for a code\n%.200s", p.name(), told(page.body))
		}
		p.s.hand(c)
		return
	}
	since := p.s.ledger.length()
	a, came := p.carryOut(kindToken, change{kind: changeRedeem, id: c.agency, role: c.role}, forms[0].with("token", c.text))
	switch {
	case came == acknowledged:
		p.seeRole(c, since)
		c.officer.keep(member{p, c.role})
	case came == inDoubt:
		c.spoil()
	case a.rejected || a.unsent || a.asksToSignIn():
		p.s.hand(c)
	case a.status == http.StatusConflict: // they have the role already: somebody else may use it
		if c.good() {
			p.s.hand(c)
		}
	case a.status != http.StatusUnprocessableEntity || c.good():
		p.s.wrong.add("%s was refused a good code for %s: %d\n%.400s", p.name(), c.pair, a.status, told(a.body))
	}
}

// seeRole looks whether the next page knows of the new role, unless somebody
// took one away since the ledger had so many lines.
func (p *person) seeRole(c *code, since int) {
	a, ok := p.page("/backend/profile")
	if ok && !strings.Contains(a.body, authz.Role(c.role).Name()) && !p.s.ledger.has(since, changeRemove, changeEdit) {
		p.s.wrong.add("%s used a code for %s and does not have the role\n%.400s", p.name(), c.pair, told(a.body))
	}
}

// mistype sends something that is no code.
func (p *person) mistype() {
	page, ok := p.page("/backend/token")
	forms := formsOf(page.body, "/backend/token")
	if !ok || len(forms) != 1 {
		return
	}
	a := p.post(kindToken, forms[0].with("token", "7KQF-M3TX-9W4H-2CDQ"))
	if !a.failed() && !a.rejected && !a.asksToSignIn() && a.status != http.StatusUnprocessableEntity {
		p.s.wrong.add("%s sent something that is no code: %d\n%.200s", p.name(), a.status, told(a.body))
	}
}

// ownPage looks at the profile, which is nobody else's.
func (p *person) ownPage() {
	a, ok := p.page("/backend/profile")
	if !ok {
		return
	}
	if !strings.Contains(a.body, p.email) || strings.Count(a.body, "@example.go.th") != strings.Count(a.body, p.email) {
		p.s.wrong.add("the profile of %s has other addresses than theirs\n%.400s", p.name(), told(a.body))
	}
}
