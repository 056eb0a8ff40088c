package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// agenciesEach is how many of a person's own ids are agencies; the rest are accounts.
const agenciesEach = 20

// admin is one task of who looks after agencies, accounts and files.
func (p *person) admin() {
	switch n := rand.IntN(100); {
	case n < 25:
		p.editAgency()
	case n < 32:
		p.addAgency()
	case n < 42:
		p.hideAgency()
	case n < 54:
		p.suspend()
	case n < 58:
		p.pushOut()
	case n < 66:
		p.upload()
	case n < 72:
		p.download("staff.exported", "/backend/staff/export"+query("format", "csv", "q", "หมายเลข"))
	case n < 80:
		p.download("audit.exported", "/backend/audit/export"+query("format", "csv", "action", "agency.added"))
	default:
		paths := []string{"/backend/agencies", "/backend/tokens", "/backend/staff", "/backend/staff" + query("q", "สม"), "/backend/audit", "/backend/audit" + query("q", "soak"),
			"/backend/profile", "/backend/status", "/backend/content/files", "/backend/content/links", "/backend/content/faq"}
		p.page(paths[rand.IntN(len(paths))])
	}
}

// only returns the one form of a page; it complains when there is another number.
func (p *person) only(path, end string) (form, bool) {
	page, ok := p.page(path)
	if !ok {
		return form{}, false
	}
	forms := formsOf(page.body, end)
	if len(forms) != 1 {
		p.s.wrong.add("%s %s: %d forms\n%.300s", p.name(), path, len(forms), told(page.body))
		return form{}, false
	}
	return forms[0], true
}

// right complains when a form that nothing stands against was not carried out.
func (p *person) right(what string, a answer, came outcome) bool {
	if came == refused && !a.rejected && !a.unsent && !a.asksToSignIn() && a.status != http.StatusTooManyRequests { // which is judged for all alike
		p.s.wrong.add("%s %s: %d\n%.400s", p.name(), what, a.status, told(a.body))
	}
	return came == acknowledged
}

func (p *person) anAgency() int64 { return p.own[rand.IntN(agenciesEach)] }

func (p *person) editAgency() {
	id := p.anAgency()
	path := fmt.Sprintf("/backend/agencies/%d", id)
	f, ok := p.only(path+"/edit", path+"/edit")
	if !ok {
		return
	}
	m := mark("agency")
	a, came := p.carryOut(kindChange, change{kind: changeAgency, id: id, mark: m}, f.with("address", "ที่อยู่ "+m))
	if !p.right("edits an agency", a, came) {
		delete(p.agencies, id)
		return
	}
	p.agencies[id] = m
	if page, ok := p.page(path); ok && !strings.Contains(page.body, m) {
		p.s.wrong.add("%s edited %s and does not see it", p.name(), path)
	}
}

func (p *person) addAgency() {
	f, ok := p.only("/backend/agencies/new", "/backend/agencies/new")
	if !ok {
		return
	}
	number := marks.Add(1)
	code := fmt.Sprintf("99%010d", number)
	parent := p.s.people[0] // an officer's department
	a, came := p.carryOut(kindChange, change{kind: changeAdd, mark: code}, f.with("kind", "service_point", "code", code,
		"name", fmt.Sprintf("จุดบริการทดสอบที่ %d", number), "unit", fmt.Sprint(parent.agency), "unit_q", "x", "unit_for", "x"))
	if p.right("adds an agency", a, came) && !a.failed() {
		if page, ok := p.page(a.header.Get("Location")); ok && !strings.Contains(page.body, code) {
			p.s.wrong.add("%s added %s and does not see it\n%.200s", p.name(), code, told(page.body))
		}
	}
}

