package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Contact says when the provider last answered, and when it last did not. Zero:
// never since the server started.
type Contact struct {
	Answered, Failed time.Time
}

// Good reports whether the last that was asked of the provider was answered.
func (c Contact) Good() bool { return c.Answered.After(c.Failed) }

// contacts notes how the provider answers.
type contacts struct {
	now     func() time.Time
	mu      sync.Mutex
	last    Contact
	probing sync.Mutex // held by a request that asks only to see
}

func (c *contacts) note(ok bool) {
	at := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if ok {
		c.last.Answered = at
	} else {
		c.last.Failed = at
	}
}

func (c *contacts) get() Contact {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// watched notes each answer. Who asked and no longer waits says nothing of the
// provider.
type watched struct {
	next http.RoundTripper
	seen *contacts
}

func (w watched) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.next.RoundTrip(r)
	if !errors.Is(r.Context().Err(), context.Canceled) {
		w.seen.note(err == nil && res.StatusCode < http.StatusInternalServerError)
	}
	return res, err
}

// Contact is how the provider last answered. Public: it tells of the provider
// alone.
func (s *Service) Contact() Contact { return s.seen.get() }

// Probe asks the provider for its discovery and its keys, as a sign-in would,
// unless it answered within fresh or is being asked already. Public: see Contact.
func (s *Service) Probe(ctx context.Context, fresh time.Duration) Contact {
	c := s.seen.get()
	if c.Good() && s.cfg.Now().Sub(c.Answered) < fresh || !s.seen.probing.TryLock() {
		return c
	}
	defer s.seen.probing.Unlock()
	if err := s.probe(ctx); err != nil && !errors.Is(ctx.Err(), context.Canceled) {
		s.seen.note(false)
	}
	return s.seen.get()
}

func (s *Service) probe(ctx context.Context) error {
	var doc struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := s.fetch(ctx, strings.TrimSuffix(s.cfg.Issuer, "/")+"/.well-known/openid-configuration", &doc); err != nil {
		return err
	}
	if doc.Issuer != s.cfg.Issuer {
		return errors.New("discovery speaks of another issuer")
	}
	var keys struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := s.fetch(ctx, doc.Keys, &keys); err != nil {
		return err
	}
	if len(keys.Keys) == 0 {
		return errors.New("the provider publishes no key")
	}
	return nil
}

func (s *Service) fetch(ctx context.Context, address string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	res, err := s.provider.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the provider answered %d", res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(into)
}
