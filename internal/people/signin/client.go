package signin

import (
	"context"
	"crypto/md5" // #nosec G501 -- the provider's own encoding of the client secret, see EncodeSecret
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Limits on what the provider may cost us.
const (
	requestTimeout = 3 * time.Second
	maxBody        = 1 << 20
	retryAfter     = 2 * time.Second // between two tries to discover an unreachable provider
)

// newHTTPClient follows no redirect and reads no more than maxBody of an answer.
// What goes through it is noted in seen; wrap may stand between, or be nil.
func newHTTPClient(seen *contacts, wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
	own := http.DefaultTransport.(*http.Transport).Clone()
	own.MaxResponseHeaderBytes = 64 << 10
	var transport http.RoundTripper = own
	if wrap != nil {
		transport = wrap(transport)
	}
	return &http.Client{
		Timeout:       requestTimeout,
		Transport:     bounded{watched{transport, seen}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxBody), res.Body}
	}
	return res, err
}

// provider is what discovery told us.
type provider struct {
	*oidc.Provider
	oauth    *oauth2.Config
	verifier *oidc.IDTokenVerifier
	logout   *oidc.IDTokenVerifier // of logout tokens: signature and issuer alone
	metadata
}

type metadata struct {
	EndSession string `json:"end_session_endpoint"`
	SendsIss   bool   `json:"authorization_response_iss_parameter_supported"` // RFC 9207
}

// discovery finds the provider when it is first needed and keeps it. A provider
// that is away is asked again after retryAfter, once for all who wait.
type discovery struct {
	cfg    Config
	client *http.Client
	mu     sync.Mutex
	asking chan struct{} // closed when the answer is there; nil: no request is under way
	found  *provider
	failed error
	at     time.Time
}

func (d *discovery) get(ctx context.Context) (*provider, error) {
	asking := d.begin(ctx)
	if asking != nil {
		select {
		case <-asking:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.found, d.failed
}

// begin asks the provider unless its answer is known. What it returns is closed
// once it is; nil: it is already. The question outlives the request that asks first.
func (d *discovery) begin(ctx context.Context) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asking != nil || d.found != nil || d.failed != nil && d.cfg.Now().Sub(d.at) < retryAfter {
		return d.asking
	}
	asking := make(chan struct{})
	d.asking = asking
	go func() {
		found, err := d.discover(ctx)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.found, d.failed, d.at, d.asking = found, err, d.cfg.Now(), nil
		close(asking)
	}()
	return asking
}

func (d *discovery) discover(ctx context.Context) (*provider, error) {
	// The key set keeps the context's client for later fetches, so it gets one
	// that outlives this request.
	keep := oidc.ClientContext(context.WithoutCancel(ctx), d.client)
	found, err := oidc.NewProvider(keep, d.cfg.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discovering %s: %w", d.cfg.Issuer, err)
	}
	p := &provider{Provider: found}
	if err := found.Claims(&p.metadata); err != nil {
		return nil, fmt.Errorf("reading discovery: %w", err)
	}
	endpoint := found.Endpoint()
	if endpoint.AuthURL == "" || endpoint.TokenURL == "" {
		return nil, errors.New("discovery names no authorization or token endpoint")
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	p.oauth = &oauth2.Config{
		ClientID: d.cfg.ClientID, ClientSecret: EncodeSecret(d.cfg.SecretEncoding, d.cfg.ClientSecret),
		Endpoint: endpoint, RedirectURL: d.cfg.RedirectURL, Scopes: d.cfg.Scopes,
	}
	p.verifier = found.VerifierContext(keep, &oidc.Config{ClientID: d.cfg.ClientID, Now: d.cfg.Now})
	p.logout = found.VerifierContext(keep, &oidc.Config{SkipClientIDCheck: true, SkipExpiryCheck: true, Now: d.cfg.Now})
	return p, nil
}

// verify checks a token with v. It answers Away when the keys could not be had:
// that says nothing about the token. go-oidc tells the two apart only in words.
func verify(ctx context.Context, v *oidc.IDTokenVerifier, raw string) (*oidc.IDToken, error) {
	t, err := v.Verify(ctx, raw)
	if err != nil && strings.HasPrefix(err.Error(), "failed to verify signature: fetching keys ") {
		return nil, away(err)
	}
	return t, err
}

// EncodeSecret turns the consumer secret into the password of HTTP Basic.
// Digital ID ("ega") wants seven rounds of hex(md5(s + "EGA")), which protects
// nothing but is its protocol; other providers take the secret as it is ("plain").
func EncodeSecret(encoding, secret string) string {
	if encoding != "ega" {
		return secret
	}
	for range 7 {
		sum := md5.Sum([]byte(secret + "EGA")) // #nosec G401 -- see above
		secret = hex.EncodeToString(sum[:])
	}
	return secret
}