// hideAgency hides one of theirs, or shows it again.
func (p *person) hideAgency() {
	path := fmt.Sprintf("/backend/agencies/%d", p.anAgency())
	page, ok := p.page(path)
	if !ok {
		return
	}
	if back := formsOf(page.body, path+"/show"); len(back) == 1 {
		a, came := p.carryOut(kindChange, change{kind: changeShow}, back[0])
		p.right("shows an agency", a, came)
		return
	}
	if f, ok := p.only(path+"/hide", path+"/hide"); ok {
		m := mark("hide")
		a, came := p.carryOut(kindChange, change{kind: changeHide, mark: m}, f.with("reason", m))
		p.right("hides an agency", a, came)
	}
}

// suspend keeps somebody of the made-up country out, or lets them in again.
func (p *person) suspend() {
	id := p.own[agenciesEach+rand.IntN(len(p.own)-agenciesEach)]
	path := fmt.Sprintf("/backend/staff/%d", id)
	page, ok := p.page(path)
	if !ok {
		return
	}
	kind, to := changeSuspend, path+"/suspend"
	if strings.Contains(page.body, path+"/restore") {
		kind, to = changeRestore, path+"/restore"
	}
	if f, ok := p.only(to, to); ok {
		m := mark("account")
		a, came := p.carryOut(kindChange, change{kind: kind, id: id, mark: m}, f.with("reason", m))
		p.right("suspends or restores an account", a, came)
	}
}

// pushOut ends all sessions of somebody who is at work.
func (p *person) pushOut() {
	who := p.s.people[len(p.s.people)-1-rand.IntN(manyOthers)]
	path := fmt.Sprintf("/backend/staff/%d/end-sessions", who.staff)
	if f, ok := p.only(path, path); ok {
		who.pushing.Add(1)
		a, came := p.carryOut(kindChange, change{kind: changePush, id: who.staff}, f)
		who.pushed.Store(true)
		who.pushing.Add(-1)
		p.right("ends somebody's sessions", a, came)
	}
}

// upload adds a picture that nobody has.
func (p *person) upload() {
	var picture, body bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 24, 24))
	for i := range 24 * 24 {
		img.Set(i%24, i/24, color.RGBA{uint8(rand.IntN(256)), uint8(rand.IntN(256)), uint8(rand.IntN(256)), 255})
	}
	if err := png.Encode(&picture, img); err != nil {
		p.s.wrong.add("making a picture: %v", err)
		return
	}
	name := mark("file")
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("files", name+"png")
	if err != nil {
		p.s.wrong.add("making a form: %v", err)
		return
	}
	_, _ = part.Write(picture.Bytes()) // into memory
	_ = w.Close()
	noted := p.s.ledger.begin(change{kind: changeUpload, staff: p.staff, mark: name})
	a := p.send(kindUpload, http.MethodPost, "/backend/content/files", body.String(), w.FormDataContentType())
	p.lookAt(kindUpload, a)
	p.s.ledger.settle(noted, a, http.StatusSeeOther)
	if a.asksToSignIn() {
		p.turnedOut("/backend/content/files")
		return
	}
	if p.right("uploads a file", a, p.s.ledger.outcome(noted)) {
		if page, ok := p.page("/backend/content/files?" + url.Values{"q": {strings.TrimSuffix(name, ".")}}.Encode()); ok && !strings.Contains(page.body, strings.TrimSuffix(name, ".")) {
			p.s.wrong.add("%s uploaded %s and does not find it", p.name(), name)
		}
	}
}

// download takes a file home, whole.
func (p *person) download(entry, path string) answer {
	a := p.get(kindDownload, path)
	switch {
	case a.rejected:
	case a.asksToSignIn():
		p.turnedOut(path)
	default:
		p.s.ledger.count(countOf{kind: entry, staff: p.staff}, a, http.StatusOK)
		if !a.failed() && (a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") || !strings.HasSuffix(a.body, "\n")) {
			p.s.wrong.add("%s: %d %s, %d bytes", path, a.status, a.header.Get("Content-Type"), len(a.body))
		}
	}
	return a
}
