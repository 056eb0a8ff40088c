package trafficlog

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) set(text string) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func open(t *testing.T, at string) (*Log, *clock) {
	t.Helper()
	c := new(clock)
	c.set(at)
	l, err := Open(filepath.Join(t.TempDir(), "log"), io.Discard, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, c
}

func TestFilesTurnAtMidnightInBangkok(t *testing.T) {
	l, c := open(t, "2026-11-23T23:59:59+07:00")
	for _, step := range []struct{ at, line string }{
		{"2026-11-23T23:59:59+07:00", "a\n"}, {"2026-11-23T17:00:00Z", "b\n"}, {"2026-11-24T23:59:59+07:00", "c\n"},
	} {
		c.set(step.at)
		if _, err := l.Write([]byte(step.line)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"traffic-2026-11-23.jsonl": "a\n", "traffic-2026-11-24.jsonl": "b\nc\n"} {
		got, err := os.ReadFile(filepath.Join(l.Dir(), name))
		if err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if info, err := os.Stat(filepath.Join(l.Dir(), name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestLinesOfManyStayWhole(t *testing.T) {
	l, c := open(t, "2026-11-23T12:00:00+07:00")
	const writers, lines = 8, 200
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range lines {
				if i == lines/2 {
					c.set("2026-11-24T00:00:00+07:00")
				}
				if _, err := l.Write([]byte(strings.Repeat("x", 500) + "\n")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	var all string
	for _, day := range []string{"23", "24"} {
		b, err := os.ReadFile(filepath.Join(l.Dir(), "traffic-2026-11-"+day+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	got := strings.Fields(all)
	if len(got) != writers*lines || slices.ContainsFunc(got, func(s string) bool { return len(s) != 500 }) {
		t.Errorf("%d lines", len(got))
	}
}

func TestAppendsAfterARestart(t *testing.T) {
	l, c := open(t, "2026-11-23T12:00:00+07:00")
	if _, err := l.Write([]byte("a\n")); err != nil {
		t.Fatal(err)
	}
	again, err := Open(l.Dir(), io.Discard, c.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Write([]byte("b\n")); err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(l.Dir(), "traffic-2026-11-23.jsonl")); string(got) != "a\nb\n" {
		t.Errorf("%q", got)
	}
}

func TestALineIsNeverLostUnseen(t *testing.T) {
	l, _ := open(t, "2026-11-23T12:00:00+07:00")
	var kept strings.Builder
	l.fallback = &kept
	if err := l.file.Close(); err != nil { // the disk is gone
		t.Fatal(err)
	}
	if _, err := l.Write([]byte("a\n")); !errors.Is(err, os.ErrClosed) || kept.String() != "a\n" {
		t.Errorf("%v, fallback %q", err, kept.String())
	}
}

func TestExpiredFilesGo(t *testing.T) {
	l, _ := open(t, "2026-11-23T12:00:00+07:00")
	for _, name := range []string{
		"traffic-2026-08-24.jsonl", // its last line is 91 days and 12 hours old at most
		"traffic-2026-08-25.jsonl", // its last line is younger than 90 days and a half
		"traffic-2025-01-01.jsonl", "traffic-2026-99-99.jsonl", "traffic-2025-01-01.jsonl.gz", "notes.txt",
	} {
		if err := os.WriteFile(filepath.Join(l.Dir(), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names, err := l.Expired(time.Hour) // less than the law asks for: ninety days
	want := []string{"traffic-2025-01-01.jsonl", "traffic-2026-08-24.jsonl"}
	if err != nil || !slices.Equal(names, want) {
		t.Fatalf("%v, %v", names, err)
	}
	if err := l.Remove(append(names, "notes.txt", "../../evil")); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(l.Dir())
	if err != nil || len(left) != 5 {
		t.Errorf("%d files left, %v", len(left), err)
	}
	if names, err := l.Expired(120 * 24 * time.Hour); err != nil || len(names) != 0 {
		t.Errorf("%v, %v", names, err)
	}
}
