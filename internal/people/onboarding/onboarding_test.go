package onboarding

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/internal/people/staff"
	"portal/internal/people/token"
)

var key = base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))

// office is one agency, two people, and two servers on the same database.
type office struct {
	t       *testing.T
	pool    *pgxpool.Pool
	agency  authz.AgencyID
	people  [2]authz.Actor
	servers [2]server
	now     time.Time
}

type server struct {
	tokens *token.Service
	redeem *Service
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, pool: testdb.New(t), now: time.Now().Truncate(time.Second)}
	ctx := context.Background()
	log := audit.New(o.pool)
	err := log.Change(ctx, authz.System("test"), func(tx *audit.Tx) (err error) {
		o.agency, err = agency.Add(ctx, tx, agency.Agency{Code: "08004000", Kind: authz.Department, Name: "กรมการขนส่งทางบก"}, "")
		if err != nil {
			return err
		}
		for i := range o.people {
			p, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: "test", Subject: fmt.Sprint(i), Name: "สมชาย"}, o.now)
			if err != nil {
				return err
			}
			o.people[i] = authz.Actor{StaffID: int64(p.ID), Address: "192.0.2.1"}
		}
		return tx.Record(agency.ActionSeeded, audit.Subject{Key: "test"}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range o.servers {
		o.servers[i] = o.newServer(key)
	}
	return o
}

// newServer has pools of its own, as another process would.
func (o *office) newServer(keys string) server {
	o.t.Helper()
	pool, err := db.Open(context.Background(), o.pool.Config().ConnString())
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(pool.Close)
	parsed, err := token.ParseKeys(keys)
	if err != nil {
		o.t.Fatal(err)
	}
	clock := func() time.Time { return o.now }
	log := audit.New(pool)
	tokens := token.New(pool, log, parsed, agency.New(pool, log).Lineage, clock)
	return server{tokens, New(log, tokens, clock)}
}

func (o *office) issue() string {
	o.t.Helper()
	c, err := o.servers[0].tokens.Issue(context.Background(), authz.System("test"), o.agency, authz.CentralOfficer)
	if err != nil {
		o.t.Fatal(err)
	}
	return c.String()
}

func nothingMore(*audit.Tx) error { return nil }

func (o *office) redeem(person int, code string) error {
	return o.servers[0].redeem.Redeem(context.Background(), o.people[person], code, "", nothingMore)
}

func (o *office) count(sql string) (n int) {
	o.t.Helper()
	if err := o.pool.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) expect(what, sql string, want int) {
	o.t.Helper()
	if n := o.count(sql); n != want {
		o.t.Errorf("%s: %d, want %d", what, n, want)
	}
}

const redeemed = `SELECT count(*) FROM audit_entries WHERE action = 'token.redeemed'`

func TestA24_Redeem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.redeem(0, o.issue()); err != nil {
		t.Fatal(err)
	}
	o.expect("membership", fmt.Sprintf(`SELECT count(*) FROM memberships m JOIN role_tokens k ON k.id = m.token_id
		WHERE m.staff_id = %d AND m.role = 'central_officer' AND k.used_by = m.staff_id AND k.used_at IS NOT NULL AND k.sealed_code IS NULL`, o.people[0].StaffID), 1)
	o.expect("entries", redeemed, 1)
	o.expect("transactions", `SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM memberships
		UNION ALL SELECT xmin::text FROM audit_entries WHERE action = 'token.redeemed') t`, 1)
}

func TestA25_RedeemInParallel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.issue()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	// Hold the token's row until both people's redeemers wait, so that they
	// meet at it and not one after the other.
	hold, err := o.pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold.Exec(ctx, `SELECT FROM role_tokens FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	const redeemers = 64
	var wg sync.WaitGroup
	errs := make([]error, redeemers)
	for i := range errs {
		wg.Go(func() {
			errs[i] = o.servers[i%2].redeem.Redeem(ctx, o.people[i/2%2], code, "", nothingMore)
		})
	}
	for waiting := 0; waiting < 2*int(o.pool.Config().MaxConns)-2; {
		err := hold.QueryRow(ctx, `SELECT count(*) FROM pg_stat_clear_snapshot(), pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := hold.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	wins := 0
	for _, err := range errs {
		if err == nil {
			wins++
		}
	}
	if wins != 1 {
		t.Errorf("redeemed %d times, want 1", wins)
	}
	o.expect("memberships", `SELECT count(*) FROM memberships`, 1)
	o.expect("entries", redeemed, 1)
}

