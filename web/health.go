package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

type healthPages struct{ *Server }

// live says that the process answers.
func (p healthPages) live(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n") // whoever asked has gone
}

// readyWithin is how long the database may take to say that it is there.
const readyWithin = 2 * time.Second

// ready says whether the server can do its work, and if not, why, and what
// visitors read meanwhile.
func (p healthPages) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := p.cfg.Ready(r.WithContext(ctx)); err != nil {
		p.cfg.Log.Warn("not ready", "err", err)
		text := "database does not answer"
		if age, old := p.contents.Age(); old && p.contents.Last() != nil {
			text += fmt.Sprintf("; public pages come from %s, last confirmed %d seconds ago", p.contents.Source(), int(age.Seconds()))
		}
		http.Error(w, text, http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ready\n")
}
