package signin

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// fakeProvider is an OpenID provider that misbehaves on demand.
type fakeProvider struct {
	*httptest.Server
	key       *rsa.PrivateKey
	keyID     string
	published []jose.JSONWebKey // nil: the public half of key

	discovery func(map[string]any)                        // changes the discovery document
	claims    func(map[string]any)                        // changes the ID token's claims
	userinfo  func(map[string]any)                        // changes userinfo
	sign      func(claims map[string]any) (string, error) // nil: RS256 with key
	intercept func(w http.ResponseWriter, r *http.Request) bool

	tokenRequests, keyRequests atomic.Int32
	lastAuth                   url.Values
	lastToken                  url.Values
	basicUser, basicPassword   string
}

// providerKey is the same for all of them: making one takes long.
var providerKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func newKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newFakeProvider(t testing.TB) *fakeProvider {
	t.Helper()
	p := &fakeProvider{key: providerKey(), keyID: "k1"}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	p.Config.SetKeepAlivesEnabled(false) // an idle connection would look like a leak
	t.Cleanup(p.Close)
	return p
}

func (p *fakeProvider) serve(w http.ResponseWriter, r *http.Request) {
	if p.intercept != nil && p.intercept(w, r) {
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		doc := map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/connect/authorize",
			"token_endpoint": p.URL + "/connect/token", "userinfo_endpoint": p.URL + "/connect/userinfo",
			"jwks_uri": p.URL + "/keys", "end_session_endpoint": p.URL + "/connect/endsession",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		}
		apply(p.discovery, doc)
		send(w, doc)
	case "/keys":
		p.keyRequests.Add(1)
		keys := p.published
		if keys == nil {
			keys = []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.keyID, Algorithm: "RS256", Use: "sig"}}
		}
		send(w, map[string]any{"keys": keys})
	case "/connect/token":
		p.token(w, r)
	case "/connect/userinfo":
		info := map[string]any{"sub": "somchai", "given_name": "สมชาย", "family_name": "รักงาน", "email": "somchai@example.go.th", "ial_level": "2.3"}
		apply(p.userinfo, info)
		send(w, info)
	default:
		http.NotFound(w, r)
	}
}

func (p *fakeProvider) token(w http.ResponseWriter, r *http.Request) {
	p.tokenRequests.Add(1)
	_ = r.ParseForm()
	p.lastToken = r.PostForm
	p.basicUser, p.basicPassword, _ = r.BasicAuth()
	claims := map[string]any{
		"iss": p.URL, "aud": "portal", "sub": "somchai", "nonce": p.lastAuth.Get("nonce"), "sid": "s1",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "preferred_username": "somchai.r",
	}
	apply(p.claims, claims)
	sign := p.sign
	if sign == nil {
		sign = p.signWith(jose.RS256, p.key, "JWT")
	}
	raw, err := sign(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, map[string]any{"access_token": "at", "token_type": "Bearer", "id_token": raw})
}

// signWith signs with any algorithm and type; an empty keyID of p leaves kid out.
func (p *fakeProvider) signWith(alg jose.SignatureAlgorithm, key any, typ jose.ContentType) func(map[string]any) (string, error) {
	return func(claims map[string]any) (string, error) {
		options := (&jose.SignerOptions{}).WithType(typ)
		if p.keyID != "" {
			options = options.WithHeader("kid", p.keyID)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, options)
		if err != nil {
			return "", err
		}
		return jwt.Signed(signer).Claims(claims).Serialize()
	}
}

func apply(change func(map[string]any), m map[string]any) {
	if change != nil {
		change(m)
	}
}

func send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// unsigned is the alg none attack.
func unsigned(claims map[string]any) (string, error) {
	text, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return base64url([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + base64url(text) + ".", nil
}
