package signin

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// TestContact follows what is known of a provider that comes and goes.
func TestContact(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if c := b.s.Contact(); c.Good() || !c.Answered.IsZero() || !c.Failed.IsZero() {
		t.Errorf("nobody has asked yet: %+v", c)
	}
	if c := b.s.Probe(t.Context(), time.Minute); !c.Good() {
		t.Errorf("a good provider: %+v", c)
	}
	keys := b.p.keyRequests.Load()
	if keys != 1 {
		t.Errorf("the keys were asked for %d times", keys)
	}
	if b.s.Probe(t.Context(), time.Minute); b.p.keyRequests.Load() != keys {
		t.Error("asked again although it has just answered")
	}
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"500":    func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true },
		"404":    func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(404); return true },
		"words":  func(w http.ResponseWriter, _ *http.Request) bool { _, _ = w.Write([]byte("hello")); return true },
		"no key": func(w http.ResponseWriter, r *http.Request) bool { return r.URL.Path == "/keys" },
	} {
		b.p.intercept = nil
		if c := b.s.Probe(t.Context(), 0); !c.Good() {
			t.Fatalf("before %s: %+v", name, c)
		}
		b.p.intercept = answer
		if c := b.s.Probe(t.Context(), 0); c.Good() {
			t.Errorf("%s: %+v", name, c)
		}
	}
	b.p.intercept, b.p.discovery = nil, func(d map[string]any) { d["issuer"] = "https://evil.example" }
	if c := b.s.Probe(t.Context(), 0); c.Good() {
		t.Errorf("another issuer: %+v", c)
	}
}

// TestWhoLeavesSaysNothingOfTheProvider gives up a request.
func TestWhoLeavesSaysNothingOfTheProvider(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	if _, err := b.finish(b.begin()); err != nil || !b.s.Contact().Good() {
		t.Fatalf("%v %+v", err, b.s.Contact())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := b.s.provider.client.Do(r); err == nil {
		_ = res.Body.Close()
		t.Error("it was answered")
	}
	b.s.Probe(ctx, 0)
	if !b.s.Contact().Good() {
		t.Errorf("%+v", b.s.Contact())
	}
}
