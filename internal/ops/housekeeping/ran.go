package housekeeping

import "time"

// Ran is what is known of a job on this server.
type Ran struct {
	Name   string
	Every  time.Duration
	At     time.Time // of its last run; zero before the first
	Failed bool
}

// note remembers how a job's run ended.
func (s *Service) note(j *job, err error) {
	s.ran.Lock()
	defer s.ran.Unlock()
	j.last = Ran{At: s.now(), Failed: err != nil}
}

// Jobs lists the jobs and how each of them last ended here. Public: it tells of
// the server alone, and of nobody in it.
func (s *Service) Jobs() []Ran {
	s.ran.Lock()
	defer s.ran.Unlock()
	all := make([]Ran, len(s.jobs))
	for i, j := range s.jobs {
		all[i] = Ran{Name: j.name, Every: j.every, At: j.last.At, Failed: j.last.Failed}
	}
	return all
}
