package web

import (
	"io"
	"net/http"
)

type healthPages struct{ *Server }

// live says that the process answers.
func (p healthPages) live(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n") // whoever asked has gone
}

// ready says whether the server can do its work, and if not, why.
func (p healthPages) ready(w http.ResponseWriter, r *http.Request) {
	if err := p.cfg.Ready(r); err != nil {
		p.cfg.Log.Warn("not ready", "err", err)
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ready\n")
}
