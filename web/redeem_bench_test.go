package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/people/token"
)

// redeemers are how many people enter their codes at once.
const redeemers = 16

// BenchmarkRedeem lets as many people as there are departments enter the code
// they were given, many at once, and tells how long each of them waits. With
// -cpuprofile and -mutexprofile it shows what for.
func BenchmarkRedeem(b *testing.B) {
	s := newSite(b)
	plantCountry(b, s)
	for b.Loop() { // once: it measures within
		people, codes := s.handOut()
		took, start := make([]time.Duration, len(codes)), time.Now()
		work := make(chan int)
		var wg sync.WaitGroup
		for range redeemers {
			wg.Go(func() {
				for i := range work {
					begun := time.Now()
					res := s.post("/backend/token", people[i], url.Values{"token": {codes[i]}, "form_key": {string(idempotency.New())}})
					if took[i] = time.Since(begun); res.StatusCode != http.StatusSeeOther {
						b.Errorf("%s: %d", codes[i], res.StatusCode)
					}
				}
			})
		}
		for i := range codes {
			work <- i
		}
		close(work)
		wg.Wait()
		all, n := time.Since(start), len(codes)
		slices.Sort(took)
		b.Logf("%d codes by %d people at once within %s, %.0f a second: p50 %s, p99 %s, longest %s",
			n, redeemers, round(all), float64(n)/all.Seconds(), round(took[n/2]), round(took[n*99/100]), round(took[n-1]))
	}
}

// handOut gives each of as many people as there are departments a code of their own.
func (s *site) handOut() (people []*http.Cookie, codes []string) {
	s.t.Helper()
	s.person("who hands out", authz.DGAAdmin)
	officer := authz.Actor{StaffID: s.number(`SELECT id FROM staff WHERE subject = 'who hands out'`), Grants: []authz.Grant{{Role: authz.DGAAdmin, Agency: 1}}}
	key, err := s.tokens.IssueMany(s.t.Context(), officer, token.Many{
		Filter: token.Filter{Role: authz.CentralOfficer}, All: true, Anew: true, Key: idempotency.Key(rand.Text())})
	if err != nil {
		s.t.Fatal(err)
	}
	_, rows, err := s.tokens.Export(s.t.Context(), officer, key, "csv")
	if err != nil {
		s.t.Fatal(err)
	}
	for i, r := range rows {
		people, codes = append(people, s.person(fmt.Sprint("new ", i), "")), append(codes, r.Code.String())
	}
	return people, codes
}
