package ratelimit

import (
	"sync"
	"time"
)

// mostKnown bounds the memory; beyond it a new client is not counted here, so that
// no known one is forgotten.
const mostKnown = 50_000

// memory is what one server knows itself.
type memory struct {
	mu   sync.Mutex
	free map[key]time.Time // as the column free_at, of what this server let through
	next time.Time         // when the database is asked again
	down bool
}

func newMemory() *memory { return &memory{free: map[key]time.Time{}} }

// take counts here alone. Requests for one key that wait for the database have
// been counted, so that no more of them can than the limit lets through.
func (m *memory) take(k key, r Rate, now time.Time) (wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	free := now
	if m.free[k].After(now) {
		free = m.free[k]
	}
	free = free.Add(r.every())
	if wait = free.Sub(now.Add(r.In)); wait > 0 {
		return wait
	}
	m.put(k, free, now)
	return 0
}

// refuse notes that all servers together have let through as many as they may,
// so that no client needs to ask before the wait is over.
func (m *memory) refuse(k key, r Rate, now time.Time, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(k, now.Add(wait+r.In-r.every()), now)
}

// mayAsk reports whether the database is to be asked: always while it answers,
// and else one request now and then.
func (m *memory) mayAsk(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.down {
		return true
	}
	if now.Before(m.next) {
		return false
	}
	m.next = now.Add(pause)
	return true
}

// away notes that the database does not answer, and reports whether that is new.
func (m *memory) away(now time.Time) (first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first = !m.down
	m.down, m.next = true, now.Add(pause)
	return first
}

func (m *memory) answered() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = false
}

// put clears away what is over when there is no room.
func (m *memory) put(k key, free, now time.Time) {
	if _, known := m.free[k]; !known && len(m.free) >= mostKnown {
		for other, t := range m.free {
			if !t.After(now) {
				delete(m.free, other)
			}
		}
		if len(m.free) >= mostKnown {
			return
		}
	}
	m.free[k] = free
}
