package seed

import (
	"context"
	"testing"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/people/staff"
)

func TestSeedingTwiceKeepsWhatSomebodyEdited(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := testdb.New(t)
	s := New(pool, audit.New(pool))
	added, err := s.Content(ctx, authz.System("test"))
	if err != nil || added < 50 {
		t.Fatalf("%d items, %v", added, err)
	}
	var shared int
	err = pool.QueryRow(ctx, `SELECT (SELECT count(*) - count(DISTINCT position) FROM banners) + (SELECT count(*) - count(DISTINCT (group_name, position)) FROM manuals)
		+ (SELECT count(*) - count(DISTINCT (group_slug, position)) FROM faq_entries)`).Scan(&shared)
	if err != nil || shared != 0 {
		t.Errorf("%d items share a place, %v: a new version would move them", shared, err)
	}
	for _, sql := range []string{
		`UPDATE pages SET title = 'แก้ไขแล้ว' WHERE slug = 'about'`,
		`DELETE FROM announcements`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := s.Content(ctx, authz.System("test")); err != nil || again != 0 {
		t.Errorf("the second run added %d items, %v", again, err)
	}
	var title string
	var announcements, entries int
	err = pool.QueryRow(ctx, `SELECT (SELECT title FROM pages WHERE slug = 'about'), (SELECT count(*) FROM announcements),
		(SELECT count(*) FROM audit_entries)`).Scan(&title, &announcements, &entries)
	if err != nil || title != "แก้ไขแล้ว" || announcements != 0 || entries != added {
		t.Errorf("title %q, %d announcements, %d audit entries for %d items, %v", title, announcements, entries, added, err)
	}
}

func TestOnlyJobsSeed(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	actor := authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.CentralOfficer}}}
	if _, err := New(pool, audit.New(pool)).Content(context.Background(), actor); !problem.Is(err, problem.Forbidden) {
		t.Errorf("%v, want Forbidden", err)
	}
}

func TestSamplesAreMembers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := testdb.New(t)
	s := New(pool, audit.New(pool))
	if _, err := s.Content(ctx, authz.System("test")); err != nil {
		t.Fatal(err)
	}
	people := []staff.Identity{{Issuer: "http://id", Subject: "sample-newcomer", Name: "กมลชนก พึ่งมาใหม่"}}
	for subject := range sampleRoles {
		people = append(people, staff.Identity{Issuer: "http://id", Subject: subject, Name: "ชื่อของ " + subject})
	}
	if _, err := s.Samples(ctx, authz.System("test"), people); err != nil {
		t.Fatal(err)
	}
	var roles, named int
	if err := pool.QueryRow(ctx, `SELECT count(DISTINCT role), count(DISTINCT s.id) FILTER (WHERE s.name = 'ชื่อของ ' || s.subject)
		FROM memberships m JOIN staff s ON s.id = m.staff_id`).Scan(&roles, &named); err != nil || roles != len(authz.Roles) || named != len(sampleRoles) {
		t.Errorf("%d roles, %d people under their names, %v", roles, named, err)
	}
}

func TestDemoIsPlantedOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := testdb.New(t)
	s := New(pool, audit.New(pool))
	if _, err := s.Content(ctx, authz.System("test")); err != nil {
		t.Fatal(err)
	}
	size := DemoSize{ServicePoints: 900, Accounts: 2000, AuditEntries: 300}
	for _, want := range []bool{true, false} {
		added, err := s.Demo(ctx, authz.System("test"), size)
		if err != nil || added != want {
			t.Fatalf("added %v, %v; want %v", added, err, want)
		}
	}
	var ministries, departments, points, people, entries, paths int
	err := pool.QueryRow(ctx, `SELECT count(*) FILTER (WHERE kind = 'ministry'), count(*) FILTER (WHERE kind = 'department'),
		count(*) FILTER (WHERE kind = 'service_point'), (SELECT count(*) FROM staff),
		(SELECT count(*) FROM audit_entries WHERE subject LIKE 'staff/%'), (SELECT count(*) FROM agency_paths WHERE depth = 2)
		FROM agencies`).Scan(&ministries, &departments, &points, &people, &entries, &paths)
	if err != nil {
		t.Fatal(err)
	}
	if ministries != 20 || departments < 320 || points < 800 || people != 2000 || entries < 280 || paths < points {
		t.Errorf("%d ministries, %d departments, %d points, %d people, %d entries, %d paths", ministries, departments, points, people, entries, paths)
	}
	if _, err := s.Demo(ctx, authz.Actor{StaffID: 1}, size); err == nil {
		t.Error("anybody may seed")
	}
}
