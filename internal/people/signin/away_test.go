package signin

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/problem"
)

const discoveryPath = "/.well-known/openid-configuration"

// providerEndpoints are those that we ask, in this order.
var providerEndpoints = []string{discoveryPath, "/connect/token", "/keys", "/connect/userinfo"}

func TestA16_ProviderAway(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"500":     func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"503":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"empty":   func(http.ResponseWriter, *http.Request) {},
		"garbage": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"a":"` + strings.Repeat("x", 2*maxBody) + `"}`))
		},
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		},
		"cut off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		for _, path := range providerEndpoints {
			t.Run(name+path, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, nil)
				b.answer(path, answer)
				b.away(b.try(path))
			})
		}
	}
}

func TestA16_ProviderDown(t *testing.T) {
	const refused = "http://127.0.0.1:1" // no server listens there
	for path, name := range map[string]string{
		discoveryPath: "", "/connect/token": "token_endpoint", "/keys": "jwks_uri", "/connect/userinfo": "userinfo_endpoint",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(c *Config) {
				if path == discoveryPath {
					c.Issuer = refused
				}
			})
			b.p.discovery = func(d map[string]any) {
				if name != "" {
					d[name] = refused + path
				}
			}
			b.away(b.try(path))
		})
	}
}

// TestA16_SlowProvider holds every endpoint up, with the limits as they are. It
// runs alone, all cases at once: it takes the time, and counts goroutines.
func TestA16_SlowProvider(t *testing.T) {
	const allowed = 5 * time.Second
	hangs := func(_ http.ResponseWriter, r *http.Request) { untilGone(r) }
	stalls := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"issuer":`))
		w.(http.Flusher).Flush()
		untilGone(r)
	}
	type slow struct {
		*bench
		path string
		err  error
	}
	var all []*slow
	for _, path := range providerEndpoints {
		for _, answer := range []http.HandlerFunc{hangs, stalls} {
			c := &slow{bench: newBench(t, nil), path: path}
			c.answer(path, answer)
			all = append(all, c)
		}
	}
	drags := &slow{bench: newBench(t, nil), path: "/connect/userinfo"} // where the time is up
	drags.p.intercept = func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-time.After(2500 * time.Millisecond): // every one within requestTimeout
		case <-r.Context().Done():
		}
		return false
	}
	all = append(all, drags)
	goroutines := runtime.NumGoroutine()
	var wg sync.WaitGroup
	for _, c := range all {
		wg.Go(func() { c.err = c.try(c.path) })
	}
	wg.Wait()
	settle(t, goroutines)
	for _, c := range all {
		c.away(c.err)
		if c.took > allowed {
			t.Errorf("%s: %v, allowed %v", c.path, c.took, allowed)
		}
	}
}

// untilGone returns when the client has left.
func untilGone(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then does the server see it
	<-r.Context().Done()
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

// try signs in at a provider that fails at path, and returns the error of the
// step that needs it. took is how long that step had the person wait.
func (b *bench) try(path string) error {
	b.t.Helper()
	start := time.Now()
	to, err := b.s.Begin(context.Background(), browser, "")
	if path != discoveryPath {
		if err != nil {
			b.t.Errorf("%s: begins with %v", path, err)
			return err
		}
		u, _ := url.Parse(to)
		b.p.lastAuth = u.Query()
		start = time.Now()
		_, err = b.finish(u.Query().Get("state"))
	}
	b.took = time.Since(start)
	return err
}

// away checks that the provider is blamed, not the person, and in few words.
func (b *bench) away(err error) {
	b.t.Helper()
	if !problem.Is(err, problem.Away) {
		b.t.Fatalf("got %v, want Away", err)
	}
	if n := len(err.Error()); n > 2000 {
		b.t.Errorf("%d bytes for the log", n)
	}
	if n := b.count(`SELECT count(*) FROM staff_sessions`); n != 0 {
		b.t.Errorf("%d sessions", n)
	}
	if n := b.count(`SELECT count(*) FROM audit_entries`); n != 0 {
		b.t.Errorf("%d entries in the audit log", n)
	}
}

// TestA16_HugeAnswersCostNothing lets each endpoint answer with 200 MB, plain
// and as a small body that unpacks to them. All that is allocated meanwhile must
// stay below 64 MB, and no goroutine may stay behind. It runs alone: it counts
// what the whole process does.
func TestA16_HugeAnswersCostNothing(t *testing.T) {
	const body, allowed = 200 << 20, 64 << 20
	chunk := bytes.Repeat([]byte(" "), 1<<20)
	var member bytes.Buffer
	z := gzip.NewWriter(&member)
	_, _ = z.Write(chunk)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	packed := bytes.Repeat(member.Bytes(), body/len(chunk)) // members one after another are one text
	for name, send := range map[string]func(http.ResponseWriter){
		"plain": func(w http.ResponseWriter) {
			for sent := 0; sent < body; sent += len(chunk) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		},
		"gzip": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed)
		},
	} {
		for _, path := range providerEndpoints {
			b := newBench(t, nil)
			b.answer(path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				send(w)
			})
			before, goroutines := allocated(), runtime.NumGoroutine()
			err := b.try(path)
			if used := allocated() - before; used > allowed {
				t.Errorf("%s %s: %d MB allocated", name, path, used>>20)
			}
			b.away(err)
			settle(t, goroutines)
		}
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
