package main

import (
	"context"
	"fmt"
	"io"

	"portal/cmd/internal/app"
)

// keysCommand is `portal keys rotate`: it ends with status 0 only if the current
// key is all that is needed.
func keysCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 || args[0] != "rotate" {
		return errUsage
	}
	return withApp(ctx, func(a *app.App) error {
		r, err := a.Tokens.RotateKeys(ctx, app.CommandLine)
		if err != nil {
			return err
		}
		if err := say(out, "%d codes are hidden with the first key of PORTAL_TOKEN_KEYS now\n", r.Changed); err != nil {
			return err
		}
		switch {
		case r.Lost > 0:
			return fmt.Errorf("%d codes open with none of the keys: put the key back that they were made with, or let them expire", r.Lost)
		case r.Behind > 0:
			return fmt.Errorf("%d codes came meanwhile from a server that still issues with an older key: give all servers the same PORTAL_TOKEN_KEYS, then run this again", r.Behind)
		}
		return say(out, "all of them: the other keys can be taken away\n")
	})
}

// sessionsCommand is `portal sessions end`.
func sessionsCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 1 || args[0] != "end" {
		return errUsage
	}
	return withApp(ctx, func(a *app.App) error {
		n, err := a.Sessions.EndAll(ctx, app.CommandLine)
		if err != nil {
			return err
		}
		return say(out, "%d sessions ended\n", n)
	})
}
