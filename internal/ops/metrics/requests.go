package metrics

import (
	"maps"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// requests counts requests. Prepared pages are answered in microseconds and
// without garbage, so what one request costs here is a look into a map and a few
// atomic additions.
type requests struct {
	count   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	known   *atomic.Pointer[map[kind]series]
	adding  *sync.Mutex
}

// kind is what is counted together. Routes and methods are few, statuses too.
type kind struct {
	method, route string
	status        int
}

type series struct {
	count   prometheus.Counter
	seconds prometheus.Observer
}

// buckets reach from a prepared page to the longest that an answer may take.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newRequests() requests {
	r := requests{
		count: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "portal_http_requests_total",
			Help: "Requests answered, by method, route pattern and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "portal_http_request_duration_seconds",
			Help: "Time that answers took, by route pattern.", Buckets: buckets}, []string{"route"}),
		known: new(atomic.Pointer[map[kind]series]), adding: new(sync.Mutex),
	}
	r.known.Store(&map[kind]series{})
	return r
}

func (r requests) add(method, route string, status int, took time.Duration) {
	k := kind{usual(method), route, status}
	s, ok := (*r.known.Load())[k]
	if !ok {
		s = r.learn(k)
	}
	s.count.Inc()
	s.seconds.Observe(took.Seconds())
}

// learn adds a kind to those that are known. Readers go on with the map they have.
func (r requests) learn(k kind) series {
	r.adding.Lock()
	defer r.adding.Unlock()
	old := *r.known.Load()
	if s, ok := old[k]; ok {
		return s
	}
	s := series{r.count.WithLabelValues(k.method, k.route, strconv.Itoa(k.status)), r.seconds.WithLabelValues(k.route)}
	next := maps.Clone(old)
	next[k] = s
	r.known.Store(&next)
	return s
}

// usual is the method if the portal has it: a client can make up any word.
func usual(method string) string {
	switch method {
	case "GET", "HEAD", "POST":
		return method
	}
	return "other"
}
