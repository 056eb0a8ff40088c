package signin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/problem"
	"portal/internal/people/session"
)

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

type bench struct {
	t    *testing.T
	p    *fakeProvider
	pool *pgxpool.Pool
	s    *Service
	cfg  Config
	took time.Duration // see try
}

func newBench(t *testing.T, change func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, p: newFakeProvider(t), pool: testdb.New(t)}
	b.cfg = Config{
		Issuer: b.p.URL, ClientID: "portal", ClientSecret: "secret", SecretEncoding: "plain",
		Scopes:      []string{"openid", "email"},
		RedirectURL: "https://portal.example/backend/login/callback",
		LogoutURL:   "https://portal.example/backend/logout/done", Now: time.Now,
	}
	if change != nil {
		change(&b.cfg)
	}
	log := audit.New(b.pool)
	b.s = New(b.cfg, b.pool, log, session.New(b.pool, log, session.DefaultLimits, time.Now))
	return b
}

const browser = "the browser's cookie"

// begin starts an attempt and returns its state.
func (b *bench) begin() string {
	b.t.Helper()
	to, err := b.s.Begin(context.Background(), browser, "")
	if err != nil {
		b.t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		b.t.Fatal(err)
	}
	b.p.lastAuth = u.Query()
	return u.Query().Get("state")
}

func (b *bench) finish(state string) (Done, error) {
	return b.s.Finish(context.Background(), Callback{State: state, Code: "c", Browser: browser, Address: "192.0.2.7"})
}

func (b *bench) count(sql string) (n int) {
	b.t.Helper()
	if err := b.pool.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// refused checks that a sign-in of the given kind was refused, that it left no
// session behind, and that the audit log says so.
func (b *bench) refused(err error, kind problem.Kind) {
	b.t.Helper()
	if !problem.Is(err, kind) {
		b.t.Errorf("got %v, want a problem of kind %d", err, kind)
	}
	if n := b.count(`SELECT count(*) FROM staff_sessions`); n != 0 {
		b.t.Errorf("%d sessions, want none", n)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'signin.refused'`); n != 1 {
		b.t.Errorf("%d refusals in the audit log, want 1", n)
	}
}

func TestA01_SignIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.SecretEncoding = "ega" })
	done, err := b.finish(b.begin())
	if err != nil {
		t.Fatal(err)
	}
	q := b.p.lastAuth
	for name, want := range map[string]string{
		"response_type": "code", "code_challenge_method": "S256", "client_id": "portal",
		"redirect_uri": b.cfg.RedirectURL, "scope": "openid email",
	} {
		if q.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, q.Get(name), want)
		}
	}
	for _, name := range []string{"state", "nonce"} {
		if raw, err := base64.RawURLEncoding.DecodeString(q.Get(name)); err != nil || len(raw) < 16 {
			t.Errorf("%s %q has less than 128 bits", name, q.Get(name))
		}
	}
	if b.p.lastToken.Get("code_verifier") == "" || b.p.lastToken.Get("client_secret") != "" {
		t.Errorf("token request %v", b.p.lastToken)
	}
	if b.p.basicUser != "portal" || b.p.basicPassword != EncodeSecret("ega", "secret") || b.p.basicPassword == "secret" {
		t.Errorf("Basic %q %q", b.p.basicUser, b.p.basicPassword)
	}
	if done.SessionToken == "" || done.ReturnPath != "/backend/token" {
		t.Errorf("done: %+v", done)
	}
	if n := b.count(`SELECT count(*) FROM staff WHERE name = 'สมชาย รักงาน' AND ial = '2.3' AND username = 'somchai.r'`); n != 1 {
		t.Error("the person is not there as the provider told")
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'staff.signed_in' AND staff_id IS NOT NULL AND address = '192.0.2.7'`); n != 1 {
		t.Error("no audit entry")
	}
}

func TestA02_A03_A04_A05_A06_A07_A08_A11_ClaimsNotToBelieve(t *testing.T) {
	other := newKey(t)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, value any) func(*fakeProvider) {
		return func(p *fakeProvider) { p.claims = func(c map[string]any) { c[name] = value } }
	}
	drop := func(name string) func(*fakeProvider) {
		return func(p *fakeProvider) { p.claims = func(c map[string]any) { delete(c, name) } }
	}
	// Both speak of the same person, or userinfo alone would be the reason.
	subject := func(value any) func(*fakeProvider) {
		return func(p *fakeProvider) {
			p.claims = func(c map[string]any) {
				if c["sub"] = value; value == nil {
					delete(c, "sub")
				}
			}
			p.userinfo = p.claims
		}
	}
	for name, spoil := range map[string]func(*fakeProvider){
		"A02 nonce wrong":           set("nonce", "other"),
		"A02 nonce missing":         drop("nonce"),
		"A03 iss wrong":             set("iss", "https://evil.example"),
		"A03 iss with a slash":      func(p *fakeProvider) { set("iss", p.URL+"/")(p) },
		"A04 aud wrong":             set("aud", "other"),
		"A04 aud missing":           drop("aud"),
		"A04 several aud":           set("aud", []string{"portal", "other"}),
		"A04 azp wrong":             set("azp", "other"),
		"A05 sub missing":           subject(nil),
		"A05 sub empty":             subject(""),
		"A05 sub too long":          subject(strings.Repeat("x", 256)),
		"A05 sub with control":      subject("a\nb"),
		"A06 iat missing":           drop("iat"),
		"A06 iat ahead":             set("iat", time.Now().Add(10*time.Minute).Unix()),
		"A06 exp past":              set("exp", time.Now().Add(-time.Minute).Unix()),
		"A06 exp missing":           drop("exp"),
		"A07 alg none":              func(p *fakeProvider) { p.sign = unsigned },
		"A07 HS256 with our secret": func(p *fakeProvider) { p.sign = p.signWith(jose.HS256, []byte(strings.Repeat("secret", 6)), "JWT") },
		"A07 RS256 of another key":  func(p *fakeProvider) { p.sign = p.signWith(jose.RS256, other, "JWT") },
		"A07 unlisted ES256":        func(p *fakeProvider) { p.sign = p.signWith(jose.ES256, ec, "JWT") },
		"A07 access token's typ":    func(p *fakeProvider) { p.sign = p.signWith(jose.RS256, p.key, "at+jwt") },
		"A07 logout token's typ":    func(p *fakeProvider) { p.sign = p.signWith(jose.RS256, p.key, "logout+jwt") },
		"at_hash of another token":  set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"A11 userinfo of another":   func(p *fakeProvider) { p.userinfo = func(c map[string]any) { c["sub"] = "other" } },
		"A08 kid absent, many keys": func(p *fakeProvider) {
			p.keyID = ""
			p.published = []jose.JSONWebKey{{Key: other.Public(), KeyID: "x"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			spoil(b.p)
			_, err := b.finish(b.begin())
			b.refused(err, problem.BadInput)
			if n := b.count(`SELECT count(*) FROM staff`); n != 0 {
				t.Errorf("%d people stored, want none", n)
			}
		})
	}
}

func TestA07_DiscoveryThatListsNoSafeAlgorithm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.discovery = func(d map[string]any) { d["id_token_signing_alg_values_supported"] = []string{"none", "HS256"} }
	b.p.sign = unsigned
	_, err := b.finish(b.begin())
	b.refused(err, problem.BadInput)
}

func TestA08_KeyIDAbsentWithOneKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.keyID = ""
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
}

func TestA09_KeysRotated(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	before := b.p.keyRequests.Load()
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	if n := b.p.keyRequests.Load() - before; n != 0 {
		t.Errorf("%d key fetches although the keys are known, want none", n)
	}
	b.p.key, b.p.keyID = newKey(t), "k2"
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	if n := b.p.keyRequests.Load() - before; n != 1 {
		t.Errorf("%d key fetches after a rotation, want 1", n)
	}
}

// TestA09_KeysRotatedWhileSigningIn changes the keys between the person's leaving
// for the provider and the token. Keys that were never published are looked for
// once for each sign-in, not more.
func TestA09_KeysRotatedWhileSigningIn(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	state := b.begin()
	b.p.key, b.p.keyID = newKey(t), "k2"
	before := b.p.keyRequests.Load()
	if _, err := b.finish(state); err != nil {
		t.Fatal(err)
	}
	b.p.sign = b.p.signWith(jose.RS256, newKey(t), "JWT")
	for range 3 {
		if _, err := b.finish(b.begin()); !problem.Is(err, problem.BadInput) {
			t.Errorf("signed by nobody known: %v", err)
		}
	}
	if n := b.p.keyRequests.Load() - before; n < 1 || n > 4 {
		t.Errorf("%d key fetches for four sign-ins", n)
	}
}

func TestA10_DiscoveryMismatchHeals(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.discovery = func(d map[string]any) { d["issuer"] = "https://evil.example" }
	if _, err := b.s.Begin(context.Background(), browser, ""); !problem.Is(err, problem.Away) {
		t.Fatalf("got %v, want Away", err)
	}
	b.p.discovery = nil
	b.s.provider.at = time.Now().Add(-retryAfter) // as if it had waited
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
}

