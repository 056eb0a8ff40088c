package main

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// wire counts what goes over the wire at somebody's first visit.
func (b *bench) wire(ctx context.Context) error {
	address, err := b.serveDev(ctx)
	if err != nil {
		return err
	}
	faq := target{address, "/backend/faq", map[string]string{"Host": address, "Accept-Encoding": "br"}}
	a := answer{}
	for start := time.Now(); a.Header.Get("Content-Encoding") != "br"; time.Sleep(100 * time.Millisecond) {
		if a, err = faq.fetch(ctx); err != nil || time.Since(start) > 30*time.Second {
			return fmt.Errorf("the FAQ is not packed: %w", err)
		}
	}
	b.table.add(line{what: "FAQ, HTML under Brotli", unit: "KB", ours: []float64{float64(len(a.Body)) / 1024}, target: 8, atMost: true})
	time.Sleep(5 * time.Second) // until the landing page is packed as well
	requests, bytes, err := firstVisit(ctx, "http://"+address+"/backend")
	if err != nil {
		return err
	}
	b.table.add(line{what: "landing page, first visit", unit: "KB", ours: []float64{bytes / 1024}, target: 150, atMost: true})
	b.table.add(line{what: "landing page, first visit", unit: "requests", ours: []float64{float64(requests)}, target: 12, atMost: true})
	return nil
}

// serveDev starts the portal as a developer does: a browser reads it without TLS.
func (b *bench) serveDev(ctx context.Context) (address string, err error) {
	port := 0
	for port == 0 { // one whose neighbour is likely to be free
		a, err := freeAddress()
		if err != nil {
			return "", err
		}
		if n, _ := strconv.Atoi(a[strings.LastIndex(a, ":")+1:]); n < 65000 {
			port = n
		}
	}
	env := append(b.environment(""), "PORT="+strconv.Itoa(port), "PORTAL_DEV_DIR="+filepath.Join(b.dir, "dev"), "DIGITALID_ISSUER=")
	program := filepath.Join(b.dir, "devportal")
	if err := build(ctx, program, "./cmd/devportal"); err != nil {
		return "", err
	}
	p, err := b.startOnCore(ctx, env, program)
	if err != nil {
		return "", err
	}
	b.ends = append(b.ends, p.stop)
	address = "localhost:" + strconv.Itoa(port)
	_, err = firstAnswer(ctx, target{address, "/backend", map[string]string{"Host": address}}, time.Now())
	return address, err
}

// firstVisit opens the address in a browser that has never been there and waits
// until nothing more comes.
func firstVisit(ctx context.Context, address string) (requests int, bytes float64, err error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return 0, 0, err
	}
	ctx, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox)...)
	defer cancel()
	var mu sync.Mutex
	last := time.Now()
	var came []string
	hear := func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *network.EventResponseReceived:
			if strings.HasPrefix(e.Response.URL, "http") {
				requests++
				came = append(came, e.Response.URL)
			}
			last = time.Now()
		case *network.EventLoadingFinished:
			bytes += e.EncodedDataLength
			last = time.Now()
		}
	}
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(hear))
	defer cancel()
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		return 0, 0, err
	}
	err = chromedp.Do(ctx, chromedp.EmulateViewport(1360, 900), chromedp.Navigate(address))
	for quiet := time.Duration(0); err == nil && quiet < 2*time.Second; time.Sleep(50 * time.Millisecond) {
		mu.Lock()
		quiet = time.Since(last)
		mu.Unlock()
	}
	mu.Lock()
	defer mu.Unlock()
	if err == nil && requests == 0 {
		err = http.ErrServerClosed
	}
	fmt.Println("first visit:", strings.Join(came, " "))
	return requests, bytes, err
}
