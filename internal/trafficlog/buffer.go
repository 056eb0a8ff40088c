package trafficlog

import (
	"context"
	"io"
	"sync"
	"time"
)

// Buffer gathers lines and writes many at once: a line for each of fifty
// thousand requests a second would else cost as much as the requests. What a
// server that is killed has not written yet is at most flushEvery old.
type Buffer struct {
	out  io.Writer
	mu   sync.Mutex
	text []byte
}

const (
	flushEvery = 250 * time.Millisecond
	flushAt    = 64 << 10 // bytes
)

// NewBuffer returns a Buffer that writes whole lines to out.
func NewBuffer(out io.Writer) *Buffer {
	return &Buffer{out: out, text: make([]byte, 0, flushAt+4<<10)}
}

// Add adds a line.
func (b *Buffer) Add(line []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, line...)
	if len(b.text) >= flushAt {
		b.write()
	}
}

// Flush writes what was gathered.
func (b *Buffer) Flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.write()
}

// write leaves what to do with lines that cannot be written to out.
func (b *Buffer) write() {
	if len(b.text) > 0 {
		_, _ = b.out.Write(b.text)
		b.text = b.text[:0]
	}
}

// Run writes now and then until ctx ends, and once more then.
func (b *Buffer) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			b.Flush()
		case <-ctx.Done():
			b.Flush()
			return
		}
	}
}
