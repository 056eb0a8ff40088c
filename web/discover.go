package web

import (
	"encoding/xml"
	"fmt"
	"net/http"

	"portal/static"
)

// publicPaths are the pages that search engines may list.
var publicPaths = []string{
	"/backend", "/backend/guideline", "/backend/manual", "/backend/about", "/backend/faq", "/backend/announcement", "/backend/contact",
	"/backend/policy/website", "/backend/policy/privacy", "/backend/policy/security",
}

type discoverPages struct{ *Server }

func (p discoverPages) robots(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintf(w, "User-agent: *\nDisallow: /backend/login\nDisallow: /backend/token\nDisallow: /backend/profile\nDisallow: /backend/search\nSitemap: %s/sitemap.xml\n", p.cfg.BaseURL)
	return err
}

// sitemap follows sitemaps.org, protocol 0.9.
func (p discoverPages) sitemap(w http.ResponseWriter, _ *http.Request) error {
	type location struct {
		Loc string `xml:"loc"`
	}
	set := struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []location `xml:"url"`
	}{}
	for _, path := range publicPaths {
		set.URLs = append(set.URLs, location{p.cfg.BaseURL + path})
	}
	text, err := xml.Marshal(set)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, err = w.Write(append([]byte(xml.Header), text...))
	return err
}

func (p discoverPages) favicon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, static.Path("images/favicon.png"), http.StatusFound)
	return nil
}
