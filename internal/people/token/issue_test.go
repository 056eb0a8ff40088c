package token_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/token"
)

func TestA27_CopyBeforeAndAfterUse(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id, code := o.issue(authz.ServicePointOfficer, chiangMai)
	for i := range 2 {
		shown, err := o.tokens.Show(t.Context(), o.officer, id)
		if err != nil || shown.Code != code || shown.AgencyName != "สำนักงานขนส่งจังหวัดเชียงใหม่" {
			t.Fatalf("%+v, %v; want %s", shown, err, code)
		}
		o.expect("showings recorded", i+1, `SELECT count(*) FROM audit_entries e JOIN audit_reach r ON r.entry_id = e.id
			WHERE e.action = 'token.copied' AND e.staff_id = $1 AND e.subject = 'token/' || $2 AND r.agency_id = $3`,
			o.officer.StaffID, fmt.Sprint(id), o.ids[transport])
	}
	o.expect("the code in the log", 0, `SELECT count(*) FROM audit_entries e WHERE strpos(to_jsonb(e)::text, $1) > 0`, code.String())
	o.use(code)
	before := o.count(written)
	if shown, err := o.tokens.Show(t.Context(), o.officer, id); !problem.Is(err, problem.Conflict) || shown.Code != "" {
		t.Errorf("after use: %v, %q; want Conflict", err, shown.Code)
	}
	o.expect("written by the refusal", before, written)
	o.expect("sealed copies", 0, `SELECT count(*) FROM role_tokens WHERE sealed_code IS NOT NULL`)

	expired, _ := o.issue(authz.ServicePointOfficer, chiangMai)
	o.now = o.now.Add(token.Lifetime)
	if _, err := o.tokens.Show(t.Context(), o.officer, expired); !problem.Is(err, problem.Conflict) {
		t.Errorf("after its end: %v, want Conflict", err)
	}
	o.issue(authz.ServicePointOfficer, chiangMai)
	if _, err := o.tokens.Show(t.Context(), o.officer, expired); !problem.Is(err, problem.Conflict) {
		t.Errorf("replaced: %v, want Conflict", err)
	}
	if _, err := o.tokens.Show(t.Context(), o.officer, 1<<40); !problem.Is(err, problem.NotFound) {
		t.Errorf("no such token: %v, want NotFound", err)
	}
}