func TestA26_RefreshRacesRedeem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 20 {
		code := o.issue()
		var wg sync.WaitGroup
		var redeemErr, issueErr error
		var fresh token.Code
		wg.Go(func() { redeemErr = o.redeem(0, code) })
		wg.Go(func() {
			fresh, issueErr = o.servers[1].tokens.Issue(context.Background(), authz.System("test"), o.agency, authz.CentralOfficer)
		})
		wg.Wait()
		if issueErr != nil {
			t.Fatal(issueErr)
		}
		if o.redeem(1, code) == nil {
			t.Fatal("the replaced code worked after the refresh")
		}
		won := redeemErr == nil
		o.expect("memberships", `SELECT count(*) FROM memberships`, map[bool]int{true: 1, false: 0}[won])
		o.expect("codes used although they were replaced", `SELECT count(*) FROM role_tokens WHERE used_at IS NOT NULL AND replaced_at IS NOT NULL`, 0)
		o.expect("live codes", `SELECT count(*) FROM role_tokens WHERE used_at IS NULL AND replaced_at IS NULL`, 1)
		if fresh.String() == code {
			t.Fatal("the refresh gave the same code")
		}
		for _, sql := range []string{`DELETE FROM memberships`, `DELETE FROM token_tries`} {
			if _, err := o.pool.Exec(context.Background(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// traces are the forms in which a code could lie in a dump: its text and the
// bare SHA-256 of it, as they are, in hex and in base64, and each of these once
// more in hex, as a dump prints bytes.
func traces(code string) []string {
	var all []string
	bare := strings.ReplaceAll(code, "-", "")
	for _, text := range []string{code, bare, strings.ToLower(code), strings.ToLower(bare)} {
		sum := sha256.Sum256([]byte(text))
		for _, b := range [][]byte{[]byte(text), sum[:]} {
			all = append(all, string(b), hex.EncodeToString(b), base64.StdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b))
		}
	}
	for _, trace := range all[:len(all):len(all)] {
		all = append(all, hex.EncodeToString([]byte(trace)))
	}
	return all
}

func TestA28_DatabaseGivesNoCode(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	used, replaced, code := o.issue(), "", ""
	if err := o.redeem(0, used); err != nil {
		t.Fatal(err)
	}
	replaced, code = o.issue(), o.issue()
	dump := strings.ToLower(testdb.Dump(t, o.pool))
	for name, c := range map[string]string{"used": used, "replaced": replaced, "live": code} {
		for _, trace := range traces(c) {
			if strings.Contains(dump, strings.ToLower(trace)) {
				t.Errorf("the %s code leaves %q in the database", name, trace)
			}
		}
	}
	other := o.newServer(base64.StdEncoding.EncodeToString([]byte("another key, another key, anothe")))
	id := token.ID(o.count(`SELECT max(id) FROM role_tokens`))
	if shown, err := other.tokens.Show(context.Background(), authz.System("test"), id); err == nil || shown.Code != "" {
		t.Error("a server with the wrong key shows the code")
	}
	if err := other.redeem.Redeem(context.Background(), o.people[0], code, "", nothingMore); !problem.Is(err, problem.Invalid) {
		t.Errorf("a server with the wrong key: %v, want Invalid", err)
	}
	rotated := o.newServer(base64.StdEncoding.EncodeToString([]byte("another key, another key, anothe")) + "," + key)
	if shown, err := rotated.tokens.Show(context.Background(), authz.System("test"), id); err != nil || shown.Code.String() != code {
		t.Errorf("after a rotation: %q, %v", shown.Code, err)
	}
	if err := rotated.redeem.Redeem(context.Background(), o.people[1], code, "", nothingMore); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
}

func TestA29_WrongCodes(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	used := o.issue()
	if err := o.redeem(1, used); err != nil {
		t.Fatal(err)
	}
	expired := o.issue()
	o.now = o.now.Add(token.Lifetime)
	replaced := o.issue()
	live := o.issue()
	unknown := newOffice(t).issue()
	var answers []string
	for _, code := range []string{unknown, used, expired, replaced, unknown} {
		err := o.redeem(0, code)
		if !problem.Is(err, problem.Invalid) {
			t.Fatalf("%v, want Invalid", err)
		}
		answers = append(answers, problem.Of(err).Message+problem.Of(err).Field("token"))
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("the answers differ: %q, %q", a, answers[0])
		}
	}
	err := o.redeem(0, live)
	if p := problem.Of(err); p.Kind != problem.Busy || p.RetryAfter != 15*time.Minute {
		t.Errorf("after five wrong codes: %v, wait %v", err, problem.Of(err).RetryAfter)
	}
	o.expect("refusals in the audit log", `SELECT count(*) FROM audit_entries WHERE action = 'token.refused'`, 5)
	o.expect("reasons in the audit log alone", `SELECT count(*) FROM audit_entries WHERE action = 'token.refused' AND (detail->>'reason', detail->>'tries') IN
		(('code unknown', '1'), ('code used', '2'), ('code replaced', '3'), ('code replaced', '4'), ('code unknown', '5'))`, 5)
	o.expect("refusals that the code's agency can read", `SELECT count(*) FROM audit_entries e JOIN role_tokens t ON t.id = (detail->>'token')::bigint
		WHERE action = 'token.refused' AND e.agencies = ARRAY[t.agency_id]`, 3)
	o.now = o.now.Add(15*time.Minute + time.Second)
	if err := o.redeem(0, live); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

// TestA29_AnOfficeBehindOneAddress: what others there typed wrongly neither shuts a
// person out, short of the address's own limit, nor shortens the person's wait.
// Both servers see it.
func TestA29_AnOfficeBehindOneAddress(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	others := func(n int) {
		t.Helper()
		_, err := o.pool.Exec(t.Context(), `INSERT INTO token_tries (staff_id, address, at) SELECT $1, '192.0.2.1', $2 FROM generate_series(1, $3)`,
			o.people[1].StaffID, o.now.Add(-14*time.Minute), n)
		if err != nil {
			t.Fatal(err)
		}
	}
	others(300)
	unknown := newOffice(t).issue()
	for range 5 {
		if err := o.redeem(0, unknown); !problem.Is(err, problem.Invalid) {
			t.Fatalf("%v, want Invalid", err)
		}
	}
	for i, s := range o.servers {
		err := s.redeem.Redeem(context.Background(), o.people[0], unknown, "", nothingMore)
		if p := problem.Of(err); p.Kind != problem.Busy || p.RetryAfter != 15*time.Minute {
			t.Errorf("server %d: %v, wait %v", i, err, p.RetryAfter)
		}
	}
	o.now = o.now.Add(15*time.Minute + time.Second)
	others(token.DefaultTries.PerAddress)
	err := o.redeem(0, unknown)
	if p := problem.Of(err); p.Kind != problem.Busy || p.RetryAfter != time.Minute {
		t.Errorf("beyond the address's limit: %v, wait %v", err, p.RetryAfter)
	}
	o.servers[0].tokens.LimitTries(token.Tries{PerPerson: 5, PerAddress: 10_000, Window: 10 * time.Minute})
	if err := o.redeem(0, o.issue()); err != nil {
		t.Errorf("by other settings: %v", err)
	}
}

func TestTypingSlipCostsNoTry(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.issue()
	for range 8 {
		if err := o.redeem(0, code[:len(code)-1]); !problem.Is(err, problem.Invalid) {
			t.Fatalf("%v, want Invalid", err)
		}
	}
	o.expect("tries", `SELECT count(*) FROM token_tries`, 0)
}

func TestPressingTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, form := o.issue(), idempotency.New()
	send := func() error {
		return o.servers[0].redeem.Redeem(context.Background(), o.people[0], code, form, nothingMore)
	}
	if err := send(); err != nil {
		t.Fatal(err)
	}
	if err := send(); err != idempotency.ErrDone {
		t.Errorf("second press: %v, want ErrDone", err)
	}
	o.expect("memberships", `SELECT count(*) FROM memberships`, 1)
	o.expect("tries", `SELECT count(*) FROM token_tries`, 0)
}

func TestHavingTheRoleAlreadyKeepsTheCode(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.redeem(0, o.issue()); err != nil {
		t.Fatal(err)
	}
	second := o.issue()
	if err := o.redeem(0, second); !problem.Is(err, problem.Conflict) {
		t.Errorf("%v, want Conflict", err)
	}
	if err := o.redeem(1, second); err != nil {
		t.Errorf("the code was spoilt: %v", err)
	}
}
