package main

import (
	"context"
	"flag"
	"io"
	"time"

	"portal/cmd/internal/app"
	"portal/internal/kit/audit"
	"portal/internal/kit/config"
	"portal/internal/kit/db"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/backup"
)

// backupCommand is `portal backup`.
func backupCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 1 && args[0] == "key" {
		return backup.WriteKey(out, time.Now())
	}
	flags := flag.NewFlagSet("portal backup", flag.ContinueOnError)
	var to []string
	flags.Func("to", "public key of age (age1…) or a file of them; may be given several times", func(v string) error {
		to = append(to, v)
		return nil
	})
	path := flags.String("out", "", "file to make, or a folder in which it gets a name with the time")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *path == "" || flags.NArg() > 0 {
		return errUsage
	}
	cfg, err := config.LoadAddress()
	if err != nil {
		return err
	}
	if len(to) == 0 {
		to = cfg.BackupTo
	}
	recipients, err := backup.Recipients(to)
	if err != nil {
		return err
	}
	return withBackups(ctx, cfg, func(s *backup.Service) error {
		m, err := s.Make(ctx, app.CommandLine, recipients, *path, app.Version())
		if err != nil {
			return err
		}
		return say(out, "%s\n%d tables, %d rows, schema %d, %d bytes, in %s\nmanifest %s\n",
			m.File, m.Tables, m.Rows, m.Schema, m.Bytes, m.Took.Round(time.Millisecond), m.Manifest)
	})
}

// restoreCommand is `portal restore`.
func restoreCommand(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("portal restore", flag.ContinueOnError)
	identity := flags.String("identity", "", "file with the secret key of age that opens the backup; - for standard input")
	manifest := flags.String("manifest", "", "the manifest's checksum, as `portal backup` printed it")
	check := flags.Bool("check", false, "read the whole backup and restore nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *identity == "" || flags.NArg() != 1 {
		return errUsage
	}
	keys, err := backup.Identities(*identity)
	if err != nil {
		return err
	}
	r := backup.Restoring{File: flags.Arg(0), Keys: keys, Manifest: *manifest}
	if *check {
		return checkBackup(r, out)
	}
	cfg, err := config.LoadAddress()
	if err != nil {
		return err
	}
	return withBackups(ctx, cfg, func(s *backup.Service) error {
		d, err := s.Restore(ctx, app.CommandLine, r)
		if err != nil {
			return err
		}
		if err := sayContents(out, d.Contents); err != nil {
			return err
		}
		return say(out, "restored in %s; ended: %d sessions, %d codes, %d sign-ins, %d kept forms\n",
			d.Took.Round(time.Millisecond), d.Ended.Sessions, d.Ended.Tokens, d.Ended.Attempts, d.Ended.Forms)
	})
}

func checkBackup(r backup.Restoring, out io.Writer) error {
	c, err := backup.Check(r)
	if err != nil {
		return err
	}
	return sayContents(out, c)
}

func sayContents(out io.Writer, c backup.Contents) error {
	return say(out, "good: %d tables, %d rows, schema %d, as of %s, made by portal %s\nmanifest %s, audit head %s\n",
		len(c.Manifest.Tables), c.Manifest.Rows(), c.Head.Schema, c.Head.At.Format(time.RFC3339), c.Head.Portal, c.Sum, c.Manifest.Audit)
}

// withBackups needs no key of tokens: a backup leaves codes as they are, and
// restoring ends them.
func withBackups(ctx context.Context, cfg config.Config, do func(*backup.Service) error) error {
	newest, err := db.NewestSchema()
	if err != nil {
		return err
	}
	pool, err := db.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	log := audit.New(pool)
	to := func(ctx context.Context, version int64) error { return db.MigrateTo(ctx, cfg.DatabaseURL, version) }
	return do(backup.New(pool, log, auditlog.New(pool, log, time.Now), backup.Schema{Newest: newest, To: to}, time.Now))
}
