package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
	"portal/internal/org/agency"
	"portal/internal/site/editing"
	"portal/internal/text/thaidate"
)

// sending is an unsafe route with what its page sends there for somebody who may.
type sending struct {
	route string
	// ready makes what the form is about, and is the request that carries it out.
	ready func(s *site) request
	free  bool // changes nothing in the database
	each  bool // counts each time: it has no key, or showing a code is recorded whenever it happens
	quiet bool // needs no entry in the audit log
}

// everyForm are all unsafe routes but the provider's, which is no form. Tests that
// hold for each form go through it; TestEveryFormIsListed sees to it that a new
// route joins them.
func everyForm() []sending {
	all := []sending{
		{route: "/backend/display", free: true, each: true, quiet: true, ready: func(s *site) request {
			return request{path: "/backend/display", cookie: s.somebody(authz.DGAAdmin), form: url.Values{"set": {"text-large"}, "return": {"/backend/faq"}}}
		}},
		{route: "/backend/faq/{slug}/helpful", quiet: true, ready: func(s *site) request {
			return request{path: "/backend/faq/devices/helpful", cookie: s.somebody(authz.DGAAdmin), form: url.Values{"answer": {"yes"}}}
		}},
		{route: "/backend/logout", each: true, ready: func(s *site) request {
			return request{path: "/backend/logout", cookie: s.somebody(authz.DGAAdmin), form: url.Values{}}
		}},
		{route: "/backend/token", ready: func(s *site) request {
			code, cookie := s.issue(authz.CentralOfficer), s.somebody("")
			return s.fill("/backend/token", "/backend/token", cookie, url.Values{"token": {code}})
		}},
		{route: "/backend/session/extend", each: true, quiet: true, ready: func(s *site) request {
			return request{path: "/backend/session/extend", cookie: s.somebody(authz.ManualAuthor), form: url.Values{}}
		}},
		{route: "/backend/profile/sessions/{id}/end", ready: func(s *site) request {
			cookie, name := s.somebody(authz.CentralOfficer), s.named
			other := endPath(s.sessionID(s.person(name, "")))
			return s.fill("/backend/profile", other, cookie, nil)
		}},
		{route: "/backend/profile/sessions/end-others", ready: func(s *site) request {
			cookie := s.somebody(authz.CentralOfficer)
			s.person(s.named, "")
			return s.fill("/backend/profile", "/backend/profile/sessions/end-others", cookie, nil)
		}},
		{route: "/backend/content/convert", free: true, each: true, quiet: true, ready: func(s *site) request {
			return request{path: "/backend/content/convert", cookie: s.somebody(authz.DGAAdmin), form: url.Values{"markdown": {"**ก**"}}}
		}},
		{route: "/backend/content/links", free: true, each: true, quiet: true, ready: func(s *site) request {
			s.server.CheckLinks = true // there is none to ask for
			return request{path: "/backend/content/links", cookie: s.somebody(authz.DGAAdmin), form: url.Values{}}
		}},
	}
	all = append(append(all, agencyForms()...), tokenForms()...)
	all = append(append(all, staffForms()...), fileForms()...)
	for _, k := range editing.Order {
		all = append(all, contentForms(k)...)
	}
	return all
}

