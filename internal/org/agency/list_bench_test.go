package agency

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
)

// benchFile is a whole country as a file: 20 ministries, 320 departments,
// 1,280 divisions, 60,000 service points.
func benchFile() []byte {
	var f strings.Builder
	f.WriteString(strings.Join(Columns, ",") + "\n")
	provinces := []string{"เชียงใหม่", "ลำปาง", "นครราชสีมา", "สงขลา", "ชลบุรี", "ขอนแก่น", "อุบลราชธานี", "สุราษฎร์ธานี"}
	works := []string{"งานทะเบียน", "งานใบอนุญาต", "ศูนย์บริการประชาชน", "สำนักงานสาขา", "จุดบริการเคลื่อนที่"}
	for m := range benchMinistries {
		fmt.Fprintf(&f, "%02d000000,,กระทรวง,กระทรวงทดสอบที่ %d,Ministry %d,ทส.%d,,,\n", m+10, m, m, m)
	}
	for d := range benchDepartments {
		fmt.Fprintf(&f, "%02d%03d000,%02d000000,กรม,กรมทดสอบที่ %d,Department %d,ก%d,ถนนราชดำเนิน,02 000 %04d,แสดง\n", d%benchMinistries+10, d+1, d%benchMinistries+10, d, d, d, d)
		for v := range benchDivisions {
			fmt.Fprintf(&f, "%02d%03d%03d,%02d%03d000,กอง,กองงานที่ %d ของกรม %d,,,,,\n", d%benchMinistries+10, d+1, v+1, d%benchMinistries+10, d+1, v, d)
		}
	}
	for p := range benchPoints {
		d := p % benchDepartments
		fmt.Fprintf(&f, "%02d%03d%03d%06d,%02d%03d%03d,จุดบริการ,%s%s สาขาที่ %d,,,ตำบลในเมือง อำเภอเมือง จังหวัด%s,053 %06d,\n",
			d%benchMinistries+10, d+1, p/benchDepartments%benchDivisions+1, p, d%benchMinistries+10, d+1, p/benchDepartments%benchDivisions+1,
			works[p%len(works)], provinces[p/7%len(provinces)], p, provinces[p/7%len(provinces)], p)
	}
	return []byte(f.String())
}

// BenchmarkOffice imports the country and then asks for pages of lists, alone
// and with 16 people at once. Run it with -benchtime=1x.
func BenchmarkOffice(b *testing.B) {
	ctx := context.Background()
	pool := testdb.New(b)
	log := audit.New(pool)
	actor := authz.Actor{Grants: []authz.Grant{{Role: authz.DGAAdmin}}}
	if err := pool.QueryRow(ctx, `INSERT INTO staff (issuer, subject, name) VALUES ('bench', '1', 'สมชาย') RETURNING id`).Scan(&actor.StaffID); err != nil {
		b.Fatal(err)
	}
	read, err := db.OpenReadOnly(ctx, pool.Config().ConnString())
	if err != nil {
		b.Fatal(err)
	}
	defer read.Close()
	s := New(read, log)
	for b.Loop() {
		benchImport(b, pool, s, actor)
		var dept ID
		if err := pool.QueryRow(ctx, `SELECT id FROM agencies WHERE kind = 'department' ORDER BY id OFFSET 17 LIMIT 1`).Scan(&dept); err != nil {
			b.Fatal(err)
		}
		officer := authz.Actor{StaffID: actor.StaffID, Grants: []authz.Grant{{Role: authz.CentralOfficer, Agency: dept}}}
		benchLists(b, s, actor, officer, dept)
	}
}

func benchImport(b *testing.B, pool *pgxpool.Pool, s *Service, actor authz.Actor) {
	b.Helper()
	ctx := context.Background()
	start := time.Now()
	step := func(what string) {
		fmt.Printf("%-40s %6.2f s\n", what, time.Since(start).Seconds())
		start = time.Now()
	}
	content := benchFile()
	again := []byte(strings.Replace(string(content), "สาขาที่", "สาขา", benchPoints/2)) // renames half of them
	for _, c := range []struct {
		what    string
		content []byte
	}{{"new", content}, {"half renamed", again}} {
		start = time.Now()
		key, err := s.Keep(ctx, actor, Upload{"tree.csv", c.content})
		if err != nil {
			b.Fatal(err)
		}
		step(fmt.Sprintf("%s: read and keep %d kB", c.what, len(c.content)>>10))
		p, err := s.Preview(ctx, actor, key)
		if err != nil || len(p.Refused) > 0 {
			b.Fatal(err, p.Refused[:min(3, len(p.Refused))])
		}
		step(fmt.Sprintf("%s: dry run, +%d ~%d =%d", c.what, len(p.Added), len(p.Changed), p.Same))
		if _, err := s.Import(ctx, actor, key, ""); err != nil {
			b.Fatal(err)
		}
		step(c.what + ": import")
	}
	// Also what the indexes of trigrams and pairs have not yet sorted in.
	conn, err := pool.Acquire(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range []string{`SET statement_timeout = 0`, `VACUUM ANALYZE agencies`, `VACUUM ANALYZE agency_paths`, `RESET statement_timeout`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			b.Fatal(err)
		}
	}
}

