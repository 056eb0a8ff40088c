package feedback

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

// A second press within this time is the same one.
const samePress = 10 * time.Second

// mostPresses bounds the memory; beyond it presses are not compared.
const mostPresses = 20_000

// presses remembers for seconds, and in memory alone, which readers pressed
// what: a keyed hash under a key that nobody ever sees.
type presses struct {
	key  [sha256.Size]byte
	mu   sync.Mutex
	seen map[[sha256.Size]byte]time.Time
}

func newPresses() *presses {
	p := &presses{seen: map[[sha256.Size]byte]time.Time{}}
	_, _ = rand.Read(p.key[:]) // never fails, by its documentation
	return p
}

// first reports whether this reader has not pressed this just now; undo
// forgets the press again.
func (p *presses) first(reader, what string, now time.Time) (first bool, undo func()) {
	mac := hmac.New(sha256.New, p.key[:])
	_, _ = mac.Write([]byte(reader + "\x00" + what)) // a hash does not fail
	id := [sha256.Size]byte(mac.Sum(nil))
	p.mu.Lock()
	defer p.mu.Unlock()
	for other, at := range p.seen {
		if now.Sub(at) >= samePress {
			delete(p.seen, other)
		}
	}
	if _, again := p.seen[id]; again {
		return false, nil
	}
	if len(p.seen) < mostPresses {
		p.seen[id] = now
	}
	return true, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.seen, id)
	}
}
