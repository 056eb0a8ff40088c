// Package signin is the way in through the OpenID provider: state, nonce, PKCE,
// claims, and from them a person and a session. claims.go says which answers of
// the provider are believed.
package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
	"portal/internal/people/session"
)

// attemptLifetime is how long a person may take at the provider.
const attemptLifetime = 10 * time.Minute

// finishTimeout bounds all that the provider and the database are asked for one
// sign-in: with refuseTimeout no client waits five seconds for an answer.
const finishTimeout = 4 * time.Second

// refuseTimeout is what a refusal has to be recorded, on top of finishTimeout.
const refuseTimeout = 750 * time.Millisecond

// Config is how the portal stands with the provider.
type Config struct {
	Issuer         string
	ClientID       string
	ClientSecret   string
	SecretEncoding string // see EncodeSecret
	Scopes         []string
	MinimumIAL     string // empty: none asked
	RedirectURL    string
	LogoutURL      string // where the provider sends people after sign-out
	Now            func() time.Time
	// MayRecord says whether one more refusal of an unknown client at address is
	// recorded; nil: each is. What is not is counted in the next one's entry.
	MayRecord func(ctx context.Context, address string) bool

	// Transport, if set, wraps the one that requests to the provider go through.
	Transport func(http.RoundTripper) http.RoundTripper
}

// Service signs people in.
type Service struct {
	cfg      Config
	provider *discovery
	keep     db.Bookkeeper
	log      *audit.Log
	sessions *session.Service
	seen     *contacts

	unrecorded atomic.Int64 // refusals since the last that was recorded
}

// New returns a Service. It does not ask the provider anything yet, so that the
// portal starts while the provider is away.
func New(cfg Config, keep db.Bookkeeper, log *audit.Log, sessions *session.Service) *Service {
	seen := &contacts{now: cfg.Now}
	return &Service{cfg: cfg, provider: &discovery{cfg: cfg, client: newHTTPClient(seen, cfg.Transport)}, keep: keep, log: log, sessions: sessions, seen: seen}
}