func agencyForms() []sending {
	const at = "/backend/agencies"
	file := func(code string) string {
		return strings.Join(agency.Headings, ",") + "\r\n" + code + ",,กระทรวง,กระทรวงใหม่ " + code + ",,,,,\r\n"
	}
	onUnit := func(route, page string, typed url.Values, hidden bool) sending {
		return sending{route: at + "/{id}" + route, ready: func(s *site) request {
			code := s.unit()
			if hidden {
				s.exec(`UPDATE agencies SET shown = false WHERE code = $1`, code)
			}
			path := at + "/" + s.agencyID(code)
			return s.fill(path+page, path+route, s.somebody(authz.DGAAdmin), typed)
		}}
	}
	return []sending{
		{route: at + "/new", ready: func(s *site) request {
			return s.fill(at+"/new", at+"/new", s.somebody(authz.DGAAdmin),
				url.Values{"code": {s.freeCode()}, "name": {"หน่วยงานใหม่"}, "kind": {"department"}, "unit_q": {"สำนักนายกรัฐมนตรี"}})
		}},
		{route: at + "/import", each: true, ready: func(s *site) request {
			return s.files1(at+"/import", "file", "a.csv", []byte(file(s.freeCode())))
		}},
		{route: at + "/import/{key}", ready: func(s *site) request {
			admin := s.somebody(authz.DGAAdmin)
			res, page := s.upload(admin, at+"/import", "a.csv", []byte(file(s.freeCode())))
			if res.StatusCode != http.StatusSeeOther {
				s.t.Fatalf("keeping a file: %d %s", res.StatusCode, page)
			}
			kept := res.Header.Get("Location")
			return s.fill(kept, kept, admin, nil)
		}},
		onUnit("/edit", "/edit", url.Values{"name": {"ชื่อใหม่"}}, false),
		onUnit("/move", "/move", url.Values{"unit_q": {"สำนักนายกรัฐมนตรี"}, "reason": {"ปรับโครงสร้าง"}}, false),
		onUnit("/hide", "/hide", url.Values{"reason": {"ยุบ"}}, false),
		onUnit("/show", "", nil, true),
	}
}

func tokenForms() []sending {
	const at = "/backend/tokens"
	const list = at + "?role=manual_reviewer"
	marked := func(path, mark string, more url.Values) func(*site) request {
		return func(s *site) request {
			s.issue(authz.ManualReviewer)
			cookie := s.somebody(authz.CentralOfficer)
			form := formAt(s.t, text(s.t, s.get(list, cookie)), mark)
			for name, values := range more {
				form[name] = values
			}
			return request{path: path, cookie: cookie, form: form}
		}
	}
	return []sending{
		{route: at, each: true, ready: marked(at, "data-show", nil)},
		{route: at + "/refresh", ready: marked(at+"/refresh", `name="role" value="manual_reviewer"`, nil)},
		{route: at + "/batch", ready: marked(at+"/batch", `value="all"`, url.Values{"which": {"all"}, "anew": {"1"}})},
	}
}

func staffForms() []sending {
	onPerson := func(route string, before string, typed url.Values) sending {
		return sending{route: "/backend/staff/{id}/" + route, ready: func(s *site) request {
			m := s.hire(s.name(), authz.ManualAuthor, seed.CodeDLT)
			if before != "" {
				s.exec(before, m.id)
			}
			path := fmt.Sprintf("/backend/staff/%d/%s", m.id, route)
			return s.fill(path, path, s.somebody(authz.DGAAdmin), typed)
		}}
	}
	// An administrator does not edit what an officer gives.
	onMembership := func(route string, typed url.Values) sending {
		return sending{route: "/backend/staff/memberships/{id}/" + route, ready: func(s *site) request {
			path := membershipPath(s.hire(s.name(), authz.ManualAuthor, seed.CodeDLT), route)
			return s.fill(path, path, s.somebody(authz.CentralOfficer), typed)
		}}
	}
	return []sending{
		onMembership("edit", url.Values{"role": {"manual_reviewer"}, "reason": {"ย้าย"}}),
		onMembership("remove", url.Values{"reason": {"ลาออก"}}),
		onPerson("suspend", "", url.Values{"reason": {"สอบสวน"}}),
		onPerson("restore", `UPDATE staff SET suspended_at = now() WHERE id = $1`, url.Values{"reason": {"ไม่พบความผิด"}}),
		onPerson("end-sessions", "", nil),
	}
}

