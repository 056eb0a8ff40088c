package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
	"portal/internal/people/session"
)

// logoutEvent is what makes a JWT a logout token (OpenID Connect Back-Channel
// Logout 1.0, 2.4).
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// logoutAge is how old a logout token may be. The clocks may differ by clockSkew.
const logoutAge = 5 * time.Minute

// logoutToken is what the provider says when a session ends there.
type logoutToken struct {
	Audience  audience                   `json:"aud"`
	IssuedAt  *float64                   `json:"iat"`
	Expires   *float64                   `json:"exp"`
	ID        string                     `json:"jti"`
	Subject   string                     `json:"sub"`
	SessionID string                     `json:"sid"`
	Events    map[string]json.RawMessage `json:"events"`
	Nonce     json.RawMessage            `json:"nonce"`
}

// audience is one client or several.
type audience []string

// UnmarshalJSON accepts "a" and ["a"].
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// BackChannelLogout ends the sessions that a logout token of the provider
// names. Each token works once, also when none of its sessions is open any
// more. Whatever is wrong with it is a BadInput problem, or Away when the
// provider's keys are not to be had. Public: the provider's signature is the
// permission.
func (s *Service) BackChannelLogout(ctx context.Context, raw, address string) error {
	ctx, cancel := context.WithTimeout(ctx, finishTimeout)
	defer cancel()
	t, err := s.believe(ctx, raw)
	if err != nil {
		return err
	}
	ended := 0
	err = s.log.Change(ctx, authz.Actor{Job: "Digital ID", Address: address}, func(tx *audit.Tx) (err error) {
		if err := s.useOnce(ctx, tx, t); err != nil {
			return err
		}
		ended, err = s.sessions.EndByProvider(ctx, tx, session.ProviderSession{
			Issuer: s.cfg.Issuer, SID: clean(t.SessionID), Subject: t.Subject,
		})
		if err == nil && ended == 0 { // a person who signs out here signs out there, and we hear of it
			err = audit.ErrUnchanged
		}
		return err
	})
	if err == nil && ended == 0 {
		return s.useOnce(ctx, s.keep, t)
	}
	return err
}

// useOnce remembers the token until it would be too old in any case.
func (s *Service) useOnce(ctx context.Context, keep db.Bookkeeper, t logoutToken) error {
	isNew, err := insertLogout(ctx, keep, t.ID, seconds(*t.IssuedAt).Add(logoutAge+clockSkew))
	if err == nil && !isNew {
		err = badLogout(errors.New("jti was used before"))
	}
	return err
}

// believe checks the signature and everything else. Its errors are BadInput
// problems, or Away when the provider's keys are not to be had.
func (s *Service) believe(ctx context.Context, raw string) (logoutToken, error) {
	p, err := s.provider.get(ctx)
	if err != nil {
		return logoutToken{}, away(err)
	}
	var t logoutToken
	verified, err := verify(oidc.ClientContext(ctx, s.provider.client), p.logout, raw)
	if problem.Is(err, problem.Away) {
		return t, err
	}
	if err == nil {
		t, err = readLogout(verified, raw, s.cfg.ClientID, s.cfg.Now())
	}
	if err != nil {
		return t, badLogout(err)
	}
	return t, nil
}

// readLogout reads and checks a token whose signature and issuer hold.
func readLogout(verified *oidc.IDToken, raw, clientID string, now time.Time) (t logoutToken, err error) {
	if err := checkNames(verified); err != nil {
		return t, err
	}
	if err := verified.Claims(&t); err != nil {
		return t, fmt.Errorf("reading claims: %w", err)
	}
	return t, t.check(raw, clientID, now)
}

// check is every rule about a logout token whose signature and issuer hold. A
// provider may leave typ out; an ID token's "JWT" is refused.
func (t logoutToken) check(raw, clientID string, now time.Time) error {
	typ, err := typeOf(raw)
	if err != nil {
		return err
	}
	event, logout := t.Events[logoutEvent]
	switch {
	case typ != "" && !strings.EqualFold(strings.TrimPrefix(strings.ToLower(typ), "application/"), "logout+jwt"):
		return errors.New("typ is not logout+jwt")
	case !slices.Equal(t.Audience, []string{clientID}):
		return errors.New("audience is not us alone")
	case !logout || json.Unmarshal(event, &map[string]any{}) != nil || string(event) == "null":
		return errors.New("events names no logout")
	case t.Nonce != nil:
		return errors.New("nonce is there: this is an ID token")
	case checkSubject(t.ID) != nil: // it is stored as one
		return errors.New("jti is missing, too long or has characters that nobody can read")
	case t.Subject == "" && t.SessionID == "":
		return errors.New("neither sub nor sid")
	case t.SessionID != "" && clean(t.SessionID) == "": // without sid, all sessions of sub would end
		return errors.New("sid has nothing that can be read")
	case t.Subject != "" && checkSubject(t.Subject) != nil:
		return checkSubject(t.Subject)
	}
	return t.checkTime(now)
}

func (t logoutToken) checkTime(now time.Time) error {
	switch {
	case t.IssuedAt == nil:
		return errors.New("iat is missing")
	case seconds(*t.IssuedAt).Before(now.Add(-logoutAge)), seconds(*t.IssuedAt).After(now.Add(clockSkew)):
		return fmt.Errorf("iat is not of the last %s", logoutAge)
	case t.Expires != nil && !now.Before(seconds(*t.Expires)):
		return errors.New("exp is past")
	}
	return nil
}

// seconds reads a NumericDate (RFC 7519, section 2). Absurd numbers become a
// time long past or far ahead.
func seconds(n float64) time.Time {
	const far = 1 << 40
	return time.Unix(int64(min(max(n, -far), far)), 0)
}

func badLogout(err error) error {
	return problem.Wrap(problem.BadInput, brief(err), "logout token ใช้ไม่ได้")
}
