package main

import (
	"math/rand/v2"
	"net/http"
	"strings"
)

// other is one task of somebody whose work is still to come: they sign in and
// out, on one device and on two.
func (p *person) other() {
	switch n := rand.IntN(100); {
	case n < 50:
		p.ownPage()
	case n < 70:
		p.extend()
	case n < 80:
		p.page("/backend/token")
	case n < 84:
		p.secondDevice()
	case n < 88:
		p.signOut()
	default: // the public pages look the same to them
		a := p.get(kindPublic, publicPages[rand.IntN(len(publicPages))].path)
		if a.err == nil && !a.rejected && whoseFrame.MatchString(a.body) {
			p.s.wrong.add("a public page says who reads it")
		}
	}
}

// extend is what the warning before the session's end asks for.
func (p *person) extend() {
	a := p.post(kindChange, form{action: "/backend/session/extend"})
	switch {
	case a.asksToSignIn():
		p.turnedOut("/backend/session/extend")
	case !a.failed() && !a.rejected && a.status != http.StatusNoContent:
		p.s.wrong.add("%s extends the session: %d", p.name(), a.status)
	}
}

// signOut ends the session here and at the provider. Its cookie must be worth
// nothing afterwards.
func (p *person) signOut() {
	page, ok := p.page("/backend/profile")
	if !ok {
		return
	}
	if len(formsOf(page.body, "/backend/logout")) == 0 {
		p.s.wrong.add("%s: no way to sign out", p.name())
		return
	}
	var session *http.Cookie
	for _, c := range p.jar.Cookies(portalAddress) {
		if strings.HasSuffix(c.Name, "-session") {
			session = c
		}
	}
	a := p.post(kindSignOut, form{action: "/backend/logout"})
	heard := a.outcome(http.StatusSeeOther)
	if heard == acknowledged && a.header.Get("Location") == "/backend/logout/done" {
		heard = inDoubt // so it is also for whoever was out already
	}
	p.s.ledger.note(countOf{kind: "staff.signed_out", staff: p.staff}, heard)
	if a.failed() || a.rejected {
		return
	}
	if a.status != http.StatusSeeOther {
		p.s.wrong.add("%s signs out: %d\n%.200s", p.name(), a.status, told(a.body))
		return
	}
	p.in = false
	if to := a.header.Get("Location"); strings.HasPrefix(to, issuer) {
		_, _ = p.s.provider.step(p.s.loaded, http.MethodGet, to, nil) // it may be away
	}
	p.jar.SetCookies(portalAddress, []*http.Cookie{session})
	if a := p.send(kindPage, http.MethodGet, "/backend/profile", "", ""); a.ok(http.StatusOK) {
		p.s.wrong.add("%s signed out and was let in again", p.name())
	}
	if rand.IntN(3) == 0 {
		p.forget() // next time from another browser
	}
}

// secondDevice signs in somewhere else and ends the first session from there.
func (p *person) secondDevice() {
	first := p.jar
	sure := !p.shaky && !p.pushed.Load() && p.pushing.Load() == 0 // that the first session goes on
	p.forget()
	if !p.signIn() {
		p.jar, p.in = first, true
		p.shaky = true // the second one may be open without our knowing
		return
	}
	page, ok := p.page("/backend/profile")
	if !ok {
		return
	}
	forms := formsOf(page.body, "/backend/profile/sessions/end-others")
	if len(forms) != 1 {
		if sure && !p.shaky && !p.pushed.Load() && p.pushing.Load() == 0 {
			p.s.wrong.add("%s has two devices and cannot end one\n%.300s", p.name(), told(page.body))
		}
		return
	}
	a, came := p.carryOut(kindChange, change{kind: changeEndOthers}, forms[0])
	if came == acknowledged && !a.failed() {
		second := p.jar
		p.jar = first
		if a := p.send(kindPage, http.MethodGet, "/backend/profile", "", ""); a.ok(http.StatusOK) {
			p.s.wrong.add("%s ended the session of another device, and it goes on", p.name())
		}
		p.jar = second
	}
}