func benchLists(b *testing.B, s *Service, admin, officer authz.Actor, dept ID) {
	b.Helper()
	ctx := context.Background()
	deep := func(f Filter, pages int) string {
		page := ""
		for range pages {
			l, err := s.Search(ctx, admin, f, page)
			if err != nil {
				b.Fatal(err)
			}
			page = l.Next
		}
		return page
	}
	search := func(a authz.Actor, f Filter, page string) func() error {
		return func() error { _, err := s.Search(ctx, a, f, page); return err }
	}
	for _, c := range []struct {
		name string
		ask  func() error
	}{
		{"top of the tree", func() error { _, err := s.Children(ctx, admin, 0, ""); return err }},
		{"a department's level", func() error { _, err := s.Children(ctx, admin, dept, ""); return err }},
		{"all, first page", search(admin, Filter{State: Shown}, "")},
		{"all, page 200", search(admin, Filter{State: Shown}, deep(Filter{State: Shown}, 200))},
		{"kind", search(admin, Filter{Kind: authz.Department}, "")},
		{"hidden", search(admin, Filter{State: Hidden}, "")},
		{"two letters, many", search(admin, Filter{Text: "งา"}, "")},
		{"two letters, none", search(admin, Filter{Text: "ฬฮ"}, "")},
		{"two letters, few", search(admin, Filter{Text: "ทส"}, "")},
		{"a province", search(admin, Filter{Text: "ลำปาง"}, "")},
		{"full name", search(admin, Filter{Text: "งานใบอนุญาตเชียงใหม่ สาขา 11"}, "")},
		{"under a department", search(admin, Filter{Under: dept}, "")},
		{"officer, all", search(officer, Filter{State: Shown}, "")},
		{"officer, two letters", search(officer, Filter{Text: "งา"}, "")},
		{"officer, two letters, none", search(officer, Filter{Text: "ฬฮ"}, "")},
		{"officer, full name", search(officer, Filter{Text: "งานใบอนุญาตเชียงใหม่ สาขา 11"}, "")},
		{"suggest, two letters", func() error { _, _, err := s.Find(ctx, admin, authz.ViewAgencies, "งา"); return err }},
		{"suggest, none", func() error { _, _, err := s.Find(ctx, admin, authz.ViewAgencies, "ฬฮ"); return err }},
		{"suggest, a department", func() error {
			_, _, err := s.Find(ctx, admin, authz.ViewAgencies, "กรมทดสอบที่ 17")
			return err
		}},
		{"suggest, officer", func() error { _, _, err := s.Find(ctx, officer, authz.ViewAgencies, "งานทะ"); return err }},
		{"an agency's page", func() error { _, err := s.ByID(ctx, officer, dept); return err }},
	} {
		alone := benchAsk(b, 1, 60, c.ask)
		crowd := benchAsk(b, 16, 320, c.ask)
		fmt.Printf("%-28s alone %6.1f / %6.1f ms   16 at once %6.1f / %6.1f ms (median / p99)\n", c.name,
			ms(alone[len(alone)/2]), ms(alone[len(alone)*99/100]), ms(crowd[len(crowd)/2]), ms(crowd[len(crowd)*99/100]))
	}
}

// benchAsk asks n times, by so many people at once, and returns how long each
// took, sorted.
func benchAsk(b *testing.B, people, n int, ask func() error) []time.Duration {
	b.Helper()
	took := make([]time.Duration, n)
	var wait sync.WaitGroup
	for p := range people {
		wait.Go(func() {
			for i := p; i < n; i += people {
				start := time.Now()
				if err := ask(); err != nil {
					b.Error(err)
				}
				took[i] = time.Since(start)
			}
		})
	}
	wait.Wait()
	slices.Sort(took)
	return took
}
