package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
)

// outcome is what a person was told of a change that they asked for.
type outcome int

const (
	underWay outcome = iota
	acknowledged
	inDoubt // no answer, or one that says that something failed
	refused // or never sent
)

// change is something that somebody asked for, in one form however often it was sent.
type change struct {
	kind    string
	staff   int64
	key     string // the form's own
	mark    string // a text that this change alone leaves behind
	id      int64  // of what is changed, where it matters
	role    string // with id the pair of a token
	outcome outcome
}

// count is of things that leave no mark of their own.
type count struct{ acknowledged, inDoubt int }

type countOf struct {
	kind  string
	staff int64
	slug  string
}

// ledger is all that was asked for.
type ledger struct {
	mu     sync.Mutex
	list   []*change
	counts map[countOf]count
}

func (l *ledger) begin(c change) *change {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, &c)
	return &c
}

// settle notes an answer. What was acknowledged once stays so, and what was in
// doubt is not settled by a refusal: it may be refused because it is done.
func (l *ledger) settle(c *change, a answer, right int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch told := a.outcome(right); {
	case a.rejected: // the load has ended: it was not sent
	case told == acknowledged, c.outcome == underWay:
		c.outcome = told
	case told == inDoubt && c.outcome == refused:
		c.outcome = inDoubt
	}
}

func (l *ledger) outcome(c *change) outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	return c.outcome
}

// count notes something that is only counted.
func (l *ledger) count(of countOf, a answer, right int) { l.note(of, a.outcome(right)) }

func (l *ledger) note(of countOf, told outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.counts == nil {
		l.counts = map[countOf]count{}
	}
	n := l.counts[of]
	switch told {
	case acknowledged:
		n.acknowledged++
	case inDoubt:
		n.inDoubt++
	}
	l.counts[of] = n
}

func (l *ledger) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.list)
}

// has says whether a change of one of the kinds was begun after so many others.
func (l *ledger) has(since int, kinds ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.list[since:], func(c *change) bool { return slices.Contains(kinds, c.kind) })
}

// settled are the changes of a kind whose outcome is known; all kinds if "".
func (l *ledger) settled(kind string) (found []change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.list {
		if c.outcome != underWay && (kind == "" || c.kind == kind) {
			found = append(found, *c)
		}
	}
	return found
}

// kinds are those that there were.
func (l *ledger) kinds() (found []string) {
	for _, c := range l.settled("") {
		if !slices.Contains(found, c.kind) {
			found = append(found, c.kind)
		}
	}
	slices.Sort(found)
	return found
}

// answer is what came back for a request.
type answer struct {
	status   int
	header   http.Header
	body     string
	path     string // of the page, after what it led to
	server   int
	err      error
	unsent   bool
	rejected bool // the load had ended: nobody asked
}

// outcome is what the answer says of a change for which right is the status of success.
func (a answer) outcome(right int) outcome {
	switch {
	case a.unsent || a.rejected || a.asksToSignIn():
		return refused
	case a.err != nil || a.status >= http.StatusInternalServerError:
		return inDoubt
	case a.status == right:
		return acknowledged
	}
	return refused
}

// asksToSignIn says that nothing was done: the portal does not know who asks.
func (a answer) asksToSignIn() bool {
	return a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), "/backend/login") && !strings.HasPrefix(a.header.Get("Location"), "/backend/login/")
}

func (a answer) ok(status int) bool { return a.err == nil && a.status == status }
