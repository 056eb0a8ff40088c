package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"portal/internal/kit/db"
	"portal/web/kit"
)

// Part is something without which the server cannot do its work.
type Part struct {
	Name  string
	Check func(context.Context) error // says why it cannot; nil when it can
}

type healthPages struct{ *Server }

// live says that the process answers. It asks nothing of anybody: a server is not
// to be restarted because the database is away.
func (p healthPages) live(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "ok\n") // the client has gone
}

// readyWithin is how long a part may take to say that it is there.
const readyWithin = 2 * time.Second

// ready says whether the server can do its work, and if not, which parts cannot
// and why, and what visitors read meanwhile.
func (p healthPages) ready(w http.ResponseWriter, r *http.Request) {
	failing := p.failing(r.Context())
	if p.stopping.Load() {
		failing = append(failing, "server: it is stopping")
	}
	if len(failing) == 0 {
		_, _ = io.WriteString(w, "ready\n")
		return
	}
	text := "not ready\n" + strings.Join(failing, "\n")
	if age, old := p.Content.Age(); old && p.Content.Last() != nil {
		text += fmt.Sprintf("\npublic pages come from %s, last confirmed %d seconds ago", p.Content.Source(), int(age.Seconds()))
	}
	http.Error(w, text, http.StatusServiceUnavailable)
}

// failing asks all parts at the same time and names those that cannot work.
func (p healthPages) failing(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	errs := make([]error, len(p.cfg.Ready))
	var work sync.WaitGroup
	for i, part := range p.cfg.Ready {
		work.Go(func() { errs[i] = part.Check(ctx) })
	}
	work.Wait()
	var all []string
	for i, err := range errs {
		if err != nil {
			p.cfg.Log.Warn("not ready", "part", p.cfg.Ready[i].Name, "err", err)
			all = append(all, p.cfg.Ready[i].Name+": "+inWords(err))
		}
	}
	return all
}

// inWords says why, for anybody to read: errors of the network name hosts and
// users, so only those go out that were written for it.
func inWords(err error) string {
	var unfit db.Unfit
	switch {
	case errors.As(err, &unfit):
		return unfit.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no answer within %s", readyWithin)
	case kit.DatabaseUnavailable(err):
		return "does not answer"
	}
	return "does not work; the server's log says why"
}

// Stop makes /readyz say that the server is stopping, so that the load balancer that shares out
// requests sends no more.
func (s *Server) Stop() { s.stopping.Store(true) }