func TestA12_State(t *testing.T) {
	for name, break_ := range map[string]func(*bench, *Callback){
		"missing":            func(_ *bench, cb *Callback) { cb.State = "" },
		"wrong":              func(_ *bench, cb *Callback) { cb.State = "x" },
		"of another browser": func(_ *bench, cb *Callback) { cb.Browser = "another" },
		"no cookie":          func(_ *bench, cb *Callback) { cb.Browser = "" },
		"ten minutes old": func(b *bench, _ *Callback) {
			b.s.cfg.Now = func() time.Time { return time.Now().Add(attemptLifetime + time.Second) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			cb := Callback{State: b.begin(), Code: "c", Browser: browser}
			break_(b, &cb)
			_, err := b.s.Finish(context.Background(), cb)
			b.refused(err, problem.BadInput)
			if n := b.p.tokenRequests.Load(); n != 0 {
				t.Errorf("%d token requests, want none", n)
			}
		})
	}
}

func TestA12_StateReplayed(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	state := b.begin()
	if _, err := b.finish(state); err != nil {
		t.Fatal(err)
	}
	if _, err := b.finish(state); !problem.Is(err, problem.BadInput) {
		t.Errorf("second use: %v", err)
	}
	if n := b.p.tokenRequests.Load(); n != 1 {
		t.Errorf("%d token requests, want 1", n)
	}
}

func TestA13_SameCallbackInParallel(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	state := b.begin()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { _, _ = b.finish(state) })
	}
	wg.Wait()
	if n := b.count(`SELECT count(*) FROM staff_sessions`); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
	if n := b.p.tokenRequests.Load(); n != 1 {
		t.Errorf("%d token requests, want 1", n)
	}
}

func TestA14_IssuerOfTheResponse(t *testing.T) {
	for name, tt := range map[string]struct {
		advertised bool
		issuer     string
		ok         bool
	}{
		"wrong":                     {false, "https://evil.example", false},
		"absent though advertised":  {true, "", false},
		"absent and not advertised": {false, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.p.discovery = func(d map[string]any) { d["authorization_response_iss_parameter_supported"] = tt.advertised }
			_, err := b.s.Finish(context.Background(), Callback{State: b.begin(), Code: "c", Browser: browser, Issuer: tt.issuer})
			if (err == nil) != tt.ok {
				t.Errorf("got %v", err)
			}
			if !tt.ok && b.p.tokenRequests.Load() != 0 {
				t.Error("the code was sent on")
			}
		})
	}
}

func TestA15_ErrorFromTheProvider(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	_, err := b.s.Finish(context.Background(), Callback{State: b.begin(), Error: "<script>alert(1)</script>", Browser: browser})
	b.refused(err, problem.BadInput)
	if strings.Contains(problem.Of(err).Message, "script") {
		t.Error("the provider's text is echoed")
	}
}

func TestA22_SuspendedPerson(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.pool.Exec(context.Background(), `UPDATE staff SET suspended_at = now(); `); err != nil {
		t.Fatal(err)
	}
	if _, err := b.pool.Exec(context.Background(), `DELETE FROM staff_sessions`); err != nil {
		t.Fatal(err)
	}
	_, err := b.finish(b.begin())
	b.refused(err, problem.Forbidden)
	if n := b.count(`SELECT count(*) FROM staff WHERE suspended_at IS NOT NULL`); n != 1 {
		t.Error("no longer suspended")
	}
}

func TestA23_IdentityIsIssuerAndSubject(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	b.p.userinfo = func(c map[string]any) { c["email"] = "new@example.go.th" }
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM staff`); n != 1 {
		t.Errorf("same sub, new e-mail: %d people, want 1", n)
	}
	b.p.claims = func(c map[string]any) { c["sub"] = "impostor" }
	b.p.userinfo = func(c map[string]any) { c["sub"], c["email"] = "impostor", "new@example.go.th" }
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	if n := b.count(`SELECT count(*) FROM staff WHERE email = 'new@example.go.th'`); n != 2 {
		t.Errorf("other sub, same e-mail: %d people, want 2", n)
	}
}

func TestRefusalIsRecordedAfterTheTimeIsUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.p.claims = func(c map[string]any) { c["nonce"] = "other" }
	state, calls := b.begin(), 0
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.s.cfg.Now = func() time.Time { // asked for the attempt's age, and when the ID token is there
		if calls++; calls == 2 {
			cancel()
		}
		return time.Now()
	}
	_, err := b.s.Finish(ctx, Callback{State: state, Code: "c", Browser: browser})
	b.refused(err, problem.BadInput)
	if ctx.Err() == nil {
		t.Error("the time was not up")
	}
}

func TestMinimumAssurance(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.MinimumIAL = "2.3" })
	if _, err := b.finish(b.begin()); err != nil {
		t.Fatal(err)
	}
	b.p.userinfo = func(c map[string]any) { c["ial_level"] = 1.1 }
	if _, err := b.finish(b.begin()); !problem.Is(err, problem.Forbidden) {
		t.Errorf("level 1.1: %v, want Forbidden", err)
	}
}
