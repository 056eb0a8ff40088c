package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/people/session"
	"portal/internal/site/settings"
	"portal/internal/text/thaidate"
	"portal/templates/layout"
)

// layout builds the frame of a page; the words on it are those of the content
// in memory.
func (s *Server) layout(r *http.Request, title, description string) (layout.Page, error) {
	c, err := s.contents.Current(r.Context())
	if err != nil {
		return layout.Page{}, err
	}
	return s.frame(r, c.Site, title, description), nil
}

func (s *Server) frame(r *http.Request, site settings.Site, title, description string) layout.Page {
	p := s.anybody(r.URL.Path, site, title, description)
	p.Display, p.SignedIn = readDisplay(r, s.displayCookie), s.hasSessionCookie(r)
	return p
}

// anybody is the frame of a page as a new visitor sees it.
func (s *Server) anybody(path string, site settings.Site, title, description string) layout.Page {
	p := layout.Page{Title: title, Description: description, Path: path, BaseURL: s.cfg.BaseURL, Site: site, Year: thaidate.Year(s.cfg.Now())}
	if path == "/backend" {
		p.Title = "" // the landing page bears the portal's own name
	} else if title != "" {
		p.Crumbs = []layout.Crumb{{Title: title, Path: path}}
	}
	return p
}

// office builds the frame of a page for somebody who is signed in.
func (s *Server) office(r *http.Request, title string) (layout.Page, error) {
	p, err := s.layout(r, title, "")
	if err != nil {
		return p, err
	}
	c := s.current(r.Context())
	p.NoIndex, p.Viewer, p.Typed = true, viewer(c), s.wasTyped(r)
	p.Session = s.secondsLeft(c)
	p.Flash = s.sessions.TakeFlash(r.Context())
	return p, nil
}

// secondsLeft is how long the session lives from now, for the warning before
// its end.
func (s *Server) secondsLeft(c session.Current) *layout.Session {
	left := func(t time.Time) int { return max(0, int(t.Sub(s.cfg.Now()).Seconds())) }
	return &layout.Session{Idle: left(c.IdleEnds), End: left(c.Ends)}
}

// lastSite is the site as it was last read, or as it began.
func (s *Server) lastSite() settings.Site {
	if c := s.contents.Last(); c != nil {
		return c.Site
	}
	return settings.Initial
}

func viewer(c session.Current) *layout.Viewer {
	v := &layout.Viewer{Name: c.Name, Role: "ยังไม่ได้รับสิทธิ์", Menu: menu(c.Actor)}
	var held []string
	for _, m := range c.Memberships {
		held = append(held, m.Role.Name()+" · "+m.AgencyName)
	}
	if len(held) > 0 {
		v.Role = strings.Join(held, ", ")
	}
	return v
}

// menu lists what this person may do.
func menu(a authz.Actor) []layout.MenuGroup {
	var shown []layout.MenuGroup
	for _, g := range officeMenu {
		group := layout.MenuGroup{Title: g.title}
		for _, item := range g.items {
			if a.Can(item.needs) {
				group.Items = append(group.Items, item.MenuItem)
			}
		}
		if len(group.Items) > 0 {
			shown = append(shown, group)
		}
	}
	return shown
}

type menuItem struct {
	needs authz.Permission
	layout.MenuItem
}

// officeMenu is the sidebar, grouped by task.
var officeMenu = []struct {
	title string
	items []menuItem
}{
	{"บัญชีผู้ใช้", []menuItem{
		{authz.ViewProfile, layout.MenuItem{Title: "บัญชีผู้ใช้งาน (Profile)", Path: "/backend/profile", Icon: "circle-user-round"}},
		{authz.IssueToken, layout.MenuItem{Title: "จัดการ Token", Path: "/backend/tokens", Icon: "key-round"}},
		{authz.ViewStaff, layout.MenuItem{Title: "จัดการรายละเอียดผู้ใช้งาน", Path: "/backend/staff", Icon: "users"}},
		{authz.RedeemToken, layout.MenuItem{Title: "กรอกรหัส Token", Path: "/backend/token", Icon: "user-check"}},
	}},
	{"ข้อมูลบริการ", []menuItem{
		{authz.ViewAgencies, layout.MenuItem{Title: "หน่วยงานและโครงสร้าง", Path: "/backend/agencies", Icon: "building-2"}},
	}},
	{"เว็บไซต์", []menuItem{
		{authz.EditBanners, layout.MenuItem{Title: "แบนเนอร์", Path: "/backend/content/banner", Icon: "image"}},
		{authz.EditAnnouncements, layout.MenuItem{Title: "ประกาศข่าวสาร", Path: "/backend/content/announcement", Icon: "megaphone"}},
		{authz.EditFAQ, layout.MenuItem{Title: "FAQ", Path: "/backend/content/faq", Icon: "circle-question-mark"}},
		{authz.EditAllFAQ, layout.MenuItem{Title: "หมวด FAQ", Path: "/backend/content/faq-group", Icon: "layers"}},
		{authz.EditManuals, layout.MenuItem{Title: "คู่มือ", Path: "/backend/content/manual", Icon: "book-open"}},
		{authz.EditPages, layout.MenuItem{Title: "หน้าเนื้อหา", Path: "/backend/content/page", Icon: "file-text"}},
		{authz.EditSite, layout.MenuItem{Title: "หน้าหลักและติดต่อ", Path: "/backend/content/site", Icon: "house"}},
		{authz.EditContent, layout.MenuItem{Title: "คลังไฟล์", Path: "/backend/content/files", Icon: "folder-open"}},
		{authz.CheckLinks, layout.MenuItem{Title: "ตรวจลิงก์", Path: "/backend/content/links", Icon: "link"}},
		{authz.ViewSearches, layout.MenuItem{Title: "คำค้นของผู้อ่าน", Path: "/backend/content/searches", Icon: "search"}},
	}},
	{"ระบบ", []menuItem{
		{authz.ViewAudit, layout.MenuItem{Title: "บันทึกการใช้งาน", Path: "/backend/audit", Icon: "scroll-text"}},
		{authz.ViewStatus, layout.MenuItem{Title: "สถานะระบบ", Path: "/backend/status", Icon: "monitor"}},
	}},
}

// signedIn reports whether ctx belongs to a live session.
func (s *Server) signedIn(ctx context.Context) bool { return s.current(ctx).Actor.SignedIn() }
