package kit

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

// Frame builds the frame of a page; the words on it are those of the content
// in memory.
func (k *Kit) Frame(r *http.Request, title, description string) (layout.Page, error) {
	c, err := k.Content.Current(r.Context())
	if err != nil {
		return layout.Page{}, err
	}
	return k.FrameOf(r, c.Site, title, description), nil
}

// FrameOf builds the frame of a page with the words of site, which needs no
// database: for error pages and the end of a session.
func (k *Kit) FrameOf(r *http.Request, site settings.Site, title, description string) layout.Page {
	p := k.VisitorFrame(r.URL.Path, site, title, description)
	p.Display, p.SignedIn = ReadDisplay(r, k.displayCookie), k.HasSessionCookie(r)
	return p
}

// VisitorFrame is the frame of a page as a new visitor sees it.
func (k *Kit) VisitorFrame(path string, site settings.Site, title, description string) layout.Page {
	p := layout.Page{Title: title, Description: description, Path: path, BaseURL: k.BaseURL, Site: site, Year: thaidate.Year(k.Now())}
	if path == "/backend" {
		p.Title = "" // the landing page bears the portal's own name
	} else if title != "" {
		p.Crumbs = []layout.Crumb{{Title: title, Path: path}}
	}
	return p
}

// OfficeFrame builds the frame of a page for a signed-in person.
func (k *Kit) OfficeFrame(r *http.Request, title string) (layout.Page, error) {
	p, err := k.Frame(r, title, "")
	if err != nil {
		return p, err
	}
	c := k.Current(r.Context())
	p.NoIndex, p.Viewer, p.Typed = true, viewer(c), k.restored(r)
	p.Session = k.SecondsLeft(c)
	p.Flash = k.Sessions.TakeFlash(r.Context())
	return p, nil
}

// SecondsLeft is how long the session lives from now, for the warning before
// its end.
func (k *Kit) SecondsLeft(c session.Current) *layout.Session {
	left := func(t time.Time) int { return max(0, int(t.Sub(k.Now()).Seconds())) }
	return &layout.Session{Idle: left(c.IdleEnds), End: left(c.Ends)}
}

// LastSite is the site as it was last read, or as it began.
func (k *Kit) LastSite() settings.Site {
	if c := k.Content.Last(); c != nil {
		return c.Site
	}
	return settings.Initial
}

func viewer(c session.Current) *layout.Viewer {
	v := &layout.Viewer{Name: c.Name, Role: "ยังไม่ได้รับสิทธิ์", Menu: Menu(c.Actor)}
	var held []string
	for _, m := range c.Memberships {
		held = append(held, m.Role.Name()+" · "+m.AgencyName)
	}
	if len(held) > 0 {
		v.Role = strings.Join(held, ", ")
	}
	return v
}

// Menu lists what this person may do, grouped by task.
func Menu(a authz.Actor) []layout.MenuGroup {
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

// SignedIn reports whether ctx belongs to a live session.
func (k *Kit) SignedIn(ctx context.Context) bool { return k.Current(ctx).Actor.SignedIn() }
