package token_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/token"
)

// offices adds n service points under transport.
func (o *office) offices(n int) {
	o.t.Helper()
	o.change(func(ctx context.Context, tx *audit.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO agencies (code, parent_id, kind, name)
			SELECT '0800400009' || lpad(i::text, 6, '0'), $1, 'service_point', 'สำนักงานสาขาที่ ' || i FROM generate_series(1, $2::int) i`, o.ids[transport], n)
		return err
	})
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	kept, _ := o.issue(authz.ServicePointOfficer, chiangMai)
	_, used := o.issue(authz.ManualAuthor, transport)
	o.use(used)
	key, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Key: idempotency.New()})
	if err != nil {
		t.Fatal(err)
	}
	page, err := o.tokens.Batch(t.Context(), o.officer, key, "")
	if err != nil || len(page.Rows) != 6 || page.Counts[token.Ready] != 6 || !page.Until.Equal(o.now.Add(24*time.Hour)) {
		t.Fatalf("%d rows, %v until %s, %v", len(page.Rows), page.Counts, page.Until, err)
	}
	if !slices.ContainsFunc(page.Rows, func(r token.BatchRow) bool { return r.ID == kept }) {
		t.Error("a code that worked was not kept")
	}
	o.expect("new codes", 5, `SELECT count(*) FROM audit_entries WHERE action = 'token.issued' AND staff_id = $1`, o.officer.StaffID)
	o.expect("transactions", 1, `SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM token_batches UNION ALL
		SELECT xmin::text FROM audit_entries WHERE action IN ('token.issued', 'token.batch_issued') AND staff_id = $1 UNION ALL
		SELECT xmin::text FROM role_tokens WHERE issued_by = $1) t`, o.officer.StaffID)
	again, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{
		Pairs: []token.Pair{o.pair(authz.ServicePointOfficer, chiangMai), o.pair(authz.ServicePointOfficer, khonKaen)}, Anew: true, Key: idempotency.New()})
	if err != nil {
		t.Fatal(err)
	}
	if page, err = o.tokens.Batch(t.Context(), o.officer, key, ""); err != nil || page.Counts[token.Replaced] != 2 || page.Counts[token.Ready] != 4 {
		t.Errorf("after two were made anew: %v, %v", page.Counts, err)
	}
	if _, rows, err := o.tokens.Export(t.Context(), o.officer, again, "print"); err != nil || len(rows) != 2 || rows[0].Code == "" {
		t.Errorf("the new ones: %v, %v", rows, err)
	}
	if _, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Filter: token.Filter{Query: "ไม่มี"}, Key: idempotency.New()}); !problem.Is(err, problem.Invalid) {
		t.Errorf("nothing found: %v, want Invalid", err)
	}
	if _, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{Key: idempotency.New()}); !problem.Is(err, problem.Invalid) {
		t.Errorf("nothing ticked: %v, want Invalid", err)
	}
	if _, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Key: "x"}); !problem.Is(err, problem.BadInput) {
		t.Errorf("no key of ours: %v, want BadInput", err)
	}
}

func TestBatchIsItsIssuersAloneForADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Key: idempotency.New()})
	if err != nil {
		t.Fatal(err)
	}
	open := func(actor authz.Actor, want problem.Kind) {
		t.Helper()
		before := o.count(written)
		if _, err := o.tokens.Batch(t.Context(), actor, key, ""); !problem.Is(err, want) {
			t.Errorf("page: %v", err)
		}
		if _, rows, err := o.tokens.Export(t.Context(), actor, key, "print"); !problem.Is(err, want) || rows != nil {
			t.Errorf("export: %v", err)
		}
		o.expect("rows written", before, written)
	}
	for _, other := range []authz.Actor{o.colleague, o.stranger, o.admin} {
		open(other, problem.NotFound)
	}
	moved := o.officer // whoever has left the department takes no codes along
	moved.Grants = []authz.Grant{{Role: authz.CentralOfficer, Agency: o.ids[marine]}}
	open(moved, problem.Forbidden)
	moved.Grants = []authz.Grant{{Role: authz.ManualAuthor, Agency: o.ids[transport]}}
	open(moved, problem.Forbidden)
	o.now = o.now.Add(24 * time.Hour)
	open(o.officer, problem.NotFound)
}

func TestExportShowsWhatWorksAndCountsIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Filter: token.Filter{Role: authz.ServicePointOfficer}, Key: idempotency.New()})
	if err != nil {
		t.Fatal(err)
	}
	_, rows, err := o.tokens.Export(t.Context(), o.officer, key, "csv")
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	o.use(rows[0].Code)
	_, rows, err = o.tokens.Export(t.Context(), o.officer, key, "print")
	if err != nil || rows[0].Code != "" || rows[0].State != token.Used || rows[1].Code == "" {
		t.Errorf("after one was used: %+v, %v", rows, err)
	}
	for format, n := range map[string]int{"csv": 2, "print": 1} {
		o.expect(format+" entries that the department can read", 1, `SELECT count(*) FROM audit_entries e JOIN audit_reach r ON r.entry_id = e.id
			WHERE e.action = 'token.exported' AND e.staff_id = $1 AND e.detail->'after'->>'format' = $2
				AND (e.detail->'after'->>'count')::int = $3 AND r.agency_id = $4`, o.officer.StaffID, format, n, o.ids[transport])
	}
}

func TestBatchTurnsItsPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.offices(45)
	key, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Filter: token.Filter{Role: authz.ServicePointOfficer}, Key: idempotency.New()})
	if err != nil {
		t.Fatal(err)
	}
	first, err := o.tokens.Batch(t.Context(), o.officer, key, "")
	if err != nil || len(first.Rows) != 25 || first.Previous != "" {
		t.Fatalf("%d rows, %v", len(first.Rows), err)
	}
	second, err := o.tokens.Batch(t.Context(), o.officer, key, first.Next)
	if err != nil || len(second.Rows) != 22 || second.Next != "" || second.Rows[0].ID == first.Rows[24].ID {
		t.Fatalf("%d rows, %v", len(second.Rows), err)
	}
	back, err := o.tokens.Batch(t.Context(), o.officer, key, second.Previous)
	if err != nil || !slices.EqualFunc(back.Rows, first.Rows, func(a, b token.BatchRow) bool { return a.ID == b.ID }) {
		t.Errorf("the way back leads elsewhere, %v", err)
	}
}

func TestTooManyAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.offices(token.MaxBatch)
	before := o.count(written)
	_, err := o.tokens.IssueMany(t.Context(), o.officer, token.Many{All: true, Key: idempotency.New()})
	if !problem.Is(err, problem.Invalid) {
		t.Errorf("%v, want Invalid", err)
	}
	o.expect("rows", before, written)
}

// TestIssuersNeverWaitForEachOtherForEver lets single refreshes, batches of one
// department and batches of several run into each other.
func TestIssuersNeverWaitForEachOtherForEver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.offices(40)
	servers := []*token.Service{o.server(), o.server()}
	var wg sync.WaitGroup
	errs := make(chan error, 100)
	spots := token.Many{All: true, Filter: token.Filter{Role: authz.ServicePointOfficer}, Anew: true}
	central := token.Many{Anew: true, Pairs: []token.Pair{o.pair(authz.CentralOfficer, marine), o.pair(authz.CentralOfficer, transport)}}
	for i := range 4 {
		s := servers[i%2]
		many := func(actor authz.Actor, m token.Many) {
			m.Key = idempotency.New()
			m.Pairs = slices.Clone(m.Pairs)
			if i%2 == 0 {
				slices.Reverse(m.Pairs)
			}
			_, err := s.IssueMany(context.Background(), actor, m)
			errs <- err
		}
		wg.Go(func() { many(o.officer, spots) })
		wg.Go(func() { many(o.colleague, spots) })
		wg.Go(func() { many(o.admin, central) })
		wg.Go(func() {
			_, err := s.Issue(context.Background(), o.officer, o.ids[chiangMai], authz.ServicePointOfficer)
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	o.expect("live codes", 42+2, `SELECT count(*) FROM role_tokens WHERE used_at IS NULL AND replaced_at IS NULL`)
}

// TestBatchMeetsARefresh makes the meeting of the two happen.
func TestBatchMeetsARefresh(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	seen, _ := o.issue(authz.ServicePointOfficer, chiangMai)
	servers := []*token.Service{o.server(), o.server()}
	errs := make([]error, 2)
	o.together(2, func(i int) {
		if i == 0 {
			_, errs[0] = servers[0].IssueMany(context.Background(), o.officer, token.Many{All: true, Anew: true, Key: idempotency.New()})
		} else {
			_, errs[1] = o.refresh(servers[1], o.colleague, o.pair(authz.ServicePointOfficer, chiangMai), seen, idempotency.New())
		}
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	o.expect("live codes of the pair", 1, `SELECT count(*) FROM role_tokens WHERE agency_id = $1 AND used_at IS NULL AND replaced_at IS NULL`, o.ids[chiangMai])
}

func TestNineHundredAtOnce(t *testing.T) {
	o := newOffice(t)
	o.offices(898)
	m := token.Many{All: true, Filter: token.Filter{Role: authz.ServicePointOfficer}, Anew: true}
	for _, what := range []string{"first", "anew"} {
		m.Key = idempotency.New()
		start := time.Now()
		if _, err := o.tokens.IssueMany(t.Context(), o.officer, m); err != nil {
			t.Fatal(err)
		}
		t.Logf("900 codes, %s: %s", what, time.Since(start).Round(time.Millisecond))
	}
	o.expect("live codes", 900, `SELECT count(*) FROM role_tokens WHERE used_at IS NULL AND replaced_at IS NULL`)
}
