package signin

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

// logoutClaims are those of a good logout token for the session s1 of somchai.
func (b *bench) logoutClaims() map[string]any {
	return map[string]any{
		"iss": b.p.URL, "aud": "portal", "iat": time.Now().Unix(), "exp": time.Now().Add(2 * time.Minute).Unix(),
		"jti": rand.Text(), "sid": "s1", "sub": "somchai", "events": map[string]any{logoutEvent: map[string]any{}},
	}
}

func (b *bench) signLogout(claims map[string]any) string {
	b.t.Helper()
	raw, err := b.p.signWith(jose.RS256, b.p.key, "logout+jwt")(claims)
	if err != nil {
		b.t.Fatal(err)
	}
	return raw
}

func (b *bench) logout(raw string) error {
	return b.s.BackChannelLogout(context.Background(), raw, "192.0.2.9")
}

// signIn opens a session that the provider calls sid.
func (b *bench) signIn(sub, sid string) {
	b.t.Helper()
	b.p.claims = func(c map[string]any) { c["sub"], c["sid"] = sub, sid }
	b.p.userinfo = func(c map[string]any) { c["sub"] = sub }
	if _, err := b.finish(b.begin()); err != nil {
		b.t.Fatal(err)
	}
	b.p.claims, b.p.userinfo = nil, nil
}

