package digitalid

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	jose "github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"
)

func TestCodeFlow(t *testing.T) {
	for encoding, password := range map[string]string{"plain": testSecret, "ega": testEGA} {
		t.Run(encoding, func(t *testing.T) {
			f := newFlow(t, encoding, password, nil)
			verifier := oauth2.GenerateVerifier()
			code := f.signIn("sample-dga-admin", verifier)
			_, id, info := f.exchange(code, verifier)
			want := map[string]any{
				"sub": "sample-dga-admin", "user_id": "sample-dga-admin", "given_name": "อรุณี", "family_name": "ศรีสุวรรณ",
				"preferred_username": "arunee.s", "email": "arunee.s@example.go.th", "email_verified": true,
				"phone_number": "020000019", "phone_number_verified": true,
				"citizen_id": "0000000000019", "citizen_id_verified": true, "ial_level": "2.3",
			}
			for name, value := range want {
				if id[name] != value || info[name] != value {
					t.Errorf("%s: ID token %v, userinfo %v, want %v", name, id[name], info[name], value)
				}
			}
			if id["sid"] == "" || id["sid"] == nil || id["auth_time"] == nil {
				t.Errorf("sid %v, auth_time %v", id["sid"], id["auth_time"])
			}
			if _, err := f.oauth.Exchange(t.Context(), code, oauth2.VerifierOption(verifier)); err == nil {
				t.Error("the code worked twice")
			}
		})
	}
}

func TestOnlyClaimsAskedFor(t *testing.T) {
	f := newFlow(t, "", testSecret, nil)
	f.oauth.Scopes = []string{"openid", "given_name", "email"}
	verifier := oauth2.GenerateVerifier()
	_, id, info := f.exchange(f.signIn("sample-newcomer", verifier), verifier)
	for _, name := range []string{"citizen_id", "family_name", "phone_number", "ial_level", "name"} {
		if id[name] != nil || info[name] != nil {
			t.Errorf("%s was not asked for: %v %v", name, id[name], info[name])
		}
	}
	if id["given_name"] != "กมลชนก" || info["email"] == nil {
		t.Errorf("missing: %v %v", id["given_name"], info["email"])
	}
}

func TestPKCEIsRequired(t *testing.T) {
	f := newFlow(t, "plain", testSecret, nil)
	for name, options := range map[string][]oauth2.AuthCodeOption{
		"none":  nil,
		"plain": {oauth2.SetAuthURLParam("code_challenge", strings.Repeat("x", 43)), oauth2.SetAuthURLParam("code_challenge_method", "plain")},
	} {
		to, _ := f.get(f.oauth.AuthCodeURL("s", options...))
		if to == nil || to.Query().Get("error") != "invalid_request" || to.Query().Get("state") != "s" {
			t.Errorf("%s: led to %v", name, to)
		}
	}
	code := f.signIn("sample-dga-admin", oauth2.GenerateVerifier())
	if _, err := f.oauth.Exchange(t.Context(), code, oauth2.VerifierOption(oauth2.GenerateVerifier())); err == nil {
		t.Error("another verifier worked")
	}
}

func TestWrongClientIsRefused(t *testing.T) {
	for name, secret := range map[string]string{"plain": "wrong", "ega": testSecret} {
		f := newFlow(t, name, secret, nil)
		verifier := oauth2.GenerateVerifier()
		_, err := f.oauth.Exchange(t.Context(), f.signIn("sample-dga-admin", verifier), oauth2.VerifierOption(verifier))
		if err == nil || !strings.Contains(err.Error(), "invalid_client") {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := newFlow(t, "plain", testSecret, nil)
	f.oauth.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	verifier := oauth2.GenerateVerifier()
	_, err := f.oauth.Exchange(t.Context(), f.signIn("sample-dga-admin", verifier), oauth2.VerifierOption(verifier))
	if err == nil || !strings.Contains(err.Error(), "invalid_client") {
		t.Errorf("secret in the form: %v", err)
	}
	f.oauth.RedirectURL = "http://evil.test/"
	if to, _ := f.get(f.oauth.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier))); to != nil {
		t.Errorf("unknown redirect_uri led to %v", to)
	}
}

func TestCancel(t *testing.T) {
	f := newFlow(t, "", testSecret, nil)
	login, _ := f.get(f.oauth.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier())))
	to, _ := f.post(login.String(), url.Values{"cancel": {"1"}})
	if to == nil || to.Query().Get("error") != "access_denied" || to.Query().Get("state") != "s" {
		t.Errorf("cancelling led to %v", to)
	}
	if to, page := f.get(login.String()); to != nil || !strings.Contains(page, "หมดอายุ") {
		t.Errorf("the cancelled sign-in still works: %v", to)
	}
}