func fileForms() []sending {
	return []sending{
		{route: filesPath, ready: func(s *site) request {
			return s.files1(filesPath, "files", "เอกสาร.pdf", smallPDF("("+s.name()+")"))
		}},
		{route: filesPath + "/{hash}/delete", ready: func(s *site) request {
			admin, name := s.somebody(authz.DGAAdmin), s.name()+".pdf"
			s.uploadFiles(admin, nil, sent{name, smallPDF("(" + name + ")")})
			path := filesPath + "/" + s.hashOf(name) + "/delete"
			return s.fill(path, path, admin, nil)
		}},
	}
}

// contentForms are the forms of one kind of content.
func contentForms(k editing.Kind) []sending {
	list := "/backend/content/" + string(k)
	item := list + "/" + contentKeys[string(k)]
	typed := func(s *site) url.Values {
		field := map[editing.Kind]string{"banner": "alt", "faq": "question", "site": "owner"}[k]
		if field == "" {
			field = "title"
		}
		return url.Values{field: {s.name()}}
	}
	// begun has a draft, and the next form of the item after so many steps.
	begun := func(s *site, path string, more url.Values) request {
		admin := s.somebody(authz.DGAAdmin)
		s.must(s.fill(item, item, admin, typed(s)))
		return s.fill(path, path, admin, more)
	}
	publish := func(s *site, at string) request {
		return begun(s, item+"/publish", url.Values{"reason": {"แก้ไขถ้อยคำ"}, "at": {at}})
	}
	all := []sending{
		{route: list + "/{key}", ready: func(s *site) request { return s.fill(item, item, s.somebody(authz.DGAAdmin), typed(s)) }},
		{route: list + "/{key}/publish", ready: func(s *site) request { return publish(s, "") }},
		{route: list + "/{key}/discard", ready: func(s *site) request { return begun(s, item+"/discard", nil) }},
		{route: list + "/{key}/hold", ready: func(s *site) request {
			r := publish(s, s.now.Add(48*time.Hour).Format(thaidate.MomentLayout))
			s.must(r)
			return s.fill(item+"/publish", item+"/hold", r.cookie, nil)
		}},
		{route: list + "/{key}/restore", ready: func(s *site) request {
			r := publish(s, "")
			s.must(r)
			return s.fill(item+"/history", item+"/restore", r.cookie, nil)
		}},
	}
	if !k.Fixed() {
		all = append(all, sending{route: list + "/new", ready: func(s *site) request {
			admin := s.somebody(authz.DGAAdmin)
			fields := s.fill(item, item, admin, typed(s)).form
			fields.Del("form_key")
			fields.Del("mark")
			return s.fill(list+"/new", list+"/new", admin, fields)
		}})
	}
	if k.Ordered() {
		all = append(all, sending{route: list, ready: func(s *site) request {
			r := s.fill(list, list, s.somebody(authz.DGAAdmin), nil)
			slices.Reverse(r.form["place"])
			return r
		}})
	}
	return all
}

// name is another one each time.
func (s *site) name() string { s.names++; return fmt.Sprint("ชื่อที่ ", s.names) }

// somebody signs somebody new in; their name is in s.named.
func (s *site) somebody(role authz.Role) *http.Cookie {
	s.named = s.name()
	return s.person(s.named, role)
}

// freeCode is a code that no agency has.
func (s *site) freeCode() string { s.names++; return fmt.Sprintf("77%03d000", s.names) }

// unit adds a department and returns its code.
func (s *site) unit() string {
	s.t.Helper()
	code := s.freeCode()
	s.must(s.fill("/backend/agencies/new", "/backend/agencies/new", s.somebody(authz.DGAAdmin),
		url.Values{"code": {code}, "name": {"หน่วยงาน " + code}, "kind": {"department"}, "unit_q": {"กระทรวงคมนาคม"}}))
	return code
}

// files1 is a form with one file.
func (s *site) files1(path, field, name string, content []byte) request {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, _ := m.CreateFormFile(field, name) // a buffer takes everything
	_, _ = part.Write(content)
	_ = m.Close()
	return request{path: path, cookie: s.somebody(authz.DGAAdmin), body: body.String(), header: map[string]string{"Content-Type": m.FormDataContentType()}}
}

