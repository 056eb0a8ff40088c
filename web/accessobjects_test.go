package web

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/ops/seed"
	"portal/internal/org/agency"
)

// object is what a route leads to: its {id} or {key}, or the form that names it.
type object struct {
	is   string
	form url.Values
}

// finder finds or makes what a route leads to, for the person with subject ("" for
// a visitor): something of the sample department or of their own, or of others.
type finder func(s *site, subject, whose string) object

// objects are the finders of the routes that begin with prefix.
var objects = []struct {
	prefix string
	find   finder
}{
	{"/backend/profile/sessions/{id}", func(s *site, subject, whose string) object {
		if whose == "foreign" || subject == "" {
			subject = "somebody else"
		}
		return withID(s.sessionID(s.person(subject, "")))
	}},
	{"/backend/audit/{id}", func(s *site, _, whose string) object {
		return withID(s.record(map[string]authz.Role{"own": authz.CentralOfficer, "foreign": authz.DGAAdmin}[whose], nil))
	}},
	{"/backend/agencies/{id}", func(s *site, _, whose string) object {
		return object{is: s.agencyID(map[string]string{"own": seed.CodeDLTChiangMai, "foreign": authz.CodeOPDC}[whose])}
	}},
	{"/backend/agencies/import/{key}", keptFile},
	{"/backend/staff/memberships/{id}", func(s *site, _, whose string) object { return withID(s.author(whose).membership) }},
	{"/backend/staff/{id}", func(s *site, _, whose string) object { return withID(s.author(whose).id) }},
	{"/backend/tokens/batch/{key}", tokenBatch},
	{"/backend/tokens/", func(s *site, _, whose string) object { return s.pairOf(whose) }},
}

// in is the path of a route with the object in its place.
func (o object) in(route string) string {
	return strings.NewReplacer("{id}", o.is, "{key}", o.is).Replace(route)
}

func withID(id int64) object { return object{is: fmt.Sprint(id)} }

func objectOf(method, route string) finder {
	if method == http.MethodPost && route == "/backend/tokens" { // the list has the same address
		return shownCode
	}
	for _, o := range objects {
		if strings.HasPrefix(route, o.prefix) {
			return o.find
		}
	}
	return nil
}

// author is somebody new of the sample department, or of a foreign one.
func (s *site) author(whose string) member {
	return s.hire(fmt.Sprint("author ", s.number(`SELECT count(*) FROM staff`)), authz.ManualAuthor, departmentOf[whose])
}

var departmentOf = map[string]string{"own": seed.CodeDLT, "foreign": authz.CodeDGA}

// pairOf is the form for codes of the authors of the sample department, or of a
// foreign one. testdata/tokens.golden has the other pairs.
func (s *site) pairOf(whose string) object {
	agency := s.agencyID(departmentOf[whose])
	return object{form: url.Values{"agency": {agency}, "role": {string(authz.ManualAuthor)}, "pair": {agency + "/" + string(authz.ManualAuthor)},
		"anew": {"1"}, "form_key": {string(idempotency.New())}}}
}

// shownCode is the form that shows a code for such authors.
func shownCode(s *site, _, whose string) object {
	a, err := s.agencies.ByCode(s.t.Context(), departmentOf[whose])
	if err == nil {
		_, err = s.tokens.Issue(s.t.Context(), authz.System("test"), a.ID, authz.ManualAuthor)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return object{form: url.Values{"token": {fmt.Sprint(s.number(`SELECT max(id) FROM role_tokens`))}}}
}

// tokenBatch is a batch that the person issued, if they may, or a colleague.
func tokenBatch(s *site, subject, whose string) object {
	if whose == "own" && subject != "" {
		res := s.post("/backend/tokens/batch", s.person(subject, ""), url.Values{"which": {"all"}, "form_key": {string(idempotency.New())}})
		if res.StatusCode == http.StatusSeeOther && strings.HasPrefix(res.Header.Get("Location"), "/backend/tokens/batch/") {
			return object{is: path.Base(res.Header.Get("Location"))}
		}
	}
	return object{is: path.Base(s.must(tokenForms()[2].ready(s)).Header.Get("Location"))}
}

// keptFile is a file of agencies that the person sent, if they may, or somebody else.
func keptFile(s *site, subject, whose string) object {
	cookie := s.somebody(authz.DGAAdmin)
	if whose == "own" && subject != "" {
		cookie = s.person(subject, "")
	}
	send := func(by *http.Cookie) *http.Response {
		row := strings.Join(agency.Headings, ",") + "\r\n" + s.freeCode() + ",,กระทรวง,กระทรวง " + s.name() + ",,,,,\r\n"
		res, _ := s.upload(by, importPath, "a.csv", []byte(row))
		return res
	}
	res := send(cookie)
	if !strings.HasPrefix(res.Header.Get("Location"), importPath) {
		res = send(s.somebody(authz.DGAAdmin))
	}
	return object{is: path.Base(res.Header.Get("Location"))}
}
