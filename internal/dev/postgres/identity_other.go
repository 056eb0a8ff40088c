//go:build !linux

package postgres

import "os"

func whoRuns() (identity, error) {
	if os.Geteuid() != 0 {
		return asOurselves(), nil
	}
	return asOther()
}
