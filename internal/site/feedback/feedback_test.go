package feedback_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/ops/seed"
	"portal/internal/site/feedback"
)

var (
	editor = authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.OPDCAdmin, Agency: 1}}}
	author = authz.Actor{StaffID: 2, Grants: []authz.Grant{{Role: authz.ManualAuthor, Agency: 1}}}
)

func TestVotesAreCountedByDay(t *testing.T) {
	t.Parallel()
	pool, ctx := testdb.New(t), t.Context()
	if _, err := seed.New(pool, audit.New(pool)).Content(ctx, authz.System("test")); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 16, 59, 0, 0, time.UTC) // a minute before midnight in Bangkok
	s := feedback.New(pool, pool, func() time.Time { return now })
	readers := 0
	vote := func(slug string, helpful bool) {
		t.Helper()
		readers++
		if err := s.Vote(ctx, fmt.Sprint("reader ", readers), slug, helpful); err != nil {
			t.Fatal(err)
		}
	}
	vote("devices", true)
	now = now.Add(2 * time.Minute)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := s.Vote(ctx, fmt.Sprint(i), "token-usage", i%4 == 0); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	vote("devices", true)
	for _, slug := range []string{"nowhere", "", "x' OR '1'='1"} {
		if err := s.Vote(ctx, "x", slug, true); !problem.Is(err, problem.NotFound) {
			t.Errorf("%q: %v", slug, err)
		}
	}
	counts, err := s.Counts(ctx, editor)
	if err != nil || len(counts) != 2 || counts["devices"].Helpful != 2 || counts["token-usage"].Helpful != 5 || counts["token-usage"].Useless != 15 {
		t.Errorf("%+v, %v", counts, err)
	}
	latest, err := s.Latest(ctx, editor, 1)
	if err != nil || len(latest) != 2 || latest[0].Slug != "token-usage" || latest[1].Helpful != 1 || latest[0].Question == "" {
		t.Errorf("%+v, %v", latest, err)
	}
	for _, actor := range []authz.Actor{{}, author} {
		if _, err := s.Counts(ctx, actor); err == nil {
			t.Errorf("%+v sees the counts", actor)
		}
		if _, err := s.Latest(ctx, actor, 1); err == nil {
			t.Errorf("%+v sees the latest", actor)
		}
	}
}

func TestA79_DoubleClickCountsOnce(t *testing.T) {
	t.Parallel()
	pool, ctx := testdb.New(t), t.Context()
	if _, err := seed.New(pool, audit.New(pool)).Content(ctx, authz.System("test")); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	s := feedback.New(pool, pool, func() time.Time { return now })
	helpful := func() int {
		t.Helper()
		counts, err := s.Counts(ctx, editor)
		if err != nil {
			t.Fatal(err)
		}
		return counts["devices"].Helpful
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if err := s.Vote(ctx, "one", "devices", true); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := helpful(); n != 1 {
		t.Errorf("16 presses of one reader count %d times", n)
	}
	if err := s.Vote(ctx, "another", "devices", true); err != nil || helpful() != 2 {
		t.Errorf("another reader: %d, %v", helpful(), err)
	}
	now = now.Add(11 * time.Second)
	if err := s.Vote(ctx, "one", "devices", true); err != nil || helpful() != 3 {
		t.Errorf("much later: %d, %v", helpful(), err)
	}
	for range 2 { // a press that was refused is not remembered
		if err := s.Vote(ctx, "one", "nowhere", true); !problem.Is(err, problem.NotFound) {
			t.Errorf("no such question: %v", err)
		}
	}
}
