package search

// Waiting is how many different questions are counted in memory and not written
// yet. Public: no actor.
func (s *Service) Waiting() int {
	s.counter.mu.Lock()
	defer s.counter.mu.Unlock()
	return len(s.counter.counts)
}
