package digitalid

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const logoutTimeout = 5 * time.Second

// TerminateSession ends all access of a person.
func (s *store) TerminateSession(_ context.Context, sub, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, t := range s.tokens {
		if t.sub == sub {
			delete(s.tokens, id)
		}
	}
	return nil
}

// TerminateSessionFromRequest announces the end of the session to the portal
// and says where the browser goes next.
func (s *store) TerminateSessionFromRequest(ctx context.Context, r *op.EndSessionRequest) (string, error) {
	if err := s.TerminateSession(ctx, r.UserID, r.ClientID); err != nil {
		return "", err
	}
	if r.IDTokenHintClaims != nil && s.o.BackChannelLogoutURI != "" {
		sid, _ := r.IDTokenHintClaims.Claims["sid"].(string)
		// The browser does not wait for it, as at the real provider.
		s.provider.logouts.Go(func() {
			if err := s.announceLogout(r.UserID, sid); err != nil {
				slog.Warn("digitalid: back-channel logout", "error", err)
			}
		})
	}
	return r.RedirectURI, nil
}

func (s *store) announceLogout(sub, sid string) error {
	signed, err := s.logoutToken(sub, sid, time.Now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), logoutTimeout)
	defer cancel()
	form := url.Values{"logout_token": {signed}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.BackChannelLogoutURI, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s answered %s", s.o.BackChannelLogoutURI, resp.Status)
	}
	return nil
}

// logoutToken follows OpenID Connect Back-Channel Logout 1.0, section 2.4.
func (s *store) logoutToken(sub, sid string, now time.Time) (string, error) {
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: s.key.key, KeyID: s.key.id}},
		(&jose.SignerOptions{}).WithType("logout+jwt"))
	if err != nil {
		return "", err
	}
	claims := oidc.NewLogoutTokenClaims(s.o.Issuer, sub, oidc.Audience{s.o.ClientID}, now.Add(2*time.Minute), rand.Text(), sid, 0)
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