// TestA31_ForgedForms sends what no page offers: other people's units, roles
// above the own reach, roles that cannot be held there, hidden units.
func TestA31_ForgedForms(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	foreign, _ := o.issue(authz.ServicePointOfficer, pier)
	above, _ := o.issue(authz.CentralOfficer, transport)
	both := o.officer
	both.Grants = append(both.Grants, authz.Grant{Role: authz.DGAAdmin, Agency: o.ids[authz.CodeDGA]})
	before := o.count(written)
	for name, tt := range map[string]struct {
		actor authz.Actor
		pair  token.Pair
		want  problem.Kind
	}{
		"foreign unit":                {o.officer, o.pair(authz.ServicePointOfficer, pier), problem.Forbidden},
		"foreign department":          {o.officer, o.pair(authz.ManualAuthor, marine), problem.Forbidden},
		"the ministry above":          {o.officer, o.pair(authz.ManualAuthor, ministry), problem.Forbidden},
		"a role above the own":        {o.officer, o.pair(authz.CentralOfficer, transport), problem.Forbidden},
		"the highest role":            {o.officer, o.pair(authz.DGAAdmin, authz.CodeDGA), problem.Forbidden},
		"the highest role, at home":   {o.officer, o.pair(authz.DGAAdmin, transport), problem.Forbidden},
		"administrator, lower role":   {o.admin, o.pair(authz.ManualAuthor, transport), problem.Forbidden},
		"both hats, foreign unit":     {both, o.pair(authz.ServicePointOfficer, pier), problem.Forbidden},
		"no such unit":                {o.officer, token.Pair{Agency: 1 << 40, Role: authz.ManualAuthor}, problem.Forbidden},
		"no such unit, administrator": {o.admin, token.Pair{Agency: 1 << 40, Role: authz.CentralOfficer}, problem.NotFound},
		"no such role":                {o.officer, o.pair("emperor", transport), problem.Forbidden},
		"not held at a service point": {o.officer, o.pair(authz.ManualAuthor, chiangMai), problem.Invalid},
		"not held at a department":    {o.officer, o.pair(authz.ServicePointOfficer, transport), problem.Invalid},
		"held at สพร. alone":          {o.admin, o.pair(authz.DGAAdmin, transport), problem.Invalid},
		"hidden":                      {o.officer, o.pair(authz.ServicePointOfficer, hidden), problem.Conflict},
		"nobody":                      {authz.Actor{}, o.pair(authz.ManualAuthor, transport), problem.SignIn},
		"an author":                   {o.author, o.pair(authz.ManualAuthor, transport), problem.Forbidden},
	} {
		if _, err := o.refresh(o.tokens, tt.actor, tt.pair, 0, idempotency.New()); !problem.Is(err, tt.want) {
			t.Errorf("%s: refresh: %v", name, err)
		}
		if _, err := o.tokens.Issue(t.Context(), tt.actor, tt.pair.Agency, tt.pair.Role); !problem.Is(err, tt.want) {
			t.Errorf("%s: issue: %v", name, err)
		}
		pairs := []token.Pair{o.pair(authz.ServicePointOfficer, khonKaen), tt.pair}
		if tt.actor.HasRole() && tt.actor.Grants[0].Role == authz.DGAAdmin {
			pairs[0] = o.pair(authz.CentralOfficer, marine)
		}
		if _, err := o.tokens.IssueMany(t.Context(), tt.actor, token.Many{Pairs: pairs, Key: idempotency.New()}); !problem.Is(err, tt.want) {
			t.Errorf("%s: among many: %v", name, err)
		}
	}
	for _, id := range []token.ID{foreign, above} {
		if shown, err := o.tokens.Show(t.Context(), o.officer, id); !problem.Is(err, problem.Forbidden) || shown.Code != "" {
			t.Errorf("token %d: shown to a stranger: %v", id, err)
		}
	}
	o.expect("rows", before, written)
}

func TestRefreshMakesOneNewCode(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pair := o.pair(authz.ManualAuthor, transport)
	first, err := o.refresh(o.tokens, o.officer, pair, 0, idempotency.New())
	if err != nil || first.Newer || first.Replaced || first.State != token.Ready || first.AgencyName != "กรมการขนส่งทางบก" {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := o.refresh(o.tokens, o.officer, pair, first.Last, idempotency.New())
	if err != nil || second.Newer || !second.Replaced || second.Last == first.Last {
		t.Fatalf("%+v, %v", second, err)
	}
	late, err := o.refresh(o.tokens, o.colleague, pair, first.Last, idempotency.New())
	if err != nil || !late.Newer || late.Last != second.Last || late.State != token.Ready {
		t.Errorf("a late refresh: %+v, %v; want the newer code", late, err)
	}
	o.expect("tokens", 2, `SELECT count(*) FROM role_tokens`)
	o.expect("sealed copies", 1, `SELECT count(*) FROM role_tokens WHERE sealed_code IS NOT NULL`)
	o.expect("entries", 2, `SELECT count(*) FROM audit_entries WHERE action = 'token.issued' AND staff_id = $1
		AND subject_name = 'เจ้าหน้าที่จัดทำคู่มือ · กรมการขนส่งทางบก'`, o.officer.StaffID)
}

// together runs n calls that all wait for the lock on issuing in a department
// before any of them gets it.
func (o *office) together(n int, call func(i int)) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	hold, err := o.pool.Begin(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	_, err = hold.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('role_tokens/' || $1::bigint, 0))`, o.ids[transport])
	if err != nil {
		o.t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { call(i) })
	}
	for waiting := 0; waiting < n; {
		err := hold.QueryRow(ctx, `SELECT count(*) FROM pg_stat_clear_snapshot(), pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			o.t.Fatal(err)
		}
	}
	if err := hold.Commit(ctx); err != nil {
		o.t.Fatal(err)
	}
	wg.Wait()
}

func TestTwoRefreshesAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	seen, _ := o.issue(authz.ManualAuthor, transport)
	servers := []*token.Service{o.server(), o.server()}
	people := []authz.Actor{o.officer, o.colleague}
	done, errs := make([]token.Refreshed, 2), make([]error, 2)
	o.together(2, func(i int) {
		done[i], errs[i] = o.refresh(servers[i], people[i], o.pair(authz.ManualAuthor, transport), seen, idempotency.New())
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if done[0].Newer == done[1].Newer || done[0].Last != done[1].Last || done[0].Last == seen {
		t.Errorf("%+v and %+v; want one new code, shown to both", done[0], done[1])
	}
	o.expect("tokens", 2, `SELECT count(*) FROM role_tokens`)
	o.expect("live codes", 1, `SELECT count(*) FROM role_tokens WHERE used_at IS NULL AND replaced_at IS NULL`)
}

func TestA79_SameFormTwiceInParallel(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	servers := []*token.Service{o.server(), o.server()}
	for name, send := range map[string]func(s *token.Service, key idempotency.Key) error{
		"refresh": func(s *token.Service, key idempotency.Key) error {
			_, err := o.refresh(s, o.officer, o.pair(authz.ManualAuthor, transport), 0, key)
			return err
		},
		"many": func(s *token.Service, key idempotency.Key) error {
			_, err := s.IssueMany(context.Background(), o.officer, token.Many{All: true, Filter: token.Filter{Role: authz.ServicePointOfficer}, Key: key})
			return err
		},
	} {
		key, before := idempotency.New(), o.count(`SELECT count(*) FROM role_tokens`)
		errs := make([]error, 2)
		o.together(2, func(i int) { errs[i] = send(servers[i], key) }) // one waits for the lock, the other for the form
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), idempotency.ErrDone) {
			t.Errorf("%s: %v; want one done, one ErrDone", name, errs)
		}
		if err := send(servers[0], key); !errors.Is(err, idempotency.ErrDone) {
			t.Errorf("%s: sent again: %v, want ErrDone", name, err)
		}
		want := map[string]int{"refresh": 1, "many": 2}[name]
		if made := o.count(`SELECT count(*) FROM role_tokens`) - before; made != want {
			t.Errorf("%s: %d codes, want %d", name, made, want)
		}
	}
	o.expect("batches", 1, `SELECT count(*) FROM token_batches`)
}

func TestEraseExpired(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.issue(authz.ManualAuthor, transport)
	key, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Key: idempotency.New()})
	if err != nil {
		t.Fatal(err)
	}
	job := authz.System("cleaning")
	if e, err := o.tokens.EraseExpired(t.Context(), job); err != nil || e != (token.Erased{}) {
		t.Errorf("too early: %+v, %v", e, err)
	}
	o.now = o.now.Add(token.Lifetime)
	if e, err := o.tokens.EraseExpired(t.Context(), job); err != nil || e != (token.Erased{Codes: 6, Batches: 1}) {
		t.Errorf("%+v, %v", e, err)
	}
	o.expect("sealed copies", 0, `SELECT count(*) FROM role_tokens WHERE sealed_code IS NOT NULL`)
	o.expect("entries", 1, `SELECT count(*) FROM audit_entries WHERE action = 'retention.cleaned' AND job = 'cleaning' AND detail->'after'->>'codes' = '6'`)
	if _, err := o.tokens.Batch(t.Context(), o.officer, key, ""); !problem.Is(err, problem.NotFound) {
		t.Errorf("the batch: %v, want NotFound", err)
	}
	if _, err := o.tokens.EraseExpired(t.Context(), o.admin); !problem.Is(err, problem.Forbidden) {
		t.Errorf("a person: %v, want Forbidden", err)
	}
}
