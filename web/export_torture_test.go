//go:build torture

package web

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

// crowd makes n people, members of an agency whose name is long.
func (s *site) crowd(n int) {
	s.t.Helper()
	ctx := s.t.Context()
	var id int64
	err := s.pool.QueryRow(ctx, `INSERT INTO agencies (code, kind, name) VALUES ('99000000', 'department', repeat('กรมที่มีชื่อยาวมาก ', 20)) RETURNING id`).Scan(&id)
	if err != nil {
		s.t.Fatal(err)
	}
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, statement := range []struct {
		sql  string
		args []any
	}{
		{`SET LOCAL statement_timeout = 0`, nil},
		{`INSERT INTO staff (issuer, subject, name) SELECT 'crowd', i::text, '=คนที่ ' || i FROM generate_series(1, $1::int) i`, []any{n}},
		{`ANALYZE staff`, nil}, // a trigger of the next one looks them up
		{`INSERT INTO memberships (staff_id, agency_id, role, since) SELECT id, $1, 'manual_author', now() FROM staff WHERE issuer = 'crowd'`, []any{id}},
	} {
		if _, err := tx.Exec(ctx, statement.sql, statement.args...); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// overNetwork serves the site on a real connection, so that a client can leave.
func (s *site) overNetwork() *http.Client {
	s.t.Helper()
	server := httptest.NewServer(s.handler)
	s.t.Cleanup(server.Close)
	return &http.Client{Transport: &http.Transport{
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", server.Listener.Addr().String())
		},
	}}
}

const exportSize = 50_000

// running counts the exports that Postgres is working on.
const running = `SELECT count(*) FROM pg_stat_clear_snapshot(), pg_stat_activity
	WHERE datname = current_database() AND state = 'active' AND query LIKE 'WITH asked AS (%'`

func TestA66_Torture_ExportStreams(t *testing.T) {
	s := newSite(t) // not in parallel: it looks at the memory of the whole process
	admin := s.hire("ผู้ดูแล", authz.DGAAdmin, authz.CodeDGA)
	s.crowd(exportSize)
	client := s.overNetwork()
	ask := func(format string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://portal.example/backend/staff/export?role=manual_author&format="+format, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(admin.cookie)
		res, err := client.Do(r)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%v %v", res, err)
		}
		return res
	}
	t.Run("whole, memory flat", func(t *testing.T) {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		before, peak := m.HeapAlloc, uint64(0)
		res := ask("csv")
		rows := csv.NewReader(bufio.NewReader(res.Body))
		rows.ReuseRecord = true
		n, bytes := 0, 0
		for {
			row, err := rows.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if n == 1 && row[0] != "'=คนที่ 1" {
				t.Errorf("A64, the first cell is %q", row[0])
			}
			n++
			bytes += len(strings.Join(row, ","))
			if n%5000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
		if n != exportSize+1 {
			t.Errorf("%d lines", n)
		}
		const flat = 8 << 20
		if grew := int64(peak) - int64(before); grew > flat || bytes < 4*flat {
			t.Errorf("the heap grew by %d bytes for a file of %d", grew, bytes)
		}
	})
	t.Run("the reader leaves", func(t *testing.T) {
		res := ask("csv")
		if _, err := io.ReadFull(res.Body, make([]byte, 100_000)); err != nil {
			t.Fatal(err)
		}
		if n := s.number(running); n != 1 {
			t.Errorf("%d exports are running, want this one: it proves nothing otherwise", n)
		}
		_ = res.Body.Close()
		deadline := time.Now().Add(20 * time.Second)
		for s.number(running) > 0 {
			if time.Now().After(deadline) {
				t.Fatal("the query runs on")
			}
		}
	})
	t.Run("a workbook", func(t *testing.T) {
		res := ask("xlsx")
		head := make([]byte, 2)
		if _, err := io.ReadFull(res.Body, head); err != nil || string(head) != "PK" {
			t.Errorf("%q, %v", head, err)
		}
		if n, err := io.Copy(io.Discard, res.Body); err != nil || n < 100_000 {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
	n := s.number(`SELECT count(*) FROM audit_entries WHERE action = 'staff.exported' AND staff_id = $1
		AND detail = jsonb_build_object('rows', $2::int, 'filter', jsonb_build_object('role', 'manual_author'))`, admin.id, exportSize)
	if n != 3 {
		t.Errorf("%d entries, want one for each export, also the one that was left", n)
	}
}
