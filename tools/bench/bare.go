package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// answer is what a bare server gives to every request.
type answer struct {
	Address string
	Status  int
	Header  http.Header
	Body    []byte
	fields  []field // Header, ready to be set
}

type field struct {
	name  string
	value []string
}

// bare serves prepared answers with net/http and nothing else: what a page
// costs at the least. Each has an address of its own. Limits on connections and
// the collector's setting are the portal's.
func bare(args []string) error {
	debug.SetGCPercent(gcPercent)
	text, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var answers []answer
	if err := json.Unmarshal(text, &answers); err != nil {
		return err
	}
	errs := make([]error, len(answers))
	var work sync.WaitGroup
	for i, a := range answers {
		for name, value := range a.Header {
			a.fields = append(a.fields, field{name, value})
		}
		work.Go(func() {
			s := &http.Server{Addr: a.Address, Handler: &a, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
				WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
			errs[i] = s.ListenAndServe()
		})
	}
	work.Wait()
	return errors.Join(errs...)
}

// ServeHTTP copies no value and looks at nothing.
func (a *answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	for i := range a.fields {
		h[a.fields[i].name] = a.fields[i].value
	}
	w.WriteHeader(a.Status)
	if a.Status == http.StatusOK {
		_, _ = w.Write(a.Body) // whoever asked has gone
	}
}
