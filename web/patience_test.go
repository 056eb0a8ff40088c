package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"portal/internal/kit/export"
	"portal/internal/site/content"
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

// TestDownloadsWaitForRows lets the rows of a download come slowly, the first so
// soon that a short one is there in time, and then no more.
func TestDownloadsWaitForRows(t *testing.T) {
	for rows, most := range map[int]time.Duration{0: patienceForExport, 5: patienceForChange} {
		synctest.Test(t, func(t *testing.T) {
			s := New(Config{BaseURL: baseURL, Now: time.Now, Log: slog.New(slog.DiscardHandler)}, Services{Content: content.New(nil, "", time.Now)})
			last := time.Now()
			p, r, end := withPatience(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
			defer end()
			p.forPage(r)
			time.Sleep(patienceForPage - time.Millisecond) // to find out who asks, and how many rows there are
			err := s.stream(p, r, "รายชื่อ", export.CSV, func(out export.Writer) error {
				due := last.Add(patienceForExport)
				for range rows {
					time.Sleep(time.Until(due) - time.Millisecond)
					if err := errors.Join(r.Context().Err(), out.Row("a")); err != nil {
						return err
					}
					last, due = time.Now(), time.Now().Add(patienceForChange)
				}
				<-r.Context().Done()
				return r.Context().Err()
			})
			if took := time.Since(last); took != most || !errors.Is(err, context.Canceled) || !outOfPatience(r) {
				t.Errorf("%d rows: %v after %s, want %s", rows, err, took, most)
			}
		})
	}
}
