package web

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

const (
	benchReaders = 500
	benchEditors = 50
	readEvery    = time.Second      // each reader
	editEvery    = 10 * time.Second // each editor: a draft, and its publication
	benchLasts   = 20 * time.Second
)

// BenchmarkEditors lets 500 people read while nobody edits and while 50 editors
// write and publish, and tells how long readers waited. Every publication that
// was acknowledged must be in the history.
func BenchmarkEditors(b *testing.B) {
	s := newSite(b)
	s.live = true
	ctx, stop := context.WithCancel(b.Context())
	var behind sync.WaitGroup
	behind.Go(func() { s.contents.Keep(ctx, slog.New(slog.DiscardHandler)) })
	behind.Go(func() { s.server.Prepare(ctx) })
	b.Cleanup(func() { stop(); behind.Wait() })
	server := httptest.NewServer(s.handler)
	b.Cleanup(server.Close)
	var editors []*http.Cookie
	for i := range benchEditors {
		editors = append(editors, s.person(fmt.Sprint("editor ", i), authz.DGAAdmin))
	}
	keys := s.words(`SELECT slug FROM faq_entries ORDER BY slug`)
	for b.Loop() { // once: it measures within
		b.Log("nobody edits:     ", read(b, server.URL, func(context.Context) {}))
		var published, conflicts atomic.Int32
		b.Log("50 people edit:   ", read(b, server.URL, func(ctx context.Context) {
			var wg sync.WaitGroup
			for i, cookie := range editors {
				wg.Go(func() {
					time.Sleep(editEvery * time.Duration(i) / benchEditors) // nor do they
					edit(ctx, server.URL, cookie, keys[i%len(keys)], i, &published, &conflicts)
				})
			}
			wg.Wait()
		}))
		kept := s.count(`SELECT count(*) FROM content_versions WHERE number > 0`)
		b.Logf("%d publications acknowledged, %d in the history; %d refused because another was first", published.Load(), kept, conflicts.Load())
		if kept != int(published.Load()) {
			b.Error("something was lost, or came from nowhere")
		}
	}
}

func (s *site) words(sql string) (all []string) {
	s.t.Helper()
	rows, err := s.pool.Query(s.t.Context(), sql)
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var w string
		if err := rows.Scan(&w); err != nil {
			s.t.Fatal(err)
		}
		all = append(all, w)
	}
	return all
}

// read lets everybody read for a while beside what others do.
func read(b *testing.B, portal string, others func(context.Context)) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), benchLasts)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchReaders, DisableCompression: true}}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	var took []time.Duration
	failed := 0
	var wg sync.WaitGroup
	wg.Go(func() { others(ctx) })
	for i := range benchReaders {
		wg.Go(func() {
			time.Sleep(readEvery * time.Duration(i) / benchReaders) // they do not come all at once
			for t := time.NewTicker(readEvery); ctx.Err() == nil; <-t.C {
				start := time.Now()
				_, err := exchange(client, portal+[]string{"/backend", "/backend/faq", "/backend/guideline"}[i%3], nil, nil)
				mu.Lock()
				took = append(took, time.Since(start))
				if err != nil {
					failed++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	if failed > 0 {
		b.Errorf("%d readers got an error", failed)
	}
	return fmt.Sprintf("%d pages read, p50 %s, p99 %s, longest %s", len(took), round(took[len(took)/2]), round(took[len(took)*99/100]), round(took[len(took)-1]))
}

// edit writes and publishes until ctx ends. Whoever finds the text changed by
// another begins again from what is there.
func edit(ctx context.Context, portal string, cookie *http.Cookie, slug string, i int, published, conflicts *atomic.Int32) {
	path := portal + "/backend/content/faq/" + slug
	for n, t := 0, time.NewTicker(editEvery); ctx.Err() == nil; n++ {
		form := hiddenAt(path, cookie)
		for name, value := range map[string]string{"group": "usage", "question": "คำถาม " + slug, "answer": fmt.Sprint("ฉบับ ", i, " ครั้งที่ ", n), "shown": "1"} {
			form.Set(name, value)
		}
		if res, err := exchange(benchClient, path, form, cookie); err == nil && res.StatusCode == http.StatusSeeOther {
			form := hiddenAt(path+"/publish", cookie)
			form.Set("reason", "ทดลอง")
			if res, err := exchange(benchClient, path+"/publish", form, cookie); err == nil && res.StatusCode == http.StatusSeeOther {
				published.Add(1)
			} else {
				conflicts.Add(1)
			}
		} else {
			conflicts.Add(1)
		}
		select {
		case <-ctx.Done():
		case <-t.C:
		}
	}
}

// hiddenAt reads the hidden fields of a form's page.
func hiddenAt(address string, cookie *http.Cookie) url.Values {
	form := url.Values{}
	res, err := exchange(benchClient, address, nil, cookie)
	if err != nil {
		return form
	}
	page, _ := io.ReadAll(res.Body)
	for _, m := range keyAndMark.FindAllStringSubmatch(string(page), -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	return form
}

// exchange sends a form, or asks for a page if that is nil, and reads the answer.
// An answer of the server's own fault is an error.
func exchange(client *http.Client, address string, form url.Values, cookie *http.Cookie) (*http.Response, error) {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Host = strings.TrimPrefix(baseURL, "https://")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	res.Body = io.NopCloser(strings.NewReader(string(body)))
	if err == nil && res.StatusCode >= http.StatusInternalServerError {
		err = fmt.Errorf("%s: %d", address, res.StatusCode)
	}
	return res, err
}