// must sends what has to work for a test to begin.
func (s *site) must(q request) *http.Response {
	s.t.Helper()
	q.method = http.MethodPost
	res := s.do(q)
	if res.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("%s: %d\n%s", q.path, res.StatusCode, text(s.t, res))
	}
	return res
}

// fill opens a page and fills its form that is sent to action, as a browser does:
// what stands in it already, and what is typed.
func (s *site) fill(page, action string, cookie *http.Cookie, typed url.Values) request {
	s.t.Helper()
	res := s.get(page, cookie)
	body := text(s.t, res)
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for n := range root.Descendants() {
		if to, _, _ := strings.Cut(attribute(n, "action"), "?"); n.Data == "form" && to == action {
			form := controls(n)
			for name, values := range typed {
				form[name] = values
			}
			return request{path: action, cookie: cookie, form: form}
		}
	}
	s.t.Fatalf("%s: %d, no form for %s\n%s", page, res.StatusCode, action, body)
	return request{}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// controls are the fields of a form that a browser sends without a button.
func controls(form *html.Node) url.Values {
	v := url.Values{}
	for n := range form.Descendants() {
		name := attribute(n, "name")
		if name == "" || has(n, "disabled") {
			continue
		}
		switch n.Data {
		case "input":
			switch attribute(n, "type") {
			case "submit", "button", "file", "image":
			case "checkbox", "radio":
				if has(n, "checked") {
					v.Add(name, attribute(n, "value"))
				}
			default:
				v.Add(name, attribute(n, "value"))
			}
		case "textarea":
			v.Add(name, strings.TrimPrefix(inner(n), "\n"))
		case "select":
			v.Add(name, selected(n))
		}
	}
	return v
}

func inner(n *html.Node) (all string) {
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			all += c.Data
		}
	}
	return all
}

func selected(list *html.Node) (value string) {
	first := true
	for n := range list.Descendants() {
		if n.Data == "option" && (first || has(n, "selected")) {
			value, first = attribute(n, "value"), false
		}
	}
	return value
}

// TestEveryFormIsListed compares everyForm with the router.
func TestEveryFormIsListed(t *testing.T) {
	t.Parallel()
	s, listed := newSite(t), map[string]bool{"/backend/logout/backchannel": true}
	for _, f := range everyForm() {
		listed[f.route] = true
	}
	err := chi.Walk(s.handler.(chi.Router), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		safe := method == http.MethodGet || method == http.MethodHead || strings.HasSuffix(route, "/*")
		if !safe && !listed[route] {
			t.Errorf("%s %s is not among everyForm", method, route)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sums are the sums of all tables but those in which something may be written
// while one reads.
func (s *site) sums() map[string]string {
	s.t.Helper()
	written := []string{"staff_sessions", "audit_entries", "audit_reach", "signin_attempts", "rate_limits", "search_terms", "goose_db_version"}
	all := map[string]string{}
	for _, table := range s.words(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`) {
		row := "t::text"
		if table == "files" { // the bytes go by their hash
			row = "sha256::text || name"
		}
		if !slices.Contains(written, table) {
			all[table] = s.words(`SELECT coalesce(md5(string_agg(` + row + `, '|' ORDER BY ` + row + `)), '') FROM ` + table + ` t`)[0]
		}
	}
	return all
}

// differ are the tables that are not as they were.
func differ(before, after map[string]string) (tables []string) {
	for table, sum := range after {
		if before[table] != sum {
			tables = append(tables, table)
		}
	}
	slices.Sort(tables)
	return tables
}

// went reports whether a form was carried out.
func went(res *http.Response) bool {
	to := res.Header.Get("Location")
	return res.StatusCode < 300 || res.StatusCode == http.StatusSeeOther && !strings.HasPrefix(to, "/backend/login")
}
