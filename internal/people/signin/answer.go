package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/people/session"
	"portal/internal/people/staff"
)

// answer is what the provider said, believed.
type answer struct {
	identity staff.Identity
	idToken  string
	sid      string
	authTime time.Time
}

// ask redeems the code and checks everything that comes back. Its errors are
// Away problems, or reasons not to believe the provider.
func (s *Service) ask(ctx context.Context, a attempt, cb Callback) (answer, error) {
	p, err := s.provider.get(ctx)
	if err != nil {
		return answer{}, away(err)
	}
	if cb.Issuer != s.cfg.Issuer && (cb.Issuer != "" || p.SendsIss) {
		return answer{}, errors.New("iss of the response is not the provider's")
	}
	ctx = oidc.ClientContext(ctx, s.provider.client)
	tokens, err := p.oauth.Exchange(ctx, cb.Code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return answer{}, exchangeError(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	idToken, err := verify(ctx, p.verifier, raw)
	if err != nil {
		return answer{}, fmt.Errorf("verifying the ID token: %w", err)
	}
	if err := validateClaims(idToken, raw, s.cfg.ClientID, a.Nonce, s.cfg.Now()); err != nil {
		return answer{}, err
	}
	if idToken.AccessTokenHash != "" {
		if err := idToken.VerifyAccessToken(tokens.AccessToken); err != nil {
			return answer{}, fmt.Errorf("at_hash: %w", err)
		}
	}
	c, err := s.allClaims(ctx, p, idToken, tokens)
	if err != nil {
		return answer{}, err
	}
	authTime := idToken.IssuedAt
	if c.AuthTime > 0 {
		authTime = time.Unix(c.AuthTime, 0)
	}
	return answer{c.identity(s.cfg.Issuer), raw, clean(c.SessionID), authTime}, nil
}

// allClaims joins the ID token's claims with userinfo's, which must speak of
// the same person (OpenID Connect Core, 5.3.2).
func (s *Service) allClaims(ctx context.Context, p *provider, t *oidc.IDToken, tokens *oauth2.Token) (claims, error) {
	var c, more claims
	if err := t.Claims(&c); err != nil {
		return claims{}, fmt.Errorf("reading claims: %w", err)
	}
	if p.UserInfoEndpoint() == "" {
		return c, nil
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return claims{}, away(err)
	}
	if info.Subject != t.Subject {
		return claims{}, errors.New("userinfo speaks of somebody else")
	}
	if err := info.Claims(&more); err != nil {
		return claims{}, fmt.Errorf("reading userinfo: %w", err)
	}
	return c.merge(more), nil
}

// exchangeError tells a provider that is away from one that refuses the code.
func exchangeError(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError && refused.ErrorCode != "" {
		return fmt.Errorf("the provider refused the code: %s", clean(refused.ErrorCode))
	}
	return away(err)
}

// enter makes or finds the person and opens a session, in one transaction.
func (s *Service) enter(ctx context.Context, a answer, cb Callback) (done Done, member bool, err error) {
	visitor := authz.Actor{Address: cb.Address}
	err = s.log.Change(ctx, visitor, func(tx *audit.Tx) error {
		p, err := staff.SignIn(ctx, tx, a.identity, s.cfg.Now())
		if err != nil {
			return err
		}
		tx.Become(authz.Actor{StaffID: int64(p.ID), Address: cb.Address})
		done.StaffID = int64(p.ID)
		done.SessionToken, err = s.sessions.Open(ctx, tx, session.Start{
			StaffID: int64(p.ID), Epoch: p.Epoch, ProviderSID: a.sid, IDToken: a.idToken,
			AuthTime: a.authTime, Address: cb.Address, UserAgent: clean(cb.UserAgent), Replaces: cb.Replaces,
		})
		if err != nil {
			return err
		}
		if member, err = staff.IsMember(ctx, tx, p.ID); err != nil {
			return err
		}
		return tx.Record(staff.ActionSignedIn, audit.Person(int64(p.ID)), map[string]string{"ial": a.identity.IAL})
	})
	return done, member, err
}