// Begin starts an attempt and returns the provider's address to go to. browser
// is the secret of the browser's cookie; an attempt ends only where it began.
// Public: a person who signs in is still a visitor.
func (s *Service) Begin(ctx context.Context, browser, returnPath string) (string, error) {
	p, err := s.provider.get(ctx)
	if err != nil {
		s.seen.note(false) // also when it answered something that is of no use
		return "", away(err)
	}
	state, nonce, verifier := random(), random(), oauth2.GenerateVerifier()
	err = insertAttempt(ctx, s.keep, digest(state), attempt{
		BrowserHash: digest(browser), Nonce: nonce, Verifier: verifier,
		ReturnPath: SafeReturn(returnPath), ExpiresAt: s.cfg.Now().Add(attemptLifetime),
	})
	if err != nil {
		return "", err
	}
	return p.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Callback is what the provider's answer carries, and where it came from.
type Callback struct {
	State, Code, Issuer, Error  string
	Browser, Address, UserAgent string
	Replaces                    string // the session's token that the browser has; "" for none
}

// Done is a finished sign-in.
type Done struct {
	SessionToken string
	ReturnPath   string
	StaffID      int64
}

// Finish ends an attempt: it believes the provider's answer or refuses it, and
// opens a session. Its problems are BadInput (an answer that fits no attempt, or
// is not to be believed; Done then says where the person was going, if that is
// known), Forbidden (a suspended person, or too low an assurance
// level) and Away (the provider). Public: see Begin.
func (s *Service) Finish(ctx context.Context, cb Callback) (Done, error) {
	ctx, cancel := context.WithTimeout(ctx, finishTimeout)
	defer cancel()
	a, found, err := takeAttempt(ctx, s.keep, digest(cb.State), digest(cb.Browser), s.cfg.Now())
	if err != nil {
		return Done{}, err
	}
	if !found || cb.State == "" || cb.Browser == "" {
		return Done{}, s.refuse(ctx, cb, "state fits no attempt", problem.New(problem.BadInput,
			"การเข้าสู่ระบบครั้งนี้หมดเวลาหรือไม่ได้เริ่มจากเบราว์เซอร์นี้ กรุณาเริ่มเข้าสู่ระบบใหม่"))
	}
	again := Done{ReturnPath: a.ReturnPath}
	if cb.Error != "" {
		return again, s.refuse(ctx, cb, "provider answered with an error", problem.New(problem.BadInput,
			"ผู้ให้บริการ Digital ID ไม่ได้ยืนยันตัวตน หรือท่านยกเลิกการเข้าสู่ระบบ กรุณาเริ่มใหม่"))
	}
	answer, err := s.ask(ctx, a, cb)
	switch {
	case problem.Is(err, problem.Away):
		return Done{}, err
	case err != nil:
		err = brief(err)
		return again, s.refuse(ctx, cb, err.Error(), problem.Wrap(problem.BadInput, err,
			"ตรวจสอบคำตอบจาก Digital ID แล้วไม่ถูกต้อง ระบบจึงไม่ให้เข้าใช้งาน กรุณาเริ่มเข้าสู่ระบบใหม่"))
	case !assured(answer.identity.IAL, s.cfg.MinimumIAL):
		return Done{}, s.refusePerson(ctx, cb, answer.identity.Name, "assurance level too low", problem.New(problem.Forbidden,
			"ระดับการพิสูจน์ตัวตนของบัญชี Digital ID นี้ต่ำกว่าที่กำหนด กรุณายืนยันตัวตนเพิ่มที่ Digital ID แล้วเข้าสู่ระบบใหม่"))
	}
	done, member, err := s.enter(ctx, answer, cb)
	if problem.Is(err, problem.Forbidden) {
		return Done{}, s.refusePerson(ctx, cb, answer.identity.Name, "account suspended", err)
	}
	if done.ReturnPath = a.ReturnPath; !member {
		done.ReturnPath = "/backend/token"
	}
	return done, err
}

// refuse returns answer for a client of whom nothing is known, and records why
// unless too many were recorded already: what every client can send must not fill the
// audit log.
func (s *Service) refuse(ctx context.Context, cb Callback, reason string, answer error) error {
	if s.cfg.MayRecord != nil && !s.cfg.MayRecord(ctx, cb.Address) {
		s.unrecorded.Add(1)
		return answer
	}
	return s.refusePerson(ctx, cb, "", reason, answer)
}

// refusePerson records why a sign-in was refused, and of whom if the provider has
// said it, and returns answer for the person. It does so also when the person has
// gone or the time is up.
func (s *Service) refusePerson(ctx context.Context, cb Callback, name, reason string, answer error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refuseTimeout)
	defer cancel()
	detail := map[string]any{"reason": reason}
	others := s.unrecorded.Swap(0)
	if others > 0 {
		detail["unrecorded"] = others
	}
	err := s.log.Change(ctx, authz.Actor{Address: cb.Address}, func(tx *audit.Tx) error {
		return tx.Record(ActionRefused, audit.Subject{Key: "signin", Name: name}, detail)
	})
	if err != nil {
		s.unrecorded.Add(others)
	}
	return errors.Join(answer, err)
}

// SignOutURL is where the provider ends its own session, or "" if it offers no
// such place or is away: the portal's session has ended in any case. Public:
// it holds nothing but the caller's own hint.
func (s *Service) SignOutURL(ctx context.Context, idToken string) string {
	p, err := s.provider.get(ctx)
	if err != nil || p.EndSession == "" {
		return ""
	}
	u, err := url.Parse(p.EndSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("id_token_hint", idToken)
	q.Set("client_id", s.cfg.ClientID)
	q.Set("post_logout_redirect_uri", s.cfg.LogoutURL)
	q.Set("post_logout_redirect_url", s.cfg.LogoutURL) // some installations of Digital ID read this name
	q.Set("state", random())
	u.RawQuery = q.Encode()
	return u.String()
}

func away(err error) error {
	return problem.Wrap(problem.Away, brief(err), "ติดต่อ Digital ID ไม่ได้ในขณะนี้ กรุณาลองเข้าสู่ระบบใหม่ในอีกสักครู่")
}

// brief cuts errors that quote a whole answer of the provider: they go into logs.
func brief(err error) error {
	const most = 1000
	if text := err.Error(); len(text) > most {
		return errors.New(strings.ToValidUTF8(text[:most], ""))
	}
	return err
}

// random draws 256 bits, unpadded base64url.
func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails, by its documentation
	return base64.RawURLEncoding.EncodeToString(b)
}

func digest(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }
