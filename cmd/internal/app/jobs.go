package app

import (
	"slices"
	"time"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/jobs"
)

// jobs are those of all features, in the order of the page สถานะระบบ.
func (a *App) jobs() []jobs.Job {
	all := slices.Concat(a.Audit.Jobs(a.cfg.AuditKeep), a.Sessions.Jobs(), a.signin.Jobs(), a.agencies.Jobs(), a.limits.Jobs(), a.Tokens.Jobs(),
		idempotency.Jobs(a.log, time.Now))
	if a.traffic != nil {
		all = append(all, a.traffic.Jobs(a.log, a.cfg.TrafficKeep)...)
	}
	return all
}
