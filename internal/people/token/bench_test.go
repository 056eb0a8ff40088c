package token_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/people/token"
)

// nation adds 320 departments and 60,000 service points, 2,000 of them under
// transport, and codes in all states for most of them.
func (o *office) nation() {
	o.t.Helper()
	o.change(func(ctx context.Context, tx *audit.Tx) error {
		for _, sql := range []string{
			`SET LOCAL statement_timeout = 0`,
			`INSERT INTO agencies (code, parent_id, kind, name)
			 SELECT '20' || lpad(i::text, 6, '0'), (SELECT id FROM agencies WHERE code = '08000000'), 'department', 'กรมตัวอย่างที่ ' || i FROM generate_series(1, 318) i`,
			`INSERT INTO agencies (code, parent_id, kind, name)
			 SELECT '08004000' || lpad(i::text, 6, '0'), (SELECT id FROM agencies WHERE code = '08004000'), 'service_point', 'สำนักงานขนส่งจังหวัดที่ ' || i % 77 || ' สาขา ' || i FROM generate_series(1, 2000) i`,
			`INSERT INTO agencies (code, parent_id, kind, name)
			 SELECT d.code || lpad(i::text, 6, '0'), d.id, 'service_point', 'จุดบริการอำเภอที่ ' || i || ' ' || d.name
			 FROM agencies d, generate_series(1, 182) i WHERE d.code LIKE '20%' AND d.kind = 'department'`,
			`INSERT INTO role_tokens (agency_id, role, code_hash, issued_at, expires_at, used_at, used_by)
			 SELECT a.id, 'service_point_officer', sha256(a.id::text::bytea), now() - interval '20 days', now() + CASE WHEN a.id % 3 = 0 THEN interval '-1 day' ELSE interval '10 days' END,
				CASE WHEN a.id % 4 = 0 THEN now() END, CASE WHEN a.id % 4 = 0 THEN (SELECT min(id) FROM staff) END
			 FROM agencies a WHERE a.kind = 'service_point' AND a.id % 5 > 0`,
			`ANALYZE`,
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkTokens prints the median and the 99th percentile of each list with
// 16 people at once, and of issuing 900 codes.
func BenchmarkTokens(b *testing.B) {
	o := newOffice(b)
	o.nation()
	deep := ""
	for range 20 {
		l, err := o.tokens.List(b.Context(), o.officer, token.Filter{}, deep)
		if err != nil {
			b.Fatal(err)
		}
		deep = l.Next
	}
	for _, tt := range []struct {
		name  string
		actor authz.Actor
		f     token.Filter
		page  string
	}{
		{"officer, first page", o.officer, token.Filter{}, ""},
		{"officer, page 21", o.officer, token.Filter{}, deep},
		{"officer, one state", o.officer, token.Filter{State: token.Ready}, ""},
		{"officer, not issued", o.officer, token.Filter{State: token.NotIssued}, ""},
		{"officer, one role", o.officer, token.Filter{Role: authz.ServicePointOfficer}, ""},
		{"officer, two letters", o.officer, token.Filter{Query: "นส"}, ""},
		{"officer, rare name", o.officer, token.Filter{Query: "สาขา 1234"}, ""},
		{"officer, a unit", o.officer, token.Filter{Unit: o.ids[chiangMai]}, ""},
		{"administrator", o.admin, token.Filter{}, ""},
		{"administrator, a ministry", o.admin, token.Filter{Unit: o.ids[ministry]}, ""},
		{"administrator, two letters", o.admin, token.Filter{Query: "กร"}, ""},
	} {
		for _, people := range []int{1, 16} {
			times := o.timed(people, 160, func() error {
				_, err := o.tokens.List(context.Background(), tt.actor, tt.f, tt.page)
				return err
			})
			fmt.Printf("%-28s %2d at once: median %6.1f ms, p99 %6.1f ms\n", tt.name, people, ms(times[len(times)/2]), ms(times[len(times)*99/100]))
		}
	}
	central := token.Many{All: true, Filter: token.Filter{Query: "สำนักงานขนส่งจังหวัดที่", Role: authz.ServicePointOfficer}, Anew: true}
	times := o.timed(1, 5, func() error {
		central.Key = idempotency.New()
		_, err := o.tokens.IssueMany(context.Background(), o.officer, central)
		return err
	})
	fmt.Printf("2,000 codes: median %.0f ms, longest %.0f ms\n", ms(times[2]), ms(times[4]))
}

// ms is d in milliseconds. Lines are printed, as a benchmark's log keeps ten.
func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// timed calls fn n times by so many people at once and returns the times, sorted.
func (o *office) timed(people, n int, fn func() error) []time.Duration {
	o.t.Helper()
	all := make([][]time.Duration, people)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			for range n / people {
				start := time.Now()
				if err := fn(); err != nil {
					o.t.Error(err)
				}
				all[i] = append(all[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	times := slices.Concat(all...)
	slices.Sort(times)
	return times
}
