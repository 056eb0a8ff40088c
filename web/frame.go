package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/ops/features"
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

// menu lists what this person may do, grouped by task.
func menu(a authz.Actor) []layout.MenuGroup {
	var shown []layout.MenuGroup
	for _, f := range features.All {
		for _, item := range f.Menu {
			if !a.Can(item.Needs) {
				continue
			}
			at := slices.IndexFunc(shown, func(g layout.MenuGroup) bool { return g.Title == item.Group })
			if at < 0 {
				at = len(shown)
				shown = append(shown, layout.MenuGroup{Title: item.Group})
			}
			shown[at].Items = append(shown[at].Items, layout.MenuItem{Title: item.Title, Path: item.Path, Icon: item.Icon})
		}
	}
	return shown
}

// signedIn reports whether ctx belongs to a live session.
func (s *Server) signedIn(ctx context.Context) bool { return s.current(ctx).Actor.SignedIn() }
