// Command supply tells what the portal is made of (docs/supply-chain.md):
//
//	supply licences            every dependency with its licence; fails on unknown and forbidden ones
//	supply sbom bin/portal     what is in a binary, as a bill of materials (CycloneDX 1.6, JSON)
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "licences":
		all, err := everything()
		if err != nil {
			return err
		}
		return table(out, all)
	case len(args) == 2 && args[0] == "sbom":
		b, err := bill(args[1])
		if err != nil {
			return err
		}
		text, err := json.MarshalIndent(b, "", "  ")
		if err == nil {
			_, err = fmt.Fprintf(out, "%s\n", text)
		}
		return err
	}
	return errors.New("usage: supply licences | supply sbom <binary>")
}

// table lists the dependencies, and reports those that may not be used.
func table(out io.Writer, all []dependency) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	var wrong []error
	for _, d := range all {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", d.name, d.version, d.licence, d.use)
		wrong = append(wrong, d.check())
	}
	return errors.Join(w.Flush(), errors.Join(wrong...))
}
