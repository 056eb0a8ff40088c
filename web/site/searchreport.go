package site

import (
	"net/http"
	"slices"
	"strconv"

	"portal/internal/site/feedback"
	"portal/internal/site/search"
	"portal/templates/public/searchview"
	"portal/web/kit"
)

// findingPages are what editors learn from what readers look for.
type findingPages struct {
	*kit.Kit
	search   *search.Service
	feedback *feedback.Service
}

// report shows editors what readers look for.
func (p findingPages) report(w http.ResponseWriter, r *http.Request) error {
	days, err := strconv.Atoi(r.URL.Query().Get("days"))
	if err != nil || !slices.Contains(searchview.Spans, days) {
		days = searchview.Spans[1]
	}
	report, err := p.search.Report(r.Context(), p.Actor(r), days)
	if err != nil {
		return err
	}
	votes, err := p.feedback.Latest(r.Context(), p.Actor(r), days)
	if err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, "คำค้นของผู้อ่าน")
	if err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, searchview.Report(l, report, votes))
}
