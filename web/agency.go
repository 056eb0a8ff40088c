package web

import "portal/internal/agency"

// agencyPages are หน่วยงานและโครงสร้าง: the tree of agencies.
type agencyPages struct {
	*Server
	agencies *agency.Service
}
