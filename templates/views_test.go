// Package templates_test executes every view, empty and filled.
package templates_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/site/announcement"
	"portal/internal/site/banner"
	"portal/internal/site/faq"
	"portal/internal/site/feedback"
	"portal/internal/site/manual"
	"portal/internal/site/page"
	"portal/internal/site/search"
	"portal/internal/site/settings"
	"portal/templates/component"
	"portal/templates/errorview"
	"portal/templates/layout"
	"portal/templates/people/profileview"
	"portal/templates/people/signinview"
	"portal/templates/people/tokenview"
	"portal/templates/public/announcementview"
	"portal/templates/public/contactview"
	"portal/templates/public/faqview"
	"portal/templates/public/homeview"
	"portal/templates/public/manualview"
	"portal/templates/public/pageview"
	"portal/templates/public/searchview"
)

const evil = `<script>alert(1)</script>" onmouseover="alert(1)`

var day = time.Date(2026, 11, 21, 7, 2, 0, 0, time.UTC)

func public() layout.Page {
	return layout.Page{
		Title: "เรื่อง", Path: "/backend/faq", BaseURL: "https://admin.info.go.th", Site: settings.Initial, Year: 2569,
		Display: layout.Display{TextSize: "large", Contrast: true}, Flash: "บันทึกแล้ว " + evil,
		Crumbs: []layout.Crumb{{Title: "เรื่อง", Path: "/backend/faq"}}, Scripts: []string{"js/carousel.js", "js/faq.js", "js/form.js"},
	}
}

func office() layout.Page {
	p := public()
	p.SignedIn, p.Typed, p.Session = true, true, &layout.Session{Idle: 900, End: 43200}
	p.Viewer = &layout.Viewer{Name: evil, Role: "เจ้าหน้าที่ส่วนกลาง · กรมการขนส่งทางบก", Menu: []layout.MenuGroup{
		{Title: "บัญชีผู้ใช้", Items: []layout.MenuItem{{Title: "Token", Path: "/backend/token", Icon: "key-round"}}},
	}}
	return p
}

func views() map[string]templ.Component {
	entry := faq.Entry{Slug: "a", Question: evil, Answer: "**ตอบ** " + evil}
	manuals := []manual.Manual{{Title: evil, Audience: authz.ManualAuthor, Group: manual.ServicePoint, IssuedOn: day, File: "ab", FileBytes: 1_834_567}}
	text := page.Page{Title: evil, Body: "## ก\n\n## ข\n\n## ค " + evil, UpdatedAt: day}
	invalid := problem.Of(problem.Fields(map[string]string{"token": evil}))
	all := map[string]templ.Component{
		"home": homeview.Home(public(), homeview.View{
			Banners: []banner.Banner{{Slug: "a", Heading: evil, Link: "javascript:alert(1)", Alt: evil, ImageWide: "ab", ImageNarrow: "cd"}, {Slug: "b", Heading: "ข", Link: "/backend"}},
			News:    []announcement.Announcement{{Title: evil, Body: evil, Pinned: true, PublishedOn: day}},
			FAQ:     []faq.Entry{entry}, Manuals: manuals,
		}),
		"home, empty":    homeview.Home(layout.Page{}, homeview.View{}),
		"text":           pageview.Text(public(), text),
		"text, empty":    pageview.Text(public(), page.Page{Title: "ก"}),
		"manuals":        manualview.List(public(), manuals),
		"manuals, empty": manualview.List(public(), nil),
		"faq":            faqview.List(public(), []faq.Group{{Slug: "g", Title: evil, Entries: []faq.Entry{entry}}, {Slug: "h", Title: "ข"}}),
		"faq, empty":     faqview.List(public(), nil),
		"contact":        contactview.Contact(public()),
		"sign in":        signinview.SignIn(public(), signinview.View{Return: evil, Start: "/backend/login/start", Message: evil}),
		"signed out":     signinview.Ended(public()),
		"token":          tokenview.Redeem(office(), tokenview.Form{Name: evil, Key: evil}),
		"token, refused": tokenview.Redeem(office(), tokenview.Form{Token: evil, HasRole: true, Problem: invalid}),
		"profile": profileview.Profile(office(), profileview.View{Name: evil, LastSignIn: &day, Memberships: []profileview.Membership{{Role: evil, Agency: evil, Since: day, IssuedBy: evil}},
			Devices: []profileview.Device{{ID: 1, Name: evil, Icon: "monitor", Address: evil, This: true, Key: evil}, {ID: 2, Name: evil, Icon: "smartphone", Key: evil}}, OthersKey: evil}),
		"profile, empty": profileview.Profile(office(), profileview.View{}),
	}
	maps.Copy(all, tokenViews())
	maps.Copy(all, staffViews())
	maps.Copy(all, agencyViews())
	all["unit picker"] = inOffice(component.UnitPicker("unit", evil, evil, evil))
	all["unit picker, several"] = inOffice(component.UnitPickerOf(component.UnitField{
		Name: "unit", Label: evil, Hint: evil, Text: evil, Note: evil, Fix: evil, Button: true,
		Options: []component.UnitOption{{ID: evil, Name: evil, About: evil}},
	}))
	maps.Copy(all, auditViews())
	for name, v := range searches() {
		all["search, "+name] = searchview.Search(public(), v)
	}
	all["announcements"] = announcementview.List(public(), []announcement.Announcement{{Slug: "a", Title: evil, Body: evil, Pinned: true, PublishedOn: day}})
	all["announcements, empty"] = announcementview.List(public(), nil)
	words := []search.Term{{Term: evil, Searches: 3, Misses: 1, LastDay: day}}
	all["searches"] = searchview.Report(office(), search.Report{Days: 30, Missed: words, Frequent: words}, []feedback.Votes{{Slug: "a", Question: evil, Helpful: 1, Useless: 2}})
	all["searches, empty"] = searchview.Report(office(), search.Report{Days: 7}, nil)
	for _, status := range []int{0, 400, 403, 404, 405, 409, 413, 421, 422, 429, 500, 503} {
		all[fmt.Sprint("error ", status)] = errorview.Error(layout.Page{}, errorview.View{Status: status, Reference: evil, RetryAfter: status % 7})
	}
	return all
}

