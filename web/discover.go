package web

import (
	"encoding/xml"
	"fmt"
	"net/http"

	"portal/static"
)

// publicPaths are the pages that search engines may list.
var publicPaths = []string{
	"/backend", "/backend/faq", "/backend/guideline", "/backend/manual", "/backend/about", "/backend/announcement", "/backend/contact",
	"/backend/policy/website", "/backend/policy/privacy", "/backend/policy/security",
}

func (s *Server) robots() []byte {
	return fmt.Appendf(nil, "User-agent: *\nDisallow: /backend/login\nDisallow: /backend/token\nDisallow: /backend/profile\nDisallow: /backend/search\nSitemap: %s/sitemap.xml\n", s.cfg.BaseURL)
}

// sitemap follows sitemaps.org, protocol 0.9.
func (s *Server) sitemap() ([]byte, error) {
	type location struct {
		Loc string `xml:"loc"`
	}
	set := struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []location `xml:"url"`
	}{}
	for _, path := range publicPaths {
		set.URLs = append(set.URLs, location{s.cfg.BaseURL + path})
	}
	text, err := xml.Marshal(set)
	return append([]byte(xml.Header), text...), err
}

func favicon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, static.Path("images/favicon.png"), http.StatusFound)
	return nil
}
