package web

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/dev/digitalid"
	"portal/internal/kit/ratelimit"
)

var (
	signIns    = flag.Int("sign-ins", 400, "how many people sign in")
	signInRate = flag.Float64("sign-in-rate", 20_000.0/600, "how many of them in a second")
)

// BenchmarkSignIn lets people sign in one after the other, as they come to work
// on a Monday, each through a real provider, and tells how long the portal had
// each of them wait, the provider's own answers to the portal included. With
// -sign-ins 20000 it takes ten minutes.
func BenchmarkSignIn(b *testing.B) {
	provider := httptest.NewUnstartedServer(nil)
	issuer := "http://" + provider.Listener.Addr().String()
	people := make([]digitalid.Person, *signIns)
	for i := range people {
		people[i] = digitalid.Person{Sub: fmt.Sprint("monday-", i), GivenName: "สมชาย", FamilyName: fmt.Sprint("คนที่ ", i), Email: "a@example.go.th", IAL: "2.3"}
	}
	id, err := digitalid.New(digitalid.Options{Issuer: issuer, ClientID: clientID, ClientSecret: clientSecret, People: people,
		RedirectURIs: []string{baseURL + "/backend/login/callback"}})
	if err != nil {
		b.Fatal(err)
	}
	provider.Config.Handler = id
	provider.Start()
	b.Cleanup(provider.Close)
	s := newSiteAt(b, issuer)
	s.limits.SignIn.Address.Rate = ratelimit.Rate{Most: 1_000_000, In: time.Second} // they come from one machine
	s.live = true
	server := httptest.NewServer(s.handler)
	b.Cleanup(server.Close)
	for b.Loop() { // once: it measures within
		monday(b, server.URL, people)
	}
}

func monday(b *testing.B, portal string, people []digitalid.Person) {
	b.Helper()
	var mu sync.Mutex
	var took []time.Duration
	failed := 0
	var wg sync.WaitGroup
	next := time.NewTicker(time.Duration(float64(time.Second) / *signInRate))
	defer next.Stop()
	start := time.Now()
	for _, p := range people {
		<-next.C
		wg.Go(func() {
			d, err := signInAs(b.Context(), portal, p.Sub)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
			if err != nil {
				failed++
				b.Log(err)
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	n := len(took)
	b.Logf("%d people signed in within %s: p50 %s, p99 %s, longest %s, %d errors",
		n, time.Since(start).Round(time.Second), round(took[n/2]), round(took[n*99/100]), round(took[n-1]), failed)
	if failed > 0 {
		b.Errorf("%d errors", failed)
	}
}

// signInAs goes the whole way and returns the time spent on the portal's side.
func signInAs(ctx context.Context, portal, sub string) (time.Duration, error) {
	begun := time.Now()
	res, err := knock(ctx, http.MethodGet, portal+"/backend/login/digitalid", nil, nil)
	spent := time.Since(begun)
	if err != nil {
		return spent, err
	}
	cookies := res.Cookies()
	for hop, to := 0, res.Header.Get("Location"); hop < 6; hop, to = hop+1, res.Header.Get("Location") {
		u, err := url.Parse(to)
		if err != nil || to == "" {
			return spent, fmt.Errorf("%s: led to %q with %d", sub, to, res.StatusCode)
		}
		if strings.HasPrefix(to, baseURL) {
			begun = time.Now()
			res, err = knock(ctx, http.MethodGet, portal+u.RequestURI(), nil, cookies)
			spent += time.Since(begun)
			if err == nil && (res.StatusCode != http.StatusSeeOther || len(res.Cookies()) == 0) {
				err = fmt.Errorf("%s: not signed in, %d", sub, res.StatusCode)
			}
			return spent, err
		}
		method, form := http.MethodGet, url.Values(nil)
		if id := u.Query().Get("id"); strings.HasSuffix(u.Path, "/login") {
			method, form = http.MethodPost, url.Values{"id": {id}, "sub": {sub}}
		}
		if res, err = knock(ctx, method, to, form, nil); err != nil {
			return spent, err
		}
	}
	return spent, fmt.Errorf("%s: too many redirects", sub)
}

// knock asks without following and reads the answer.
func knock(ctx context.Context, method, address string, form url.Values, cookies []*http.Cookie) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if !strings.Contains(address, "/connect/") {
		r.Host = strings.TrimPrefix(baseURL, "https://")
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	res, err := benchClient.Do(r)
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res, res.Body.Close()
}