// inOffice is a part of a page in a page of its own.
func inOffice(part templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		heading := templ.Raw("<h1>เรื่อง</h1>")
		return layout.Office(office()).Render(templ.WithChildren(ctx, templ.Join(heading, part)), w)
	})
}

// searches are answers of every kind and in every way, with evil words found.
func searches() map[string]searchview.View {
	all := map[string]searchview.View{
		"empty":   {MostRead: []search.Document{{Title: evil, Path: "/backend/faq#a"}}},
		"nothing": {Asked: evil},
	}
	for how := search.Exact; how <= search.PartOfPhrase; how++ {
		v := searchview.View{Asked: evil, Result: search.Result{Query: evil, How: how, Total: 30}}
		for _, kind := range search.Kinds {
			d := search.Document{Kind: kind, Slug: string(kind), Title: evil, Context: evil, Text: evil, Path: "/backend/faq#a"}
			if kind == search.Question || kind == search.Announcement {
				d.Markdown = evil + " [x](javascript:alert(1)) **alert** `<b>`"
			}
			v.Result.Groups = append(v.Result.Groups, search.Group{Kind: kind, Total: 9, Hits: []search.Hit{{Document: d, Marker: search.MarkerOf("alert script x")}}})
		}
		all[fmt.Sprint("how ", how)] = v
		v.Only = search.Question
		all[fmt.Sprint("how, one kind ", how)] = v
	}
	return all
}

var forbidden = regexp.MustCompile(`(?i)<script>|<style|<[^>]*\s(?:style|on[a-z]+)=|href="javascript:`)

func TestEveryViewKeepsThePolicy(t *testing.T) {
	for name, view := range views() {
		var b strings.Builder
		if err := view.Render(t.Context(), &b); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		html := b.String()
		if n := strings.Count(html, "<h1"); n != 1 {
			t.Errorf("%s: %d h1", name, n)
		}
		if bad := forbidden.FindString(unquoted(html)); bad != "" {
			t.Errorf("%s: %s", name, bad)
		}
		if !strings.Contains(html, `<html lang="th"`) || !strings.Contains(html, `<main id="content"`) {
			t.Errorf("%s: no frame", name)
		}
		if twice := repeated(regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(html, -1)); twice != "" {
			t.Errorf("%s: id %s twice", name, twice)
		}
	}
}

// unquoted empties the attributes that hold people's words.
func unquoted(html string) string {
	return regexp.MustCompile(`(?:value|alt|content|id|aria-label|data-label|aria-labelledby|label)="[^"]*"`).ReplaceAllString(html, `x=""`)
}

func repeated(ids [][]string) string {
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id[1]] {
			return id[1]
		}
		seen[id[1]] = true
	}
	return ""
}

func TestRefusedTokenKeepsWhatWasTyped(t *testing.T) {
	form := tokenview.Form{Token: "7kqf m3tx", Problem: problem.Of(problem.Fields(map[string]string{"token": "พิมพ์ผิด"}))}
	var b strings.Builder
	if err := tokenview.Redeem(office(), form).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`value="7kqf m3tx"`, `aria-invalid="true"`, `aria-describedby="token-hint token-error"`, `id="token-error"`, `href="#token"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestTheFirstDutiesHaveTheirIcons(t *testing.T) {
	for _, d := range settings.Initial.Landing.Duties {
		if !component.HasIcon(d.Icon) {
			t.Errorf("no icon %s: add it to static/update.sh", d.Icon)
		}
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{12: "12 ไบต์", 1_500: "2 KB", 640_000: "640 KB", 999_999: "1000 KB", 1_834_567: "1.8 MB"} {
		if got := component.Size(bytes); got != want {
			t.Errorf("%d: %s, want %s", bytes, got, want)
		}
	}
}

func TestTel(t *testing.T) {
	for shown, want := range map[string]templ.SafeURL{"(+66) 2612 6060": "tel:+6626126060", "02 612 6060": "tel:026126060", "(+66) 2612 6011-12": "tel:+6626126011"} {
		if got := component.Tel(shown); got != want {
			t.Errorf("%s: %s, want %s", shown, got, want)
		}
	}
}
