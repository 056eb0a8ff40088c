package app

import (
	"runtime"
	"runtime/debug"
)

// Version is the build: its commit and the Go that compiled it.
func Version() string { return Revision() + " " + runtime.Version() }

// Revision is the commit that the program was built from.
func Revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return revision
}
