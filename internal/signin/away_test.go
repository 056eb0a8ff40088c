package signin

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"portal/internal/problem"
)

// providerEndpoints are those that we ask.
var providerEndpoints = []string{"/.well-known/openid-configuration", "/connect/token", "/keys", "/connect/userinfo"}

func TestA16_ProviderAway(t *testing.T) {
	huge := strings.Repeat("x", 2*maxBody)
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request){
		"500":     func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"garbage": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"a":"` + huge + `"}`))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		},
		"hangs": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server see the client leave
			<-r.Context().Done()
		},
	} {
		for _, path := range providerEndpoints {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, nil)
				b.s.provider.client.Timeout = 300 * time.Millisecond // stands for requestTimeout
				b.answer(path, answer)
				b.fails()
				if n := b.count(`SELECT count(*) FROM staff_sessions`); n != 0 {
					t.Errorf("%d sessions", n)
				}
			})
		}
	}
}

// answer makes the provider answer so at path.
func (b *bench) answer(path string, answer http.HandlerFunc) {
	b.p.intercept = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == path {
			answer(w, r)
		}
		return r.URL.Path == path
	}
}

// fails tries to sign in and expects to be told that it cannot be.
func (b *bench) fails() {
	b.t.Helper()
	to, err := b.s.Begin(context.Background(), browser, "")
	if err == nil {
		u, _ := url.Parse(to)
		b.p.lastAuth = u.Query()
		_, err = b.finish(u.Query().Get("state"))
	}
	if k := problem.Of(err).Kind; err == nil || (k != problem.Away && k != problem.BadInput) {
		b.t.Errorf("got %v", err)
	}
}

// TestA16_HugeAnswersCostNothing lets each endpoint answer with 200 MB. All that
// is allocated meanwhile must stay below 64 MB, and no goroutine may stay
// behind. It runs alone: it counts what the whole process does.
func TestA16_HugeAnswersCostNothing(t *testing.T) {
	const body, allowed = 200 << 20, 64 << 20
	chunk := []byte(strings.Repeat(" ", 1<<16))
	for _, path := range providerEndpoints {
		b := newBench(t, nil)
		b.answer(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for sent := 0; sent < body; sent += len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		})
		before, goroutines := allocated(), runtime.NumGoroutine()
		b.fails()
		if used := allocated() - before; used > allowed {
			t.Errorf("%s: %d MB allocated", path, used>>20)
		}
		b.p.CloseClientConnections()
		b.s.provider.client.CloseIdleConnections()
		settle(t, goroutines)
	}
}

// allocated is how many bytes the process has ever asked for.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// settle waits until no more goroutines run than did before.
func settle(t *testing.T, before int) {
	t.Helper()
	tick, end := time.NewTicker(10*time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for runtime.NumGoroutine() > before {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}
