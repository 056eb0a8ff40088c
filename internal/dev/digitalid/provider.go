// Package digitalid is a Digital ID of our own for development and tests: an
// OpenID provider with the endpoints, scopes and habits of the real one, where
// a sample person is chosen from a list instead of signing in (login.go).
//
// It must never be reachable from outside: whoever opens it can be anybody.
package digitalid

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"portal/static"
)

// The endpoints of the real provider, and our own list of people.
const (
	authorizePath  = "/connect/authorize"
	tokenPath      = "/connect/token"
	userinfoPath   = "/connect/userinfo"
	endSessionPath = "/connect/endsession"
	revocationPath = "/connect/revocation"
	keysPath       = "/connect/jwks"
	callbackPath   = authorizePath + "/callback" // where the library goes on after a choice
	loginPath      = "/connect/login"
	homePath       = "/"
)

// Options says who the provider is, which one client it knows and who may
// sign in.
type Options struct {
	Issuer       string // as browsers and the portal reach it, such as http://localhost:8081
	ClientID     string
	ClientSecret string // the consumer secret
	// SecretEncoding is what the client makes of the secret: "plain" (or
	// empty), or "ega" as the real provider wants it.
	SecretEncoding         string
	RedirectURIs           []string
	PostLogoutRedirectURIs []string
	BackChannelLogoutURI   string // empty: signing out is not announced
	// KeyFile keeps the signing key between starts; empty: in memory.
	KeyFile string
	People  []Person // none: SamplePeople
}

// Provider is the OpenID provider, an http.Handler.
type Provider struct {
	op       *op.Provider
	store    *store
	password string // what HTTP Basic must carry
	fonts    http.Handler
	logouts  sync.WaitGroup
}

// New returns a provider that is ready to serve.
func New(o Options) (*Provider, error) {
	password, err := encodeSecret(o.ClientSecret, o.SecretEncoding)
	if err != nil {
		return nil, err
	}
	if o.ClientID == "" || o.ClientSecret == "" {
		return nil, errors.New("digitalid: ClientID and ClientSecret are needed")
	}
	if len(o.People) == 0 {
		o.People = SamplePeople()
	}
	key, err := loadKey(o.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("digitalid: signing key: %w", err)
	}
	p := &Provider{password: password, fonts: static.Handler()}
	p.store = newStore(o, key, p)
	config := &op.Config{
		DefaultLogoutRedirectURI:          o.Issuer + homePath,
		CodeMethodS256:                    true,
		SupportedScopes:                   scopes,
		SupportedClaims:                   append([]string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "sid", "name"}, scopes[2:]...),
		BackChannelLogoutSupported:        true,
		BackChannelLogoutSessionSupported: true,
	}
	_, _ = rand.Read(config.CryptoKey[:]) // never fails
	p.op, err = op.NewProvider(config, p.store, op.StaticIssuer(o.Issuer), op.WithAllowInsecure(),
		op.WithCustomEndpoints(op.NewEndpoint(authorizePath), op.NewEndpoint(tokenPath), op.NewEndpoint(userinfoPath),
			op.NewEndpoint(revocationPath), op.NewEndpoint(endSessionPath), op.NewEndpoint(keysPath)))
	if err != nil {
		return nil, fmt.Errorf("digitalid: %w", err)
	}
	return p, nil
}

// ServeHTTP answers as the real provider does, where that differs from the
// library or is stricter.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case homePath:
		p.home(w)
	case loginPath:
		p.login(w, r)
	case tokenPath:
		if _, _, ok := r.BasicAuth(); !ok { // the library takes the secret in the form too
			w.Header().Set("WWW-Authenticate", `Basic realm="Digital ID"`)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"HTTP Basic is required"}`))
			return
		}
		p.op.ServeHTTP(w, r)
	case endSessionPath:
		if err := r.ParseForm(); err == nil && r.Form.Get("post_logout_redirect_uri") == "" {
			r.Form.Set("post_logout_redirect_uri", r.Form.Get("post_logout_redirect_url"))
		}
		p.op.ServeHTTP(w, r)
	case oidc.DiscoveryEndpoint:
		op.Discover(w, p.discovery(r.Context()))
	case authorizePath, callbackPath, userinfoPath, keysPath:
		p.op.ServeHTTP(w, r)
	default: // the library also has endpoints that the real provider has not
		p.fonts.ServeHTTP(w, r)
	}
}

// discovery names what there is and no more: the library would name public
// clients, device codes and other things besides.
func (p *Provider) discovery(ctx context.Context) *oidc.DiscoveryConfiguration {
	d := op.CreateDiscoveryConfig(op.ContextWithIssuer(ctx, p.store.o.Issuer), p.op, p.store)
	d.TokenEndpointAuthMethodsSupported = []oidc.AuthMethod{oidc.AuthMethodBasic}
	d.ResponseTypesSupported = []string{string(oidc.ResponseTypeCode)}
	d.GrantTypesSupported = []oidc.GrantType{oidc.GrantTypeCode}
	d.IntrospectionEndpoint, d.RevocationEndpoint, d.DeviceAuthorizationEndpoint = "", "", ""
	return d
}

// encodeSecret is the password that a client makes of its secret. MD5 is the
// provider's choice, not protection.
func encodeSecret(secret, encoding string) (string, error) {
	switch encoding {
	case "", "plain":
		return secret, nil
	case "ega":
		for range 7 {
			sum := md5.Sum([]byte(secret + "EGA"))
			secret = hex.EncodeToString(sum[:])
		}
		return secret, nil
	}
	return "", fmt.Errorf("digitalid: SecretEncoding %q is neither plain nor ega", encoding)
}
