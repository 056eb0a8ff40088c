package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestA74_StoppingLosesNoRequest stops a server while a form arrives slowly and
// others ask without end: nobody is cut off, /readyz says so while there is
// still an answer to be had, and the server ends in time.
func TestA74_StoppingLosesNoRequest(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(b)
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if ctx.Err() != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serveOn(ctx, l, mux, time.Second, slog.New(slog.DiscardHandler)) }()
	base := "http://" + l.Addr().String()

	body, slowly := io.Pipe()
	form := make(chan string, 1)
	go func() {
		res, err := http.Post(base+"/form", "text/plain", body)
		if err != nil {
			form <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		b, _ := io.ReadAll(res.Body)
		form <- string(b)
	}()
	if _, err := io.WriteString(slowly, "ครึ่งแรก "); err != nil {
		t.Fatal(err)
	}
	var ready, leaving atomic.Int64
	gone := make(chan struct{})
	go func() { // until nobody answers
		defer close(gone)
		for {
			res, err := http.Get(base + "/readyz")
			if err != nil {
				return
			}
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				if ready.Add(1) == 20 {
					stop()
				}
			} else {
				leaving.Add(1)
			}
		}
	}()
	<-gone
	start := time.Now()
	if _, err := io.WriteString(slowly, "ครึ่งหลัง"); err != nil {
		t.Error(err)
	}
	_ = slowly.Close()
	if got := <-form; got != "ครึ่งแรก ครึ่งหลัง" {
		t.Errorf("the slow form got %q", got)
	}
	if err := <-ended; err != nil && !strings.Contains(err.Error(), "closed") {
		t.Error(err)
	}
	if ready.Load() < 20 || leaving.Load() < 20 || time.Since(start) > shutdownTimeout {
		t.Errorf("%d answers while it was ready, %d while it was leaving; the end took %s", ready.Load(), leaving.Load(), time.Since(start))
	}
}

// TestA75_LittleWaitsForASlowReader writes to somebody who reads nothing: once
// the little that may be under way is, writing waits.
func TestA75_LittleWaitsForASlowReader(t *testing.T) {
	t.Parallel()
	l, err := Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	reader, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Write(make([]byte, 32<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) || n < maxUnsent || n > 4*maxUnsent {
		t.Errorf("%d bytes were taken: %v", n, err)
	}
}

// TestAnAddressInUseSaysHowToChooseAnother wants the caller's sentence.
func TestAnAddressInUseSaysHowToChooseAnother(t *testing.T) {
	t.Parallel()
	l, err := Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	addr := l.Addr().String()
	if _, err := Listen(addr, "set another in PORTAL_ADDR"); err == nil || err.Error() != addr+" is in use by another program: stop it, or set another in PORTAL_ADDR" {
		t.Error(err)
	}
}
