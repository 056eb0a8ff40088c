package audit

// Action names something a person or a job did. Each feature declares its own in
// its catalogue.go; add to them, never rename.
type Action string

// What more than one feature records.
const (
	SessionsEnded Action = "session.all_ended"
	RowsCleaned   Action = "retention.cleaned"
)
