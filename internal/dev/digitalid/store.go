package digitalid

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	requestLifetime = 10 * time.Minute
	tokenLifetime   = time.Hour
)

var errUnsupported = errors.New("not supported")

// store is what the library keeps its state in. All of it is forgotten when
// the process ends, except the key.
type store struct {
	o        Options
	key      signingKey
	provider *Provider

	mu       sync.Mutex
	requests map[string]*request
	codes    map[string]string // code → request id
	tokens   map[string]token
}

// token is what an access token stands for.
type token struct {
	sub     string
	scopes  []string
	expires time.Time
}

func newStore(o Options, key signingKey, p *Provider) *store {
	return &store{o: o, key: key, provider: p,
		requests: map[string]*request{}, codes: map[string]string{}, tokens: map[string]token{}}
}

func (s *store) person(sub string) (Person, bool) {
	i := slices.IndexFunc(s.o.People, func(p Person) bool { return p.Sub == sub })
	if i < 0 {
		return Person{}, false
	}
	return s.o.People[i], true
}

// CreateAuthRequest refuses what the portal must never send: no PKCE, or a
// silent sign-in, since nobody stays signed in here.
func (s *store) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	if slices.Contains(asked.Prompt, oidc.PromptNone) {
		return nil, oidc.ErrLoginRequired()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetOld(time.Now())
	r := &request{id: rand.Text(), asked: *asked, created: time.Now()}
	s.requests[r.id] = r
	return r, nil
}

func (s *store) forgetOld(now time.Time) {
	for id, r := range s.requests {
		if now.Sub(r.created) > requestLifetime {
			delete(s.requests, id)
		}
	}
	for code, id := range s.codes {
		if s.requests[id] == nil {
			delete(s.codes, code)
		}
	}
	for id, t := range s.tokens {
		if now.After(t.expires) {
			delete(s.tokens, id)
		}
	}
}

func (s *store) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	r, ok := s.request(id)
	if !ok {
		return nil, errors.New("this sign-in has expired: begin again")
	}
	return r, nil
}

func (s *store) request(id string) (*request, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok || time.Since(r.created) > requestLifetime {
		return nil, false
	}
	return r, true
}

// choose answers a request with a person.
func (s *store) choose(id, sub string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.requests[id]; ok {
		chosen := *r
		chosen.sub, chosen.sid, chosen.authTime = sub, rand.Text(), time.Now()
		s.requests[id] = &chosen
	}
}

// AuthRequestByCode takes the code: the second to bring it gets nothing.
func (s *store) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id, ok := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	if !ok {
		return nil, errors.New("unknown or used code")
	}
	return s.AuthRequestByID(ctx, id)
}

func (s *store) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *store) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

func (s *store) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, expires := rand.Text(), time.Now().Add(tokenLifetime)
	s.tokens[id] = token{r.GetSubject(), r.GetScopes(), expires}
	return id, expires, nil
}

func (s *store) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != s.o.ClientID {
		return nil, errors.New("unknown client")
	}
	return client{s.o}, nil
}

func (s *store) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != s.o.ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(s.provider.password)) != 1 {
		return errors.New("wrong client id or secret")
	}
	return nil
}

// SetUserinfoFromScopes is the older of two ways into the ID token; see
// SetUserinfoFromRequest.
func (s *store) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (s *store) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, asked []string) error {
	if err := s.describe(info, r.GetSubject(), asked); err != nil {
		return err
	}
	if signIn, ok := r.(*request); ok {
		info.AppendClaims("sid", signIn.sid)
	}
	return nil
}

func (s *store) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, _, _ string) error {
	s.mu.Lock()
	t, ok := s.tokens[id]
	s.mu.Unlock()
	if !ok || time.Now().After(t.expires) {
		return oidc.ErrAccessDenied().WithDescription("access token unknown or expired")
	}
	return s.describe(info, t.sub, t.scopes)
}

func (s *store) describe(info *oidc.UserInfo, sub string, asked []string) error {
	p, ok := s.person(sub)
	if !ok {
		return oidc.ErrAccessDenied().WithDescription("no such person")
	}
	info.Subject = sub
	for name, value := range p.claims(asked) {
		info.AppendClaims(name, value)
	}
	return nil
}

func (s *store) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }
func (s *store) KeySet(context.Context) ([]op.Key, error)          { return []op.Key{publicKey{s.key}}, nil }
func (s *store) Health(context.Context) error                      { return nil }
func (s *store) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}
