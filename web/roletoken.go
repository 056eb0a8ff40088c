package web

import "portal/internal/token"

// roleTokenPages are จัดการ Token: the codes that officers give out.
type roleTokenPages struct {
	*Server
	tokens *token.Service
}
