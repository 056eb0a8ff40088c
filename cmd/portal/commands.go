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

	"portal/internal/kit/authz"
	"portal/internal/kit/config"
	"portal/internal/kit/db"
	"portal/internal/ops/seed"
)

var commandLine = authz.System("command line")

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
	h, err := build(ctx, cfg)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.openTraffic(); err != nil {
		return err
	}
	l, err := listen(cfg.Addr, "set another in PORTAL_ADDR")
	if err != nil {
		return err
	}
	return h.serve(ctx, l, log, os.Stdout)
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
	return withHouse(ctx, func(h *house) error {
		added, err := h.seeds.Content(ctx, commandLine)
		if err != nil {
			return err
		}
		if err := say(out, "%d items added\n", added); err != nil || !*demo {
			return err
		}
		return h.seedDemo(ctx, size, out)
	})
}

func (h *house) seedDemo(ctx context.Context, size seed.DemoSize, out io.Writer) error {
	start := time.Now()
	added, err := h.seeds.Demo(ctx, commandLine, size)
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
	return withHouse(ctx, func(h *house) error {
		c, err := h.issue(ctx, authz.Role(*role), *code)
		if err != nil {
			return err
		}
		return say(out, "%s\n", c)
	})
}

func (h *house) issue(ctx context.Context, role authz.Role, agencyCode string) (string, error) {
	if !role.Valid() {
		return "", fmt.Errorf("--role: %q is not a role; `portal help` lists them", role)
	}
	a, err := h.agencies.ByCode(ctx, agencyCode)
	if err != nil {
		return "", fmt.Errorf("--agency %s: %w", agencyCode, err)
	}
	c, err := h.tokens.Issue(ctx, commandLine, a.ID, role)
	return c.String(), err
}

func withHouse(ctx context.Context, do func(*house) error) error {
	cfg, err := config.LoadDatabase()
	if err != nil {
		return err
	}
	h, err := build(ctx, cfg)
	if err != nil {
		return err
	}
	defer h.close()
	return do(h)
}
