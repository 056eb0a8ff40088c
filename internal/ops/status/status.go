// Package status tells whoever runs the portal how it is: what works, what
// should be looked at, and what does not work. Nothing that hangs or fails keeps
// it from telling the rest.
package status

import (
	"context"
	"sync"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/jobs"
	"portal/internal/ops/auditlog"
	"portal/internal/people/signin"
	"portal/internal/site/content"
	"portal/internal/site/search"
)

// State is how a part of the portal is.
type State int

// The states, the best first.
const (
	Good State = iota
	Check
	Bad
)

var stateNames = [...]string{Good: "ปกติ", Check: "ควรตรวจสอบ", Bad: "ผิดปกติ"}

// Name is the state in Thai.
func (s State) Name() string { return stateNames[s] }

// Line is one part of the portal and how it is.
type Line struct {
	Key   string
	Title string
	State State
	Text  string
	Hint  string // what to do, where something is to be done
}

// Report is all of them.
type Report struct {
	At    time.Time
	Lines []Line
}

// Count is how many lines are in a state.
func (r Report) Count(s State) (n int) {
	for _, l := range r.Lines {
		if l.State == s {
			n++
		}
	}
	return n
}

// Build says which program is running.
type Build struct {
	Version, Go string
	Started     time.Time
}

// Pool is how many connections to the database are in use.
type Pool struct {
	Name      string
	Used, Max int
}

// Sources are where the facts come from.
type Sources struct {
	Build   Build
	BaseURL string
	Idle    time.Duration // after which a session has ended
	Read    db.Reader
	Pools   func() []Pool
	Jobs    func(context.Context) ([]jobs.State, error)
	Audit   *auditlog.Service
	Content *content.Service
	Search  *search.Service
	SignIn  *signin.Service
	Now     func() time.Time
}

// Service tells how the portal is.
type Service struct {
	Sources
	certificate *certificate
	kept        numbers
}

// New returns a Service.
func New(from Sources) *Service {
	return &Service{Sources: from, certificate: newCertificate(from.BaseURL, from.Now)}
}

// Limits of one look at everything.
const (
	lookWithin  = 1400 * time.Millisecond // that one part may take
	reportAfter = 1600 * time.Millisecond // what has not been found out by then is left open
)

// tailLength is how many of the newest entries of the audit log are looked at.
const tailLength = 200

// Report looks at everything at the same time and returns in any case within two
// seconds.
func (s *Service) Report(ctx context.Context, actor authz.Actor) (Report, error) {
	if err := actor.Require(authz.ViewStatus); err != nil {
		return Report{}, err
	}
	looks := s.looks(actor)
	found := make([][]Line, len(looks))
	arrived := make(chan int, len(looks))
	var mu sync.Mutex // guards found
	for i, l := range looks {
		go func() {
			lines := l.within(ctx)
			mu.Lock()
			found[i] = lines
			mu.Unlock()
			arrived <- i
		}()
	}
	late := time.NewTimer(reportAfter)
	defer late.Stop()
	for range looks {
		select {
		case <-arrived:
			continue
		case <-late.C:
		case <-ctx.Done():
		}
		break
	}
	mu.Lock()
	defer mu.Unlock()
	r := Report{At: s.Now()}
	for i, l := range looks {
		if found[i] == nil {
			found[i] = l.open("หาคำตอบไม่ทันภายในเวลาที่กำหนด")
		}
		r.Lines = append(r.Lines, found[i]...)
	}
	return r, nil
}

// look finds out about one part, or a few that are asked for together.
type look struct {
	lines []Line // their keys and titles
	do    func(ctx context.Context) ([]Line, error)
}

// within looks, and leaves open what fails.
func (l look) within(ctx context.Context) (lines []Line) {
	defer func() {
		if recover() != nil {
			lines = l.open("ตรวจสอบไม่ได้ในขณะนี้")
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	found, err := l.do(ctx)
	if err != nil {
		return l.open("ตรวจสอบไม่ได้ในขณะนี้")
	}
	for i := range found {
		found[i].Key, found[i].Title = l.lines[i].Key, l.lines[i].Title
	}
	return found
}

func (l look) open(why string) []Line {
	all := make([]Line, len(l.lines))
	for i, line := range l.lines {
		all[i] = Line{Key: line.Key, Title: line.Title, State: Check, Text: why}
	}
	return all
}
