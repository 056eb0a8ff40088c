package digitalid

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	testSecret   = "a secret/with+signs"
	testCallback = "http://portal.test/callback"
	testGoodbye  = "http://portal.test/goodbye"
	// seven rounds of md5sum over testSecret, by a shell
	testEGA = "b1deb73298baf1e381400b551309adbe"
)

// flow is a client of a provider that runs for one test.
type flow struct {
	t        *testing.T
	issuer   string
	browser  *http.Client // does not follow redirects
	oauth    oauth2.Config
	provider *oidc.Provider
}

func newFlow(t *testing.T, encoding, secret string, change func(*Options)) *flow {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	o := Options{
		Issuer: "http://" + server.Listener.Addr().String(), ClientID: "portal", ClientSecret: testSecret,
		SecretEncoding: encoding, RedirectURIs: []string{testCallback}, PostLogoutRedirectURIs: []string{testGoodbye},
	}
	if change != nil {
		change(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = p
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(p.logouts.Wait)
	jar, _ := cookiejar.New(nil)
	f := &flow{t: t, issuer: o.Issuer, browser: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
	if f.provider, err = oidc.NewProvider(t.Context(), o.Issuer); err != nil {
		t.Fatal(err)
	}
	endpoint := f.provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	f.oauth = oauth2.Config{ClientID: "portal", ClientSecret: secret, Endpoint: endpoint, RedirectURL: testCallback, Scopes: scopes}
	return f
}

// do sends one request and gives where it redirects to, or the page.
func (f *flow) do(req *http.Request) (to *url.URL, body string) {
	f.t.Helper()
	resp, err := f.browser.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	to, _ = resp.Location()
	return to, string(b)
}

func (f *flow) get(u string) (*url.URL, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, u, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.do(req)
}

func (f *flow) post(u string, form url.Values) (*url.URL, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, u, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return f.do(req)
}

// signIn goes from the portal to the list and back, and gives the code.
func (f *flow) signIn(sub, verifier string) string {
	f.t.Helper()
	login, _ := f.get(f.oauth.AuthCodeURL("state-1", oidc.Nonce("nonce-1"), oauth2.S256ChallengeOption(verifier)))
	if login == nil || login.Path != loginPath {
		f.t.Fatalf("authorize led to %v", login)
	}
	_, page := f.get(login.String())
	for _, want := range []string{"ใช้สำหรับการพัฒนาเท่านั้น", "ยกเลิก", `name="sub" value="` + sub + `"`} {
		if !strings.Contains(page, want) {
			f.t.Fatalf("the list lacks %q", want)
		}
	}
	callback, _ := f.post(login.String(), url.Values{"sub": {sub}})
	if callback == nil {
		f.t.Fatal("choosing led nowhere")
	}
	back, _ := f.get(callback.String())
	if back == nil || !strings.HasPrefix(back.String(), testCallback) || back.Query().Get("state") != "state-1" {
		f.t.Fatalf("came back to %v", back)
	}
	return back.Query().Get("code")
}

// exchange gives the claims of the ID token and of the userinfo endpoint.
func (f *flow) exchange(code, verifier string) (raw string, idToken, userinfo map[string]any) {
	f.t.Helper()
	token, err := f.oauth.Exchange(f.t.Context(), code, oauth2.VerifierOption(verifier))
	if err != nil {
		f.t.Fatal(err)
	}
	raw, _ = token.Extra("id_token").(string)
	verified, err := f.provider.Verifier(&oidc.Config{ClientID: "portal"}).Verify(f.t.Context(), raw)
	if err != nil {
		f.t.Fatal(err)
	}
	if verified.Nonce != "nonce-1" {
		f.t.Errorf("nonce %q", verified.Nonce)
	}
	info, err := f.provider.UserInfo(f.t.Context(), oauth2.StaticTokenSource(token))
	if err != nil {
		f.t.Fatal(err)
	}
	if err := verified.Claims(&idToken); err != nil {
		f.t.Fatal(err)
	}
	if err := info.Claims(&userinfo); err != nil {
		f.t.Fatal(err)
	}
	return raw, idToken, userinfo
}
