package e2e

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"portal/internal/dev/testdb"
)

// TestTwoServersShowAnEditAndSurviveEachOther runs two servers on one database,
// edits, and kills one of them under 256 connections.
func TestTwoServersShowAnEditAndSurviveEachOther(t *testing.T) {
	database := testdb.URL(t)
	first := startServer(t, database, "")
	t.Cleanup(first.kill)
	second := startServer(t, database, first.issuer)
	t.Cleanup(second.kill)
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for _, title := range []string{"แก้ไขครั้งที่หนึ่ง", "แก้ไขครั้งที่สอง"} {
		if _, err := conn.Exec(t.Context(), `UPDATE pages SET title = $1 WHERE slug = 'about'`, title); err != nil {
			t.Fatal(err)
		}
		for _, p := range []portal{first, second} {
			for late := time.Now().Add(10 * time.Second); ; {
				_, body, err := fetch(p.base + "/backend/about")
				if err == nil && strings.Contains(body, "<h1>"+title) || err == nil && strings.Contains(body, title+"</h1>") {
					break
				}
				if time.Now().After(late) {
					t.Fatalf("%s does not show %s: %v", p.base, title, err)
				}
			}
		}
	}
	var stays, dies load
	stop := make(chan struct{})
	var work sync.WaitGroup
	for range 128 {
		work.Go(func() { stays.run(first.base+"/backend/faq", stop) })
		work.Go(func() { dies.run(second.base+"/backend/faq", stop) })
	}
	for stays.answers.Load() < 500 || dies.answers.Load() < 500 { // both are under load
		time.Sleep(time.Millisecond)
	}
	second.kill()
	before := stays.answers.Load()
	for stays.answers.Load() < before+500 {
		time.Sleep(time.Millisecond)
	}
	close(stop)
	work.Wait()
	if stays.failures.Load() > 0 || dies.failures.Load() == 0 || stays.wrong.Load()+dies.wrong.Load() > 0 {
		t.Errorf("%d requests of the server that lives failed, %d of the one that died; %d answers were wrong",
			stays.failures.Load(), dies.failures.Load(), stays.wrong.Load()+dies.wrong.Load())
	}
}

// load is what one server answered.
type load struct{ answers, failures, wrong atomic.Int64 }

// run asks over a connection of its own until stop or the first failure.
func (l *load) run(address string, stop chan struct{}) {
	c := http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	defer c.CloseIdleConnections()
	for {
		select {
		case <-stop:
			return
		default:
		}
		res, err := c.Get(address)
		if err != nil {
			l.failures.Add(1)
			return
		}
		_, err = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if err != nil {
			l.failures.Add(1)
			return
		}
		if res.StatusCode != http.StatusOK {
			l.wrong.Add(1)
		}
		l.answers.Add(1)
	}
}

func fetch(address string) (*http.Response, string, error) {
	res, err := http.Get(address) // #nosec G107 -- our own server
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return res, string(b), err
}
