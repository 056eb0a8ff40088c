package web

import "portal/internal/audit"

// auditPages are บันทึกการใช้งาน: who did what.
type auditPages struct {
	*Server
	log *audit.Log
}
