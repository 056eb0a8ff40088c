package web

import "portal/internal/session"

// devicePages are a person's own sessions on the profile.
type devicePages struct {
	*Server
	sessions *session.Service
}
