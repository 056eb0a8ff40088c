package agency

import "portal/internal/kit/jobs"

// Jobs are the feature's scheduled jobs. Public: they act for the portal itself.
func (s *Service) Jobs() []jobs.Job {
	return []jobs.Job{jobs.Periodic("uploads", "ล้างไฟล์นำเข้าที่ค้าง", jobs.Daily, jobs.Sweep(s.Clean))}
}
