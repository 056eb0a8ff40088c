package e2e

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"portal/internal/dev/testdb"
)

// client is a browser without a screen: it keeps cookies, which go to every
// port of a host alike, and follows links.
type client struct {
	t *testing.T
	*http.Client
}

func newClient(t *testing.T) client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return client{t, &http.Client{Jar: jar}}
}

func (c client) send(method, address string, form url.Values) (*http.Response, string, error) {
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := c.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return res, string(text), err
}

var attemptField = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signIn signs in at base as the sample person.
func (c client) signIn(base, subject string) {
	c.t.Helper()
	res, text, err := c.send(http.MethodGet, base+"/backend/login/digitalid", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	m := attemptField.FindStringSubmatch(text)
	if m == nil {
		c.t.Fatalf("no choice of people at %s", res.Request.URL)
	}
	res, _, err = c.send(http.MethodPost, res.Request.URL.String(), url.Values{"id": {m[1]}, "sub": {subject}})
	if err != nil || !strings.HasPrefix(res.Request.URL.Path, "/backend/") {
		c.t.Fatalf("signed in to %s, %v", res.Request.URL, err)
	}
}

const role = "เจ้าหน้าที่ตรวจคู่มือ"

// TestA73_KilledServersNeverUseATokenTwice runs two servers on one database, lets
// two people send one code to both at once, kills a server in the middle,
// starts another and sends the code once more.
func TestA73_KilledServersNeverUseATokenTwice(t *testing.T) {
	database := testdb.URL(t)
	first := startServer(t, database, "")
	t.Cleanup(first.kill)
	people := []client{newClient(t), newClient(t)}
	people[0].signIn(first.base, "sample-newcomer")
	people[1].signIn(first.base, "sample-opdc-admin")
	before := count(t, database)
	for round := range 3 {
		second := startServer(t, database, first.issuer) // issues new codes as it starts
		form := url.Values{"token": {second.tokens[role]}}
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				base := []string{second.base, first.base}[i%2]
				_, _, _ = people[i/2%2].send(http.MethodPost, base+"/backend/token", form) // one server dies under it
			})
		}
		second.kill()
		wg.Wait()
		again := startServer(t, database, first.issuer)
		_, _, err := people[round%2].send(http.MethodPost, again.base+"/backend/token", form)
		if err != nil {
			t.Error(err)
		}
		again.kill()
		after := count(t, database)
		if used := after.used - before.used; used > 1 || after.members-before.members != used || after.entries-before.entries != used {
			t.Errorf("round %d: %+v, then %+v; want at most one use, one membership and one entry", round, before, after)
		}
		before = after
	}
	if before.used == 0 {
		t.Error("no code was ever used: the test proves nothing")
	}
}

// uses counts what using a token up leaves behind.
type uses struct{ used, members, entries int }

func count(t *testing.T, database string) (u uses) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	err = conn.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM role_tokens WHERE used_at IS NOT NULL),
		(SELECT count(*) FROM memberships WHERE token_id IS NOT NULL),
		(SELECT count(*) FROM audit_entries WHERE action = 'token.redeemed')`).Scan(&u.used, &u.members, &u.entries)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
