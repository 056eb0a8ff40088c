package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
	"portal/internal/ops/auditlog"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/staff"
	"portal/internal/people/token"
	"portal/internal/site/content"
	"portal/web"
)

// sqlLoop asks the queries of one page, over and over, with pgx and nothing
// else, and prints how often a second.
func sqlLoop(args []string) error {
	url, cookie, path := args[0], args[1], args[2]
	lasts, err := time.ParseDuration(args[3])
	if err != nil {
		return err
	}
	ctx := context.Background()
	pool, heard, err := record(ctx, url, cookie, path)
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, cancel := context.WithTimeout(ctx, lasts)
	defer cancel()
	var pages atomic.Int64
	var work sync.WaitGroup
	start, before := time.Now(), ownTime()
	for range officeConns {
		work.Go(func() {
			for ctx.Err() == nil && askAll(ctx, pool, heard) == nil {
				pages.Add(1)
			}
		})
	}
	work.Wait()
	n := float64(pages.Load())
	_, err = fmt.Println(n/time.Since(start).Seconds(), float64((ownTime()-before).Microseconds())/n)
	return err
}

// ownTime is what this process has used of the processor.
func ownTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail for ourselves
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func askAll(ctx context.Context, pool *pgxpool.Pool, all []statement) error {
	for _, q := range all {
		rows, err := pool.Query(ctx, q.sql, q.args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			_ = rows.RawValues() // every row is received
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// statement is one query of a page.
type statement struct {
	sql  string
	args []any
}

// recorder notes the queries of the request it listens to.
type recorder struct {
	mu        sync.Mutex
	listening bool
	heard     []statement
}

// TraceQueryStart is called by pgx.
func (r *recorder) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listening {
		r.heard = append(r.heard, statement{d.SQL, d.Args})
	}
	return ctx
}

// TraceQueryEnd is called by pgx.
func (r *recorder) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// record lets a portal within this process answer the page once and returns
// its queries, with a pool that is the portal's own but for the recorder.
func record(ctx context.Context, url, cookie, path string) (*pgxpool.Pool, []statement, error) {
	plain, err := db.Open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	cfg := plain.Config()
	heard := &recorder{}
	cfg.ConnConfig.Tracer = heard
	listening, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	defer listening.Close()
	handler, err := portalOn(listening)
	if err != nil {
		return nil, nil, err
	}
	for _, listen := range []bool{false, true} { // once to warm
		heard.listening = listen
		r := httptest.NewRequest(http.MethodGet, "https://"+host+path, nil)
		r.AddCookie(&http.Cookie{Name: "__Host-portal-session", Value: cookie, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
			return nil, nil, fmt.Errorf("%s: %d", path, w.Code)
		}
	}
	return plain, heard.heard, nil
}

func portalOn(pool *pgxpool.Pool) (http.Handler, error) {
	keys, err := token.ParseKeys(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		return nil, err
	}
	log := audit.New(pool)
	agencies := agency.New(pool, log)
	return web.New(web.Config{BaseURL: "https://" + host, Log: slog.New(slog.DiscardHandler), Now: time.Now}, web.Services{
		Agencies: agencies, AuditLog: auditlog.New(pool, log, time.Now), Content: content.New(pool, "", time.Now),
		Sessions: session.New(pool, log, session.DefaultLimits, time.Now), Staff: staff.New(pool, log, time.Now),
		Tokens: token.New(pool, log, keys, agencies.Lineage, time.Now),
	}).Handler(), nil
}
