// Package kit is what the pages of every area are made with: frames, answers,
// forms, downloads and the session of the person who asks.
package kit

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/authz"
	"portal/internal/kit/ratelimit"
	"portal/internal/people/session"
	"portal/internal/site/content"
)

// Config is what the pages of all areas know of the server and its services.
type Config struct {
	BaseURL     string   // scheme and host, no trailing slash
	Issuer      string   // the OpenID provider; forms may lead there
	CheckLinks  bool     // whether the server may reach other sites
	BrowserKeys [][]byte // seal the numbers of browsers, the current one first; none: no browser is known
	Log         *slog.Logger
	Now         func() time.Time
	Observer    Observer
	Sessions    *session.Service
	Content     *content.Service
	Limits      *ratelimit.Service
	Refusals    Refusals // nil: none is recorded
}

// Refusals records what a person was refused.
type Refusals interface {
	Refused(ctx context.Context, actor authz.Actor, method, path, message string) error
}

// Kit is what a page is made with. The pages of each area embed it.
type Kit struct {
	Config
	Secure        bool   // served over HTTPS
	Provider      string // origin of the OpenID provider
	displayCookie string // name
}

// New returns a Kit. c.BaseURL and c.Issuer must be valid addresses.
func New(c Config) *Kit {
	if c.Observer == nil {
		c.Observer = noop{}
	}
	k := &Kit{Config: c, Secure: strings.HasPrefix(c.BaseURL, "https://"), Provider: origin(c.Issuer)}
	k.displayCookie = k.CookieName("display")
	return k
}

// Public is for pages that do not know who is asking.
func (k *Kit) Public(r chi.Router) chi.Router { return r.With(LimitBody(MaxForm), k.ValidText) }

// Office is for pages that know who is asking, and take forms of so many bytes.
func (k *Kit) Office(r chi.Router, most int64) chi.Router {
	return r.With(LimitBody(most), k.ValidText, k.WithSession)
}

// refusedWithin bounds recording a refusal: the answer waits for it.
const refusedWithin = 2 * time.Second

// refused records that a person was refused what they asked for. The answer
// goes out even if that fails.
func (k *Kit) refused(r *http.Request, message string) {
	if !k.SignedIn(r.Context()) || k.Refusals == nil {
		return
	}
	if k.Limits.Take(r.Context(), k.Limits.Refusals.Own, strconv.FormatInt(k.Actor(r).StaffID, 10)) > 0 {
		return // the traffic log has them all
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), refusedWithin)
	defer cancel()
	if err := k.Refusals.Refused(ctx, k.Actor(r), r.Method, r.URL.Path, message); err != nil {
		k.Log.LogAttrs(ctx, slog.LevelError, "a refusal was not recorded",
			slog.String("id", middleware.GetReqID(ctx)), slog.String("path", r.URL.Path), slog.Any("err", err))
	}
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