func TestEndSession(t *testing.T) {
	announced := make(chan string, 2)
	portal := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		announced <- r.PostFormValue("logout_token")
	}))
	t.Cleanup(portal.Close)
	for _, name := range []string{"post_logout_redirect_uri", "post_logout_redirect_url"} {
		f := newFlow(t, "", testSecret, func(o *Options) { o.BackChannelLogoutURI = portal.URL })
		verifier := oauth2.GenerateVerifier()
		raw, id, _ := f.exchange(f.signIn("sample-two-hats", verifier), verifier)
		to, _ := f.get(f.issuer + endSessionPath + "?" + url.Values{"id_token_hint": {raw}, name: {testGoodbye}, "state": {"bye"}}.Encode())
		if to == nil || to.String() != testGoodbye+"?state=bye" {
			t.Errorf("%s: led to %v", name, to)
		}
		ctx, cancel := context.WithTimeout(t.Context(), logoutTimeout)
		defer cancel()
		select {
		case token := <-announced:
			checkLogoutToken(t, f, token, id["sid"])
		case <-ctx.Done():
			t.Fatal("no logout token came")
		}
		to, _ = f.get(f.issuer + endSessionPath + "?" + url.Values{"id_token_hint": {raw}, name: {"http://evil.test/"}}.Encode())
		if to != nil {
			t.Errorf("%s: unknown address led to %v", name, to)
		}
	}
}

func checkLogoutToken(t *testing.T, f *flow, raw string, sid any) {
	t.Helper()
	parsed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	if typ := parsed.Signatures[0].Header.ExtraHeaders[jose.HeaderType]; typ != "logout+jwt" {
		t.Errorf("typ %v", typ)
	}
	verified, err := f.provider.Verifier(&oidc.Config{ClientID: "portal"}).Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	events, _ := json.Marshal(claims["events"])
	if string(events) != `{"http://schemas.openid.net/event/backchannel-logout":{}}` || claims["nonce"] != nil {
		t.Errorf("events %s, nonce %v", events, claims["nonce"])
	}
	if claims["sid"] != sid || claims["sub"] != "sample-two-hats" || claims["jti"] == nil {
		t.Errorf("sid %v (want %v), sub %v, jti %v", claims["sid"], sid, claims["sub"], claims["jti"])
	}
	if time.Until(verified.Expiry) <= 0 {
		t.Error("expired")
	}
}

func TestDiscovery(t *testing.T) {
	f := newFlow(t, "", testSecret, nil)
	var doc struct {
		Authorize string   `json:"authorization_endpoint"`
		Token     string   `json:"token_endpoint"`
		Userinfo  string   `json:"userinfo_endpoint"`
		End       string   `json:"end_session_endpoint"`
		Methods   []string `json:"token_endpoint_auth_methods_supported"`
		PKCE      []string `json:"code_challenge_methods_supported"`
		Scopes    []string `json:"scopes_supported"`
	}
	if err := f.provider.Claims(&doc); err != nil {
		t.Fatal(err)
	}
	got := []string{doc.Authorize, doc.Token, doc.Userinfo, doc.End}
	want := []string{"/connect/authorize", "/connect/token", "/connect/userinfo", "/connect/endsession"}
	for i := range want {
		if got[i] != f.issuer+want[i] {
			t.Errorf("endpoint %s, want %s", got[i], want[i])
		}
	}
	if !slices.Equal(doc.Methods, []string{"client_secret_basic"}) || !slices.Equal(doc.PKCE, []string{"S256"}) || !slices.Equal(doc.Scopes, scopes) {
		t.Errorf("%v %v %v", doc.Methods, doc.PKCE, doc.Scopes)
	}
}

func TestKeyIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "key.pem")
	first, err := loadKey(file)
	if err != nil {
		t.Fatal(err)
	}
	second, err := loadKey(file)
	if err != nil || second.id != first.id {
		t.Errorf("%s then %s: %v", first.id, second.id, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
}

func TestSamplePeople(t *testing.T) {
	subs := map[string]bool{}
	longest := 0
	for _, p := range SamplePeople() {
		if subs[p.Sub] || p.Note == "" || len(p.CitizenID) != 13 {
			t.Errorf("%+v", p)
		}
		subs[p.Sub] = true
		longest = max(longest, utf8.RuneCountInString(p.Name()))
	}
	if len(subs) != 8 || longest != 60 {
		t.Errorf("%d people, the longest name has %d characters", len(subs), longest)
	}
}
