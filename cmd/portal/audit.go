package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"portal/cmd/internal/app"
	"portal/internal/ops/auditlog"
)

// auditCommand is `portal audit verify`: it ends with status 1 unless the whole
// chain holds.
func auditCommand(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("portal audit verify", flag.ContinueOnError)
	text := flags.String("anchor", "", "ID:HASH of an entry, as a server logged it")
	if len(args) == 0 || args[0] != "verify" {
		return errUsage
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	var anchor *auditlog.Anchor
	if *text != "" {
		a, err := auditlog.ParseAnchor(*text)
		if err != nil {
			return fmt.Errorf("--anchor: %w", err)
		}
		anchor = &a
	}
	return withApp(ctx, func(a *app.App) error { return verify(ctx, a, anchor, out) })
}

func verify(ctx context.Context, a *app.App, anchor *auditlog.Anchor, out io.Writer) error {
	start := time.Now()
	progress := func(n int64) { fmt.Fprintf(os.Stderr, "\r%d entries read", n) }
	v, err := a.Audit.Verify(ctx, app.CommandLine, anchor, progress)
	if v.Count >= 100_000 {
		fmt.Fprint(os.Stderr, "\r\033[K")
	}
	var broken *auditlog.Broken
	if errors.As(err, &broken) {
		return fmt.Errorf("the audit log's chain is broken at %w (%d entries before it are good)", broken, v.Count)
	}
	if err != nil {
		return err
	}
	if v.Count == 0 {
		return say(out, "the audit log is empty\n")
	}
	return say(out, "good: %d entries, %d to %d, head %d:%x, in %s\n",
		v.Count, v.First, v.Last, v.Last, v.Head, time.Since(start).Round(time.Millisecond))
}