// open lists the sessions that are still open, by what the provider calls them.
func (b *bench) open() string {
	b.t.Helper()
	var all string
	err := b.pool.QueryRow(context.Background(), `SELECT coalesce(string_agg(p.subject || ' ' || s.provider_sid, ', ' ORDER BY s.id), '')
		FROM staff_sessions s JOIN staff p ON p.id = s.staff_id WHERE s.ended_at IS NULL`).Scan(&all)
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

func TestA20_BackChannelLogout(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(map[string]any)
		open   string
		people int // who have an entry in the audit log
	}{
		"sid and sub":          {func(map[string]any) {}, "somchai s2, somsri s3", 1},
		"sid alone":            {func(c map[string]any) { delete(c, "sub") }, "somchai s2, somsri s3", 1},
		"sub alone":            {func(c map[string]any) { delete(c, "sid") }, "somsri s3", 1},
		"sid of somebody else": {func(c map[string]any) { c["sub"] = "somsri" }, "somchai s1, somchai s2, somsri s3", 0},
		"unknown sid":          {func(c map[string]any) { c["sid"] = "s9" }, "somchai s1, somchai s2, somsri s3", 0},
		"unknown sub":          {func(c map[string]any) { delete(c, "sid"); c["sub"] = "nobody" }, "somchai s1, somchai s2, somsri s3", 0},
		"aud as a list":        {func(c map[string]any) { c["aud"] = []string{"portal"} }, "somchai s2, somsri s3", 1},
		"no exp":               {func(c map[string]any) { delete(c, "exp") }, "somchai s2, somsri s3", 1},
		"iat with a fraction":  {func(c map[string]any) { c["iat"] = float64(time.Now().Unix()) + .5 }, "somchai s2, somsri s3", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.signIn("somchai", "s1")
			b.signIn("somchai", "s2")
			b.signIn("somsri", "s3")
			claims := b.logoutClaims()
			tt.change(claims)
			raw := b.signLogout(claims)
			if err := b.logout(raw); err != nil {
				t.Fatal(err)
			}
			if got := b.open(); got != tt.open {
				t.Errorf("open: %s; want %s", got, tt.open)
			}
			if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'session.ended_by_provider' AND job = 'Digital ID' AND address = '192.0.2.9'`); n != tt.people {
				t.Errorf("%d entries, want %d", n, tt.people)
			}
			if err := b.logout(raw); !problem.Is(err, problem.BadInput) {
				t.Errorf("the same token again: %v", err)
			}
		})
	}
}

func TestA20_SameNamesAtAnotherProvider(t *testing.T) {
	t.Parallel()
	for _, leaveOut := range []string{"sid", "sub"} {
		b := newBench(t, nil)
		for _, sql := range []string{
			`INSERT INTO staff (issuer, subject, name) VALUES ('https://other.example', 'somchai', 'x')`,
			`INSERT INTO staff_sessions (token_hash, staff_id, epoch, provider_sid, auth_time, last_seen_at, ends_at)
				SELECT '\x00', id, 1, 's1', now(), now(), now() + interval '1 h' FROM staff`,
		} {
			if _, err := b.pool.Exec(context.Background(), sql); err != nil {
				t.Fatal(err)
			}
		}
		claims := b.logoutClaims()
		delete(claims, leaveOut)
		if err := b.logout(b.signLogout(claims)); err != nil || b.open() != "somchai s1" {
			t.Errorf("without %s: %v, open %q", leaveOut, err, b.open())
		}
	}
}

func TestA20_TypeMayBeLeftOut(t *testing.T) {
	t.Parallel()
	for _, typ := range []jose.ContentType{"", "LOGOUT+JWT", "application/logout+jwt"} {
		b := newBench(t, nil)
		b.signIn("somchai", "s1")
		raw, err := b.p.signWith(jose.RS256, b.p.key, typ)(b.logoutClaims())
		if err != nil {
			t.Fatal(err)
		}
		if err := b.logout(raw); err != nil || b.open() != "" {
			t.Errorf("typ %q: %v, open %s", typ, err, b.open())
		}
	}
}

func TestA21_BadLogoutTokens(t *testing.T) {
	other := newKey(t)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	set := func(name string, value any) func(*bench) string {
		return func(b *bench) string {
			c := b.logoutClaims()
			if c[name] = value; value == nil {
				delete(c, name)
			}
			return b.signLogout(c)
		}
	}
	sign := func(alg jose.SignatureAlgorithm, key any, typ jose.ContentType) func(*bench) string {
		return func(b *bench) string {
			if key == nil {
				key = b.p.key
			}
			raw, err := b.p.signWith(alg, key, typ)(b.logoutClaims())
			if err != nil {
				b.t.Fatal(err)
			}
			return raw
		}
	}
	for name, token := range map[string]func(*bench) string{
		"alg none":               func(b *bench) string { raw, _ := unsigned(b.logoutClaims()); return raw },
		"HS256 with our secret":  sign(jose.HS256, []byte(strings.Repeat("secret", 6)), "logout+jwt"),
		"unlisted ES256":         sign(jose.ES256, ec, "logout+jwt"),
		"another key":            sign(jose.RS256, other, "logout+jwt"),
		"typ of an ID token":     sign(jose.RS256, nil, "JWT"),
		"typ of an access token": sign(jose.RS256, nil, "at+jwt"),
		"no events":              set("events", nil),
		"events a text":          set("events", logoutEvent),
		"another event":          set("events", map[string]any{"http://example.org/event": map[string]any{}}),
		"event is null":          set("events", map[string]any{logoutEvent: nil}),
		"event is a text":        set("events", map[string]any{logoutEvent: "yes"}),
		"nonce":                  set("nonce", "n"),
		"empty nonce":            set("nonce", ""),
		"aud of another":         set("aud", "other"),
		"several aud":            set("aud", []string{"portal", "other"}),
		"no aud":                 set("aud", nil),
		"iss of another":         set("iss", "https://evil.example"),
		"no iss":                 set("iss", nil),
		"iat old":                set("iat", time.Now().Add(-6*time.Minute).Unix()),
		"iat ahead":              set("iat", time.Now().Add(6*time.Minute).Unix()),
		"no iat":                 set("iat", nil),
		"absurd iat":             set("iat", 1e300),
		"exp past":               set("exp", time.Now().Add(-time.Second).Unix()),
		"no jti":                 set("jti", nil),
		"jti empty":              set("jti", ""),
		"jti too long":           set("jti", strings.Repeat("x", 256)),
		"sub with control":       set("sub", "a\nb"),
		"neither sub nor sid": func(b *bench) string {
			c := b.logoutClaims()
			delete(c, "sub")
			delete(c, "sid")
			return b.signLogout(c)
		},
		"an ID token": func(b *bench) string {
			raw, _ := b.p.signWith(jose.RS256, b.p.key, "JWT")(map[string]any{"iss": b.p.URL, "aud": "portal", "sub": "somchai", "sid": "s1", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "nonce": "n"})
			return raw
		},
		"empty":                    func(*bench) string { return "" },
		"no token":                 func(*bench) string { return "<html>" },
		"payload is not an object": func(b *bench) string { return b.signLogout(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.signIn("somchai", "s1")
			if err := b.logout(token(b)); !problem.Is(err, problem.BadInput) {
				t.Errorf("got %v, want BadInput", err)
			}
			if b.open() != "somchai s1" {
				t.Error("the session ended")
			}
			if n := b.count(`SELECT count(*) FROM logout_tokens`); n != 0 {
				t.Errorf("%d tokens remembered", n)
			}
		})
	}
}

func TestA21_SameTokenInParallel(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.signIn("somchai", "s1")
	raw := b.signLogout(b.logoutClaims())
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = b.logout(raw) })
	}
	wg.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		}
	}
	if good != 1 || b.open() != "" {
		t.Errorf("%d accepted, open %q", good, b.open())
	}
}

func TestA21_KeysNotToBeHad(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.signIn("somchai", "s1")
	raw := b.signLogout(b.logoutClaims())
	b.p.Close()
	if err := b.logout(raw); !problem.Is(err, problem.Away) || b.open() != "somchai s1" {
		t.Errorf("%v, open %s", err, b.open())
	}
}

func TestCleanForgetsWhatHasExpired(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.begin()
	b.signIn("somchai", "s1")
	if err := b.logout(b.signLogout(b.logoutClaims())); err != nil {
		t.Fatal(err)
	}
	clean := func(actor authz.Actor) (int, error) { return b.s.Clean(context.Background(), actor) }
	entries := func() int { return b.count(`SELECT count(*) FROM audit_entries WHERE action = 'retention.cleaned'`) }
	if n, err := clean(authz.System("test")); n != 0 || err != nil || entries() != 0 {
		t.Errorf("before anything expired: %d rows, %v, %d entries", n, err, entries())
	}
	if _, err := clean(authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.DGAAdmin}}}); !problem.Is(err, problem.Forbidden) {
		t.Errorf("for a person: %v, want Forbidden", err)
	}
	b.s.cfg.Now = func() time.Time { return time.Now().Add(attemptLifetime + time.Minute) }
	if n, err := clean(authz.System("test")); n != 2 || err != nil || entries() != 1 {
		t.Errorf("%d rows, %v, %d entries; want the attempt and the token", n, err, entries())
	}
	if n := b.count(`SELECT (SELECT count(*) FROM signin_attempts) + (SELECT count(*) FROM logout_tokens)`); n != 0 {
		t.Errorf("%d rows left", n)
	}
}
