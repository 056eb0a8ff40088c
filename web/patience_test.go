package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatienceCountsFromTheArrival lets finding out who asks take nearly all the
// time that it may.
func TestPatienceCountsFromTheArrival(t *testing.T) {
	for method, most := range map[string]time.Duration{http.MethodGet: patienceForPage, http.MethodPost: patienceForChange} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			p, r, end := withPatience(httptest.NewRecorder(), httptest.NewRequest(method, "/", nil))
			defer end()
			time.Sleep(patienceForSession - time.Millisecond)
			p.forPage(r)
			<-r.Context().Done()
			if took := time.Since(begun); took != most || !outOfPatience(r) {
				t.Errorf("%s: %s, want %s", method, took, most)
			}
		})
	}
}
