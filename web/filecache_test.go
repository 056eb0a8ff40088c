package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"

	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/file"
	"portal/internal/testdb"
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
		return tx.Record(audit.ContentSeeded, audit.Subject{Key: "test"}, nil)
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

// TestManyDownloadsShareTheBytes opens 500 downloads of 20 MB at once, of which
// none goes on reading.
func TestManyDownloadsShareTheBytes(t *testing.T) {
	s := newSite(t)
	hash, b := s.publish("thick", 20<<20)
	s.refresh()
	server := httptest.NewServer(s.handler)
	defer server.Close()
	before := heap()
	var opened sync.WaitGroup
	conns := make([]net.Conn, 500)
	for i := range conns {
		opened.Go(func() {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			conns[i] = conn
			_, _ = fmt.Fprintf(conn, "GET /backend/file/%s HTTP/1.1\r\nHost: %s\r\n\r\n", hash, strings.TrimPrefix(baseURL, "https://"))
			status := make([]byte, len("HTTP/1.1 200 OK"))
			if _, err := io.ReadFull(conn, status); err != nil || string(status) != "HTTP/1.1 200 OK" {
				t.Errorf("%s, %v", status, err)
			}
		})
	}
	opened.Wait()
	if grown := heap() - before; grown > 100<<20 {
		t.Errorf("%d downloads of %d MB hold %d MB", len(conns), len(b)>>20, grown>>20)
	}
	for i, conn := range conns {
		if i < 3 { // and they do arrive
			_, rest, _ := bytes.Cut(all(t, conn, len(b)), []byte("\r\n\r\n"))
			if sum := sha256.Sum256(rest); hex.EncodeToString(sum[:]) != hash {
				t.Errorf("%d bytes, others than were asked for", len(rest))
			}
		}
		_ = conn.Close()
	}
}

// all reads the rest of an answer with a body of n bytes.
func all(t *testing.T, conn net.Conn, n int) []byte {
	t.Helper()
	in, b := bufio.NewReader(conn), []byte{}
	_, _ = in.ReadBytes('\n') // the rest of the status line
	for {
		line, err := in.ReadBytes('\n')
		if b = append(b, line...); err != nil || len(bytes.TrimSpace(line)) == 0 {
			break
		}
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(in, body); err != nil {
		t.Error(err)
	}
	return append(b, body...)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}
