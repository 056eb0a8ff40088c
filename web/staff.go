package web

import "portal/internal/staff"

// staffPages are จัดการรายละเอียดผู้ใช้งาน: people and their memberships.
type staffPages struct {
	*Server
	staff *staff.Service
}
