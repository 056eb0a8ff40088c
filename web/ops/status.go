package ops

import (
	"net/http"

	"portal/internal/ops/status"
	"portal/templates/ops/statusview"
	"portal/web/kit"
)

// statusPages are สถานะระบบ: how the portal is.
type statusPages struct {
	*kit.Kit
	status *status.Service
}

func (p statusPages) show(w http.ResponseWriter, r *http.Request) error {
	report, err := p.status.Report(r.Context(), p.Actor(r))
	if err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, "สถานะระบบ")
	if err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, statusview.Status(l, report))
}
