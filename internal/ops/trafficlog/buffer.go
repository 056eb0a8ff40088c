package trafficlog

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// Request is one that was answered.
type Request struct {
	ID           string // as whoever asked calls it; empty: the Buffer gives it one
	Method, Path string
	Status       int
	Client       netip.Addr
	UserAgent    string
	Start        time.Time
	Took         time.Duration

	number uint64
}

// Buffer gathers requests that take microseconds, and writes the lines of many
// at once: to write each as it comes would cost a tenth of what it tells of. What
// a server that is killed has not written yet is at most flushEvery old.
type Buffer struct {
	out     io.Writer
	count   func(method, route string, status int, took time.Duration)
	started string        // of the ids that it gives
	many    chan struct{} // it is time to write

	mu      sync.Mutex
	served  uint64
	waiting []Request

	writing sync.Mutex // so that lines keep their order
	empty   []Request
	text    []byte
}

const (
	flushEvery = 250 * time.Millisecond
	flushAt    = 128  // requests
	flushNow   = 1024 // requests: whoever brings one writes them all
)

// NewBuffer returns a Buffer that writes whole lines to out, and tells count of
// each request.
func NewBuffer(out io.Writer, count func(method, route string, status int, took time.Duration)) *Buffer {
	return &Buffer{
		out: out, count: count, started: rand.Text()[:10] + "-", many: make(chan struct{}, 1),
		waiting: make([]Request, 0, flushAt), empty: make([]Request, 0, flushAt),
	}
}

// Add adds a request.
func (b *Buffer) Add(r Request) {
	b.mu.Lock()
	b.served++
	r.number = b.served
	b.waiting = append(b.waiting, r)
	n := len(b.waiting)
	b.mu.Unlock()
	switch {
	case n >= flushNow:
		b.Flush()
	case n == flushAt:
		select {
		case b.many <- struct{}{}:
		default: // it is known
		}
	}
}

// Flush writes what was gathered. What to do with lines that cannot be written is
// left to out.
func (b *Buffer) Flush() {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mu.Lock()
	all := b.waiting
	b.waiting = b.empty[:0]
	b.mu.Unlock()
	b.text = b.text[:0]
	for i := range all {
		b.line(&all[i])
	}
	if len(b.text) > 0 {
		_, _ = b.out.Write(b.text)
	}
	for i := range all {
		b.count(all[i].Method, all[i].Path, all[i].Status, all[i].Took)
	}
	clear(all) // nothing holds a request longer than need be
	b.empty = all
}

// Run writes now and then until ctx ends, and once more then.
func (b *Buffer) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-b.many:
		case <-ctx.Done():
			b.Flush()
			return
		}
		b.Flush()
	}
}

// line appends a request as slog's JSON handler would write it.
func (b *Buffer) line(r *Request) {
	t := append(b.text, `{"time":"`...)
	t = r.Start.AppendFormat(t, time.RFC3339Nano)
	t = append(t, `","level":"INFO","msg":"request","id":`...)
	if r.ID == "" {
		t = append(append(t, '"'), b.started...)
		t = append(strconv.AppendUint(t, r.number, 10), '"')
	} else {
		t = quoted(t, r.ID)
	}
	t = quoted(append(t, `,"method":`...), r.Method)
	t = quoted(append(t, `,"path":`...), r.Path)
	t = strconv.AppendInt(append(t, `,"status":`...), int64(r.Status), 10)
	t = append(t, `,"staff":0,"address":"`...)
	t = r.Client.AppendTo(t)
	t = quoted(append(t, `","user_agent":`...), r.UserAgent)
	t = strconv.AppendInt(append(t, `,"took":`...), int64(r.Took), 10)
	b.text = append(t, "}\n"...)
}

// quoted appends s as a JSON string.
func quoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			text, _ := json.Marshal(s) // a string always can be
			return append(b, text...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
