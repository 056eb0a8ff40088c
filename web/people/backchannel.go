package people

import (
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/problem"
	"portal/web/kit"
)

// backChannelPath is where the provider tells that a session has ended there.
const backChannelPath = "/backend/logout/backchannel"

// backChannel hears from the provider itself, not from a browser (OpenID
// Connect Back-Channel Logout 1.0, 2.5 and 2.8). It does not answer what is wrong
// with a request, except the log.
func (p signinPages) backChannel(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return nil
	}
	var err error
	if sent := r.PostForm["logout_token"]; len(sent) == 1 {
		err = p.signin.BackChannelLogout(r.Context(), sent[0], kit.ClientAddress(r))
	} else {
		err = problem.New(problem.BadInput, "logout_token is not there once")
	}
	if err != nil {
		level := slog.LevelError
		if problem.Is(err, problem.BadInput) {
			level = slog.LevelWarn
		}
		p.Log.LogAttrs(r.Context(), level, "back-channel logout refused",
			slog.String("id", middleware.GetReqID(r.Context())), slog.Any("err", err))
		w.WriteHeader(http.StatusBadRequest)
		return nil
	}
	w.WriteHeader(http.StatusOK)
	return nil
}
