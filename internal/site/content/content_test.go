package content_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
	"portal/internal/site/content"
)

func seeded(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := testdb.New(t)
	if _, err := seed.New(pool, audit.New(pool)).Content(context.Background(), authz.System("test")); err != nil {
		t.Fatal(err)
	}
	return pool
}

// server is one server's content, followed until the test ends.
type server struct {
	*content.Service
	t    *testing.T
	told chan *content.Content
}

func follow(t *testing.T, pool *pgxpool.Pool, file string) server {
	t.Helper()
	s := server{content.New(pool, file, time.Now), t, make(chan *content.Content, 1000)}
	s.OnChange(func(c *content.Content) { s.told <- c })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); s.Keep(ctx, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() { cancel(); <-ended })
	return s
}

// await takes new contents until one is right, and returns how long that took.
func (s server) await(most time.Duration, right func(*content.Content) bool) time.Duration {
	s.t.Helper()
	start, late := time.Now(), time.After(most)
	for {
		select {
		case c := <-s.told:
			if right(c) {
				return time.Since(start)
			}
		case <-late:
			s.t.Fatalf("nothing new within %s", most)
		}
	}
}

// until waits for a condition that says nothing when it comes true.
func until(t *testing.T, most time.Duration, what string, right func() bool) {
	t.Helper()
	tick, late := time.NewTicker(5*time.Millisecond), time.After(most)
	defer tick.Stop()
	for !right() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: not within %s", what, most)
		}
	}
}

