package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/export"
	"portal/internal/kit/problem"
	"portal/internal/site/content"
	"portal/web/kit"
)

// exporting serves one download over a real connection whose limits for a
// usual page are short.
func exporting(t *testing.T, write func(export.Writer) error) (*http.Response, error) {
	t.Helper()
	s := New(Config{BaseURL: baseURL, Now: time.Now, Log: slog.New(slog.DiscardHandler)}, Services{Content: content.New(nil, "", time.Now)})
	h := s.accessLog(s.recoverer(s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		format, err := export.ParseFormat(r.URL.Query().Get("format"))
		if err != nil {
			return err
		}
		return s.Stream(w, r, "รายชื่อ", format, func(out export.Writer) error {
			if err := r.Context().Err(); err != nil {
				return err
			}
			return write(out)
		})
	})))
	server := httptest.NewUnstartedServer(h)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 100*time.Millisecond, 100*time.Millisecond
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.Start()
	t.Cleanup(server.Close)
	return server.Client().Get(server.URL + "?format=csv")
}

func TestExportIsAFileToKeep(t *testing.T) {
	t.Parallel()
	res, err := exporting(t, func(w export.Writer) error { return w.Row("ชื่อ", "=1+1") })
	if err != nil {
		t.Fatal(err)
	}
	kind, named, err := mime.ParseMediaType(res.Header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || named["filename"] != "รายชื่อ.csv" || !strings.Contains(res.Header.Get("Content-Disposition"), "filename*=utf-8''") {
		t.Errorf("Content-Disposition %q, %v", res.Header.Get("Content-Disposition"), err)
	}
	if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%v", res.Header)
	}
	if body := text(t, res); body != "\ufeffชื่อ,'=1+1\r\n" {
		t.Errorf("%q", body)
	}
}

// TestExportOutlivesThePagesLimits takes longer than any page may.
func TestExportOutlivesThePagesLimits(t *testing.T) {
	t.Parallel()
	res, err := exporting(t, func(w export.Writer) error {
		for until := time.Now().Add(400 * time.Millisecond); time.Now().Before(until); {
			if err := w.Row(strings.Repeat("ก", 1000)); err != nil {
				return err
			}
		}
		return w.Row("end")
	})
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(res.Body); err != nil || !strings.HasSuffix(string(body), "end\r\n") {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestExportThatFailsIsNeverTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	res, err := exporting(t, func(w export.Writer) error {
		_ = w.Row("a few rows")
		return problem.New(problem.Forbidden, "ท่านไม่มีสิทธิ์")
	})
	if err != nil {
		t.Fatal(err)
	}
	if body := text(t, res); res.StatusCode != http.StatusForbidden || !strings.Contains(body, "ท่านไม่มีสิทธิ์") || res.Header.Get("Content-Disposition") != "" {
		t.Errorf("before the first chunk: %d %v", res.StatusCode, res.Header)
	}
	res, err = exporting(t, func(w export.Writer) error {
		for range 10_000 {
			if err := w.Row(strings.Repeat("ก", 100)); err != nil {
				return err
			}
		}
		return errors.New("the database has gone")
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, res.Body); err == nil {
		t.Errorf("midway: %d bytes look like a whole file", n)
	}
}

func TestExportStopsWhenTheReaderLeaves(t *testing.T) {
	t.Parallel()
	stopped := make(chan error, 1)
	res, err := exporting(t, func(w export.Writer) error {
		for {
			if err := w.Row(strings.Repeat("ก", 1000)); err != nil {
				stopped <- err
				return err
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(res.Body, make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	select {
	case err := <-stopped:
		if !errors.Is(err, kit.ErrReaderGone) {
			t.Errorf("stopped by %v", err)
		}
	case <-contextAfter(t, 10*time.Second).Done():
		t.Error("still writing")
	}
}

func contextAfter(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}
