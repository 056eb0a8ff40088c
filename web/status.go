package web

import (
	"net/http"

	"portal/internal/ops/status"
	"portal/templates/ops/statusview"
)

// statusPages are สถานะระบบ: how the portal is.
type statusPages struct {
	*Kit
	status *status.Service
}

func (p statusPages) show(w http.ResponseWriter, r *http.Request) error {
	report, err := p.status.Report(r.Context(), p.actor(r))
	if err != nil {
		return err
	}
	l, err := p.office(r, "สถานะระบบ")
	if err != nil {
		return err
	}
	return p.render(w, r, http.StatusOK, statusview.Status(l, report))
}
