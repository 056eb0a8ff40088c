package trafficlog

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestALineIsAsSlogWritesIt compares with what writes the lines of all other pages.
func TestALineIsAsSlogWritesIt(t *testing.T) {
	for _, odd := range []string{"plain", "", `"quoted" \ and`, "\x00\x1f\x7f", "ภาษาไทย", "\xff\xfe", "<&>\u2028"} {
		r := Request{ID: "7" + odd, Method: "GET", Path: "/" + odd, Status: 304, Client: netip.MustParseAddr("2001:db8::1"),
			UserAgent: odd, Start: time.Date(2026, 1, 2, 3, 4, 5, 60, time.FixedZone("", 7*3600)), Took: 1234 * time.Nanosecond}
		var ours, theirs bytes.Buffer
		b := NewBuffer(&ours, func(string, string, int, time.Duration) {})
		b.Add(r)
		b.Flush()
		record := slog.NewRecord(r.Start, slog.LevelInfo, "request", 0)
		record.AddAttrs(slog.String("id", r.ID), slog.String("method", r.Method), slog.String("path", r.Path), slog.Int("status", r.Status),
			slog.Int64("staff", 0), slog.String("address", r.Client.String()), slog.String("user_agent", r.UserAgent), slog.Duration("took", r.Took))
		if err := slog.NewJSONHandler(&theirs, nil).Handle(t.Context(), record); err != nil {
			t.Fatal(err)
		}
		if got, want := fields(t, ours.Bytes()), fields(t, theirs.Bytes()); got != want {
			t.Errorf("%q:\n%s\nslog writes\n%s", odd, got, want)
		}
	}
}

// fields is a line in JSON's one form of it, however its text was escaped.
func fields(t *testing.T, line []byte) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(line, &all); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEachRequestIsWrittenOnce has many bring requests faster than they are
// written, and the last of them when the server stops.
func TestEachRequestIsWrittenOnce(t *testing.T) {
	const each, many = 1500, 8
	var out bytes.Buffer
	counted := 0
	b := NewBuffer(&out, func(_, _ string, _ int, took time.Duration) { counted += int(took) })
	ctx, stop := context.WithCancel(context.Background())
	var running, work sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	for range many {
		work.Go(func() {
			for range each {
				b.Add(Request{Method: "GET", Path: "/", Status: 200, Took: 1})
			}
		})
	}
	work.Wait()
	stop()
	running.Wait()
	ids := map[string]bool{}
	for line := range strings.Lines(out.String()) {
		var r struct{ ID string }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		ids[r.ID] = true
	}
	if len(ids) != each*many || counted != each*many {
		t.Errorf("%d of %d were written, %d counted", len(ids), each*many, counted)
	}
}

// TestARequestIsWrittenSoon also when no other follows it.
func TestARequestIsWrittenSoon(t *testing.T) {
	written := make(chan struct{}, 1)
	b := NewBuffer(signal{written}, func(string, string, int, time.Duration) {})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go b.Run(ctx)
	b.Add(Request{})
	select {
	case <-written:
	case <-time.After(10 * time.Second):
		t.Error("nothing was written")
	}
}

type signal struct{ written chan struct{} }

func (s signal) Write(line []byte) (int, error) {
	s.written <- struct{}{}
	return len(line), nil
}
