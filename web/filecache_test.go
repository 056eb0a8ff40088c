package web

import (
	"bytes"
	"context"
	"net/http"
	"testing"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
	"portal/internal/site/file"
)

// publish stores a file of n bytes as a manual's and returns its hash.
func (s *site) publish(slug string, n int) (hash string, b []byte) {
	s.t.Helper()
	ctx := context.Background()
	b = bytes.Repeat([]byte(slug+"\n"), n/len(slug))[:n]
	err := s.log.Change(ctx, authz.System("test"), func(tx *audit.Tx) (err error) {
		if hash, err = file.Put(ctx, tx, "application/pdf", "คู่มือ.pdf", b); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO manuals (slug, title, audience, group_name, position, issued_on, file, file_name)
			VALUES ($1, $1, 'dga_admin', 'central', 1, now(), decode($2, 'hex'), 'x.pdf')`, slug, hash); err != nil {
			return err
		}
		return tx.Record(seed.ActionSeeded, audit.Subject{Key: "test"}, nil)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return hash, b
}

func (s *site) refresh() {
	s.t.Helper()
	if err := s.contents.Refresh(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func TestFilesComeFromMemoryWhilePublished(t *testing.T) {
	t.Parallel()
	pool, link := testdb.NewLink(t, testdb.New(t))
	s := newSiteOn(t, pool, "https://id.invalid")
	c := s.server.file.files
	c.most = 1000
	first, text1 := s.publish("first", 600)
	second, _ := s.publish("second", 300)
	third, _ := s.publish("third", 700)
	large, _ := s.publish("large", 2000)
	s.refresh()
	get := func(hash string) int { return s.get("/backend/file/"+hash, nil).StatusCode }
	for _, hash := range []string{first, second, large, first} {
		if got := get(hash); got != http.StatusOK {
			t.Fatal(got)
		}
	}
	if c.bytes != 900 || len(c.kept) != 2 {
		t.Errorf("%d bytes, %d files", c.bytes, len(c.kept))
	}
	get(third) // second goes first, then first
	if c.bytes != 700 || c.kept[third] == nil {
		t.Errorf("%d bytes, %d files", c.bytes, len(c.kept))
	}
	get(first)
	link.Cut()
	if res := s.do(request{method: "GET", path: "/backend/file/" + first, header: map[string]string{"Range": "bytes=10-19"}}); res.StatusCode != http.StatusPartialContent || text(t, res) != string(text1[10:20]) {
		t.Errorf("a part from memory: %d", res.StatusCode)
	}
	if got := get(second); got != http.StatusServiceUnavailable {
		t.Errorf("a file that is nowhere: %d", got)
	}
	link.Mend()
	if _, err := s.pool.Exec(t.Context(), `UPDATE manuals SET shown = false WHERE slug = 'first'`); err != nil {
		t.Fatal(err)
	}
	s.refresh()
	if c.kept[first] != nil || c.bytes != 0 {
		t.Errorf("still in memory although hidden: %d bytes", c.bytes)
	}
}
