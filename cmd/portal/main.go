// Portal is the staff portal of info.go.th. `portal help` explains its
// subcommands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"portal/cmd/internal/app"
)

const help = `portal: ระบบศูนย์รวมข้อมูลเพื่อติดต่อราชการ สำหรับเจ้าหน้าที่

  portal serve      serve the portal; all settings come from the environment (see .env.example)
  portal migrate    bring the database's schema up to date
  portal seed       fill in the initial content; what was there before stays as it is
  portal seed --demo [--points N] [--accounts N] [--entries N]
                    add a made-up country to try and measure the portal with; never in production
  portal token issue --role ROLE [--agency CODE]
                    issue a one-time token; for the first dga_admin, and when nobody can sign in
  portal audit verify [--anchor ID:HASH]
                    compute the audit log's chain anew and name the first entry that does not fit;
                    an anchor, from the server's own log ("audit head"), shows a rewritten chain or a cut end
  portal keys rotate
                    hide all codes with the first key of PORTAL_TOKEN_KEYS, so that the others can go
  portal sessions end
                    end every session of everybody
  portal backup --out FILE|FOLDER [--to KEY|FILE]...
                    write everything in the database into one file, encrypted with age for the public keys
                    given, or for those of PORTAL_BACKUP_TO
  portal backup key
                    make a key: print the secret one, with its public one beside it
  portal restore --identity FILE [--manifest SHA256] [--check] FILE
                    read a backup into an empty database; all sessions and codes in it end.
                    With --check only read it and compare its checksums
  portal version    say which build this is
  portal help       this text

Roles: dga_admin, opdc_admin, central_officer, manual_author, manual_reviewer, service_point_officer
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "portal:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

var errUsage = errors.New("unknown command: `portal help` lists them")

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		args = []string{"help"}
	}
	switch args[0] {
	case "serve":
		return serve(ctx)
	case "migrate":
		return migrate(ctx)
	case "seed":
		return seedContent(ctx, args[1:], out)
	case "token":
		return issueToken(ctx, args[1:], out)
	case "audit":
		return auditCommand(ctx, args[1:], out)
	case "keys":
		return keysCommand(ctx, args[1:], out)
	case "sessions":
		return sessionsCommand(ctx, args[1:], out)
	case "backup":
		return backupCommand(ctx, args[1:], out)
	case "restore":
		return restoreCommand(ctx, args[1:], out)
	case "version":
		return say(out, "portal %s\n", app.Version())
	case "help", "-h", "--help":
		return say(out, "%s", help)
	}
	return errUsage
}

func say(out io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintf(out, format, args...)
	return err
}
