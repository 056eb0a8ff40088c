package session

import "portal/internal/kit/jobs"

// Jobs are the feature's scheduled jobs. Public: they act for the portal itself.
func (s *Service) Jobs() []jobs.Job {
	return []jobs.Job{jobs.Periodic("sessions", "ล้างการเข้าใช้งานเก่า", jobs.Daily, jobs.Sweep(s.Clean))}
}
