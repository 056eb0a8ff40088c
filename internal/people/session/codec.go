package session

import (
	"crypto/sha256"
	"maps"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// codec is scs's own, which remembers what it has read lately: gob learns its
// types anew each time, which took a tenth of a signed-in page's time.
type codec struct {
	scs.GobCodec
	mu    sync.Mutex
	known map[[sha256.Size]byte]decoded
}

type decoded struct {
	deadline time.Time
	values   map[string]any
}

// mostKnown is how many sessions' values are remembered, until all are forgotten.
const mostKnown = 4096

func newCodec() *codec { return &codec{known: map[[sha256.Size]byte]decoded{}} }

// Decode gives each caller a map of its own; what is in it are plain strings.
func (c *codec) Decode(b []byte) (time.Time, map[string]any, error) {
	sum := sha256.Sum256(b)
	c.mu.Lock()
	d, ok := c.known[sum]
	c.mu.Unlock()
	if ok {
		return d.deadline, maps.Clone(d.values), nil
	}
	deadline, values, err := c.GobCodec.Decode(b)
	if err != nil {
		return deadline, values, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.known) >= mostKnown {
		clear(c.known)
	}
	c.known[sum] = decoded{deadline, maps.Clone(values)}
	return deadline, values, nil
}
