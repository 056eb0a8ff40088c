package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"portal/cmd/internal/app"
	"portal/internal/kit/authz"
	"portal/internal/kit/config"
	"portal/internal/kit/db"
	"portal/internal/ops/seed"
)

// What the collector of memory aims at unless GOGC and GOMEMLIMIT say
// otherwise. The portal's heap is small and its garbage short-lived: with Go's
// own 100 it is collected many times a second under load; with 400 and more,
// requests wait longer each time it is (docs/performance.md).
const (
	gcPercent   = 200
	memoryLimit = 1 << 30
)

func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

// serve is `portal serve`. All that it says is JSON, one line each, on standard
// output; why it ended stands on standard error too, for whoever types it.
func serve(ctx context.Context) (err error) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	slog.SetDefault(log) // libraries that write to the standard logger too
	defer func() {
		if err != nil {
			log.Error("the server ended", "err", err)
		}
	}()
	return serveWith(ctx, log)
}

// serveWith serves and logs to log.
func serveWith(ctx context.Context, log *slog.Logger) error {
	tuneMemory()
	cfg, err := config.Load()
	if err != nil {
		return fmt.Errorf("the settings are not right:\n%w", err)
	}
	a, err := app.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.OpenTraffic(); err != nil {
		return err
	}
	l, err := app.Listen(cfg.Addr, "set another in PORTAL_ADDR")
	if err != nil {
		return err
	}
	return a.Serve(ctx, l, log, os.Stdout)
}

func migrate(ctx context.Context) error {
	cfg, err := config.LoadDatabase()
	if err != nil {
		return err
	}
	return db.Migrate(ctx, cfg.DatabaseURL)
}

func seedContent(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("portal seed", flag.ContinueOnError)
	demo := flags.Bool("demo", false, "add a made-up country")
	size := seed.DefaultDemo
	flags.IntVar(&size.ServicePoints, "points", size.ServicePoints, "service points of the made-up country")
	flags.IntVar(&size.Accounts, "accounts", size.Accounts, "its accounts")
	flags.IntVar(&size.AuditEntries, "entries", size.AuditEntries, "its entries in the audit log")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return withApp(ctx, func(a *app.App) error {
		added, err := a.Seeds.Content(ctx, app.CommandLine)
		if err != nil {
			return err
		}
		if err := say(out, "%d items added\n", added); err != nil || !*demo {
			return err
		}
		return seedDemo(ctx, a, size, out)
	})
}

func seedDemo(ctx context.Context, a *app.App, size seed.DemoSize, out io.Writer) error {
	start := time.Now()
	added, err := a.Seeds.Demo(ctx, app.CommandLine, size)
	if err != nil {
		return err
	}
	if !added {
		return say(out, "the made-up country was there already\n")
	}
	return say(out, "a country of %d service points, %d accounts and %d audit entries added in %s\n",
		size.ServicePoints, size.Accounts, size.AuditEntries, time.Since(start).Round(time.Second))
}

// issueToken prints the code alone, so that a script can take it.
func issueToken(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("portal token issue", flag.ContinueOnError)
	role := flags.String("role", "", "role code, such as dga_admin")
	code := flags.String("agency", authz.CodeDGA, "code of the agency; สพร. unless given")
	if len(args) == 0 || args[0] != "issue" {
		return errUsage
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	return withApp(ctx, func(a *app.App) error {
		c, err := a.IssueToken(ctx, authz.Role(*role), *code)
		if err != nil {
			return err
		}
		return say(out, "%s\n", c)
	})
}

func withApp(ctx context.Context, do func(*app.App) error) error {
	cfg, err := config.LoadDatabase()
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	return do(a)
}