func change(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(context.Background(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func any1(*content.Content) bool { return true }

func titled(title string) func(*content.Content) bool {
	return func(c *content.Content) bool { p, _ := c.Page("about"); return p.Title == title }
}

const within = time.Second

func TestEveryServerShowsACommitWithinASecond(t *testing.T) {
	t.Parallel()
	pool := seeded(t)
	first, second := follow(t, pool, ""), follow(t, pool, "")
	first.await(5*within, any1)
	second.await(5*within, any1)
	for i := range 5 {
		title := fmt.Sprint("ครั้งที่ ", i)
		change(t, pool, `UPDATE pages SET title = $1 WHERE slug = 'about'`, title)
		first.await(within, titled(title))
		second.await(within, titled(title))
	}
	for table, sql := range map[string]string{
		"settings":      `UPDATE settings SET value = value`,
		"faq_groups":    `UPDATE faq_groups SET position = position`,
		"faq_entries":   `DELETE FROM faq_entries WHERE slug = 'devices'`,
		"announcements": `UPDATE announcements SET shown = NOT shown`,
		"banners":       `UPDATE banners SET shown = false`,
		"manuals":       `UPDATE manuals SET shown = false`,
		"files":         `UPDATE files SET name = name`,
	} {
		change(t, pool, sql)
		t.Log(table, first.await(within, any1))
	}
	if n := first.Heard(); n < 12 || time.Since(first.Confirmed()) > 5*within || first.OfDisk() {
		t.Errorf("%d notifications heard, last confirmed %s", n, first.Confirmed())
	}
	c := first.Last()
	if len(c.Banners) != 0 || len(c.Manuals) != 0 || len(c.Announcements) != 0 {
		t.Errorf("what is hidden is shown: %d banners, %d manuals, %d announcements", len(c.Banners), len(c.Manuals), len(c.Announcements))
	}
}

func TestNobodyHearsOfWhatIsRolledBack(t *testing.T) {
	t.Parallel()
	pool, ctx := seeded(t), t.Context()
	s := follow(t, pool, "")
	s.await(5*within, any1)
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `UPDATE pages SET title = 'ไม่เคยมี' WHERE slug = 'about'`); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	change(t, pool, `UPDATE pages SET title = 'มี' WHERE slug = 'about'`)
	s.await(within, func(c *content.Content) bool {
		if titled("ไม่เคยมี")(c) {
			t.Error("shown although rolled back")
		}
		return titled("มี")(c)
	})
}

// TestNoMixOfTwoVersions changes two tables in each transaction.
func TestNoMixOfTwoVersions(t *testing.T) {
	t.Parallel()
	pool := seeded(t)
	s := follow(t, pool, "")
	s.await(5*within, any1)
	last := ""
	for i := range 60 {
		last = fmt.Sprint(i)
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `UPDATE pages SET title = $1`, last); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `UPDATE faq_entries SET question = $1`, last)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	s.await(within, func(c *content.Content) bool {
		p, _ := c.Page("about")
		if q := c.FAQ[0].Entries[0].Question; c.Stamp != "" && len(p.Title) < 3 && q != p.Title {
			t.Errorf("page %s, question %s", p.Title, q)
		}
		return p.Title == last
	})
}

func TestALostConnectionHeals(t *testing.T) {
	t.Parallel()
	pool := seeded(t)
	behind, link := testdb.NewLink(t, pool)
	s := follow(t, behind, "")
	s.await(5*within, any1)
	for name, lose := range map[string]func(){"cut": link.Cut, "frozen": link.Freeze} {
		lose()
		until(t, 3*within, name+": to be noticed", func() bool { _, old := s.Age(); return old })
		if s.Last() == nil || s.Source() != "memory" {
			t.Errorf("%s: nothing left in memory", name)
		}
		change(t, pool, `UPDATE pages SET title = $1 WHERE slug = 'about'`, name) // heard by nobody
		link.Mend()
		s.await(5*within, titled(name))
		until(t, within, name+": to be in step", func() bool { _, old := s.Age(); return !old })
		change(t, pool, `UPDATE pages SET title = 'again' WHERE slug = 'about'`)
		s.await(within, titled("again"))
	}
}

// TestAMissedNotificationHeals changes the content without a word.
func TestAMissedNotificationHeals(t *testing.T) {
	t.Parallel()
	pool := seeded(t)
	s := content.New(pool, "", time.Now)
	before, err := s.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	change(t, pool, `DO $$ BEGIN SET LOCAL session_replication_role = replica; UPDATE pages SET title = 'unsaid'; END $$`)
	if err := s.Refresh(t.Context()); err != nil || !titled("unsaid")(s.Last()) {
		t.Errorf("comparing found nothing: %v", err)
	}
	after := s.Last()
	if err := s.Refresh(t.Context()); err != nil || s.Last() != after || after == before {
		t.Errorf("read again although nothing has changed: %v", err)
	}
}

func TestScheduledContentComesAndGoesByItself(t *testing.T) {
	t.Parallel()
	pool := seeded(t)
	change(t, pool, `UPDATE announcements SET shown_until = now() - interval '1 hour' WHERE pinned; UPDATE banners SET shown_from = now() + interval '1 hour'`)
	s := follow(t, pool, "")
	s.await(5*within, func(c *content.Content) bool { return len(c.Banners) == 0 })
	all := len(s.Last().Announcements)
	var from, to time.Time
	err := pool.QueryRow(t.Context(), `INSERT INTO announcements (slug, title, body, published_on, shown_from, shown_until)
		VALUES ('soon', 'เร็ว ๆ นี้', 'x', now(), clock_timestamp() + interval '700 ms', clock_timestamp() + interval '1400 ms') RETURNING shown_from, shown_until`).Scan(&from, &to)
	if err != nil {
		t.Fatal(err)
	}
	has := func(n int) func(*content.Content) bool {
		return func(c *content.Content) bool { return len(c.Announcements) == n }
	}
	s.await(3*within, has(all+1))
	if late := time.Since(from); late < 0 || late > within {
		t.Errorf("it came %s after its time", late)
	}
	s.await(3*within, has(all))
	if late := time.Since(to); late < 0 || late > within {
		t.Errorf("it went %s after its time", late)
	}
}

func TestA71_AServerStartsWithoutADatabase(t *testing.T) {
	t.Parallel()
	pool, file := seeded(t), filepath.Join(t.TempDir(), "content.json")
	s := follow(t, pool, file)
	s.await(5*within, any1)
	until(t, 5*within, "the copy", func() bool { _, err := os.Stat(file); return err == nil })
	change(t, pool, `UPDATE pages SET title = 'บนดิสก์' WHERE slug = 'about'`)
	s.await(within, titled("บนดิสก์"))
	kept := func() bool {
		b, err := os.ReadFile(file)
		return err == nil && len(b) > 1000 && contains(b, "บนดิสก์")
	}
	until(t, within, "the copy of the change", kept)
	behind, link := testdb.NewLink(t, pool)
	link.Cut()
	late := follow(t, behind, file)
	late.await(3*within, titled("บนดิสก์"))
	if age, old := late.Age(); !old || age > time.Minute || late.Source() != "the copy on disk" {
		t.Errorf("%s, %t, from %s", age, old, late.Source())
	}
	link.Mend()
	until(t, 5*within, "being in step", func() bool { _, old := late.Age(); return !old && late.Source() == "memory" })
	for _, broken := range []string{"", "{", `{"Form":99,"Content":{}}`, "null"} {
		if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		link.Cut()
		none := follow(t, behind, file)
		until(t, 3*within, "noticing", func() bool { _, old := none.Age(); return old })
		if none.Last() != nil {
			t.Errorf("%q was taken for a copy", broken)
		}
	}
}

func contains(b []byte, text string) bool { return strings.Contains(string(b), text) }
