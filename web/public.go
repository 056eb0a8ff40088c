package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"portal/internal/announcement"
	"portal/internal/banner"
	"portal/internal/faq"
	"portal/internal/manual"
	"portal/internal/page"
	"portal/templates/contactview"
	"portal/templates/faqview"
	"portal/templates/homeview"
	"portal/templates/layout"
	"portal/templates/manualview"
	"portal/templates/pageview"
)

// announcementsOnLanding is how many the landing page shows.
const announcementsOnLanding = 4

type homePages struct {
	*Server
	banners       *banner.Service
	announcements *announcement.Service
	faqs          *faq.Service
	manuals       *manual.Service
}

// show is the landing page.
func (p homePages) show(w http.ResponseWriter, r *http.Request) (err error) {
	var v homeview.View
	ctx := r.Context()
	if v.Banners, err = p.banners.Shown(ctx); err != nil {
		return err
	}
	if v.News, err = p.announcements.Latest(ctx, announcementsOnLanding); err != nil {
		return err
	}
	if v.FAQ, err = p.mostRead(ctx); err != nil {
		return err
	}
	if v.Manuals, err = p.manuals.All(ctx); err != nil {
		return err
	}
	return p.open(w, r, "หน้าหลัก",
		"เว็บไซต์สำหรับเจ้าหน้าที่ของรัฐ ดูแนวทางปฏิบัติ คู่มือ และดูแลข้อมูลติดต่อราชการที่ประชาชนอ่านบน info.go.th",
		func(l layout.Page) templ.Component {
			l.Scripts = []string{"js/carousel.js"}
			return homeview.Home(l, v)
		})
}

// The most read questions are counted over so many days, if they are counted.
const (
	countedDays = 90
	countedMost = 5
)

// mostRead are the questions that editors chose or, if they left it to the
// readers, those that helped most. Nobody has said so at first: then it is the
// chosen ones too.
func (p homePages) mostRead(ctx context.Context) ([]faq.Entry, error) {
	site, err := p.settings.Site(ctx)
	if err != nil {
		return nil, err
	}
	if site.Landing.CountedFAQ {
		counted, err := p.faqs.MostHelpful(ctx, countedMost, p.cfg.Now().AddDate(0, 0, -countedDays))
		if err != nil || len(counted) > 0 {
			return counted, err
		}
	}
	return p.faqs.Featured(ctx)
}

type textPages struct {
	*Server
	pages *page.Service
}

// show is a page that is one long text.
func (p textPages) show(slug string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		pg, err := p.pages.BySlug(r.Context(), slug)
		if err != nil {
			return err
		}
		return p.open(w, r, pg.Title, pg.Description, func(l layout.Page) templ.Component {
			return pageview.Text(l, pg)
		})
	}
}

type faqPages struct {
	*Server
	faqs *faq.Service
}

func (p faqPages) list(w http.ResponseWriter, r *http.Request) error {
	groups, err := p.faqs.Groups(r.Context())
	if err != nil {
		return err
	}
	return p.open(w, r, "FAQ", "คำถามที่พบบ่อยของเจ้าหน้าที่ เรื่องการใช้งานระบบ รหัส Token และการปรับปรุงคู่มือสำหรับประชาชน",
		func(l layout.Page) templ.Component {
			l.Scripts = []string{"js/faq.js", "js/form.js"}
			return faqview.List(l, groups)
		})
}

type manualPages struct {
	*Server
	manuals *manual.Service
}

func (p manualPages) list(w http.ResponseWriter, r *http.Request) error {
	manuals, err := p.manuals.All(r.Context())
	if err != nil {
		return err
	}
	return p.open(w, r, "คู่มือ", "ดาวน์โหลดคู่มือการใช้งานเว็บไซต์ตามบทบาทของเจ้าหน้าที่",
		func(l layout.Page) templ.Component { return manualview.List(l, manuals) })
}

type contactPages struct{ *Server }

func (p contactPages) show(w http.ResponseWriter, r *http.Request) error {
	return p.open(w, r, "ติดต่อเรา", "ที่อยู่ โทรศัพท์ อีเมล และแผนที่ของสำนักงานพัฒนารัฐบาลดิจิทัล และ DGA Contact Center",
		func(l layout.Page) templ.Component { return contactview.Contact(l) })
}

// open renders a public page with its frame and lets browsers and proxies
// check whether their copy is still good.
func (s *Server) open(w http.ResponseWriter, r *http.Request, title, description string, view func(layout.Page) templ.Component) error {
	l, err := s.layout(r, title, description)
	if err != nil {
		return err
	}
	return s.renderTagged(w, r, view(l))
}
