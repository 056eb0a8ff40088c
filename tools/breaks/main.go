// Command breaks shows that the tests of docs/security.md can fail: it breaks the
// code at one place, the very one that a line is about, and looks whether the
// line's test notices. The tree itself stays as it is.
//
//	breaks              every line
//	breaks A25 A26      these lines
//	breaks -why A25     and what the test said
//	breaks -in web      those that tests of one package alone must notice
//	breaks -trust       without running the tests on the unbroken code first
//
// The breaks stand in lines/*.txt; a line without a test that notices it is a
// finding, and ends the command with status 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "breaks:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("breaks", flag.ContinueOnError)
	why := flags.Bool("why", false, "print what the tests said")
	in := flags.String("in", "", "only breaks that tests of this package must notice, such as internal/people/token")
	trust := flags.Bool("trust", false, "do not run the tests on the unbroken code first")
	if err := flags.Parse(args); err != nil {
		return err
	}
	all, err := table()
	if err != nil {
		return err
	}
	if all, err = choose(all, flags.Args(), *in); err != nil {
		return err
	}
	w, err := newWorkshop()
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(w.dir) }()
	if !*trust {
		if err := w.allPass(ctx, all, out); err != nil {
			return err
		}
	}
	return w.breakAll(ctx, all, *why, out)
}

// choose keeps the breaks of the lines, or all if none is named, and of the
// package, or of all if it is "".
func choose(all []breakage, lines []string, in string) ([]breakage, error) {
	for _, line := range lines {
		if !slices.ContainsFunc(all, func(b breakage) bool { return b.line == line }) {
			return nil, fmt.Errorf("no break for %s", line)
		}
	}
	return slices.DeleteFunc(all, func(b breakage) bool {
		elsewhere := slices.ContainsFunc(b.tests, func(t namedTest) bool { return in != "" && t.pkg != in })
		return elsewhere || len(lines) > 0 && !slices.Contains(lines, b.line)
	}), nil
}

// breakAll prints a line for each break. Its error says how many did not hold.
func (w *workshop) breakAll(ctx context.Context, all []breakage, why bool, out io.Writer) error {
	wrong := 0
	for _, b := range all {
		said, err := w.try(ctx, b)
		var unheld unnoticed
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &unheld):
			wrong++
			_, _ = fmt.Fprintf(out, "%s  %s  NOT NOTICED by %s\n", b.line, b.says, strings.Join(unheld, ", "))
		case err != nil:
			wrong++
			_, _ = fmt.Fprintf(out, "%s  %s  CANNOT BE TRIED: %v\n", b.line, b.says, err)
		default:
			_, _ = fmt.Fprintf(out, "%s  %s  seen to fail by %s\n", b.line, b.says, strings.Join(b.names(), ", "))
		}
		if why {
			_, _ = fmt.Fprint(out, said)
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d breaks were not noticed", wrong, len(all))
	}
	_, err := fmt.Fprintf(out, "all %d breaks were noticed\n", len(all))
	return err
}
