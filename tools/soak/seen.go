package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// kind is what a request is for, as the report counts.
type kind string

const (
	kindPublic     kind = "public page"
	kindSearch     kind = "search"
	kindFile       kind = "file"
	kindVote       kind = "vote"
	kindSignIn     kind = "sign-in"
	kindSignOut    kind = "sign-out"
	kindPage       kind = "office page"
	kindChange     kind = "change"
	kindToken      kind = "token redeemed"
	kindDownload   kind = "download"
	kindUpload     kind = "upload"
	kindConnection kind = "refused connection" // not a request: it went to the other server
)

// kinds is their order in the report.
var kinds = []kind{kindPublic, kindSearch, kindFile, kindVote, kindSignIn, kindSignOut, kindPage, kindChange, kindToken, kindDownload, kindUpload, kindConnection}

// memory says whether it is answered from memory, without the database.
func (k kind) memory() bool { return k == kindPublic || k == kindSearch }

// observation is one answer, or none.
type observation struct {
	kind     kind
	what     string // method and address
	server   int
	status   int   // 0 if there was no answer
	err      error // why not, or why not all of it
	from, to time.Time
}

func (o observation) took() time.Duration { return o.to.Sub(o.from) }

// failed is what may happen while something is down, and only then.
func (o observation) failed() bool { return o.err != nil || o.status >= 500 }

// excused says whether the fault is a reason for the failure.
func (o observation) excused(f fault) bool {
	switch f.side {
	case theDatabase:
		// Says so in time, with a page; only what was under way already may break off.
		return !o.kind.memory() && (o.status == 503 || o.kind == kindDownload && o.err != nil && o.status == 200)
	case theProvider:
		return (o.kind == kindSignIn || o.kind == kindSignOut) && (o.status == 503 || o.status == 502)
	case aServer:
		return f.server == o.server && o.err != nil
	}
	return false // who asks a server to end asks that nobody notices
}

// observations are all of the run.
type observations struct {
	mu   sync.Mutex
	list []observation
}

func (o *observations) add(one observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, one)
}

func (o *observations) all() []observation {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}

// complaints are what no fault excuses.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func (c *complaints) add(format string, a ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, time.Now().Format("15:04:05.0 ")+strings.TrimSpace(fmt.Sprintf(format, a...)))
}

func (c *complaints) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}

// quantile is the value that so many of a hundred are at or below.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}
