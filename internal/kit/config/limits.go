package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

const limitPrefix = "PORTAL_LIMIT_"

// Rate is so many within a time, written 30/10m.
type Rate struct {
	Most int
	In   time.Duration
}

// maxRateTime is the longest time of a rate: beyond it a limit is a lock.
const maxRateTime = 24 * time.Hour

// UnmarshalText reads a rate.
func (r *Rate) UnmarshalText(text []byte) error {
	most, in, _ := strings.Cut(string(text), "/")
	var failed [2]error
	r.Most, failed[0] = strconv.Atoi(most)
	r.In, failed[1] = time.ParseDuration(in)
	if errors.Join(failed[:]...) != nil || r.Most < 1 || r.In < time.Second || r.In > maxRateTime || r.In/time.Duration(r.Most) < time.Microsecond {
		return fmt.Errorf("%q is not a number and a time between 1s and 24h, such as 30/10m", text)
	}
	return nil
}

// Limits are how often a client or user may do something (docs/runbook.md). The first of
// each pair is for a person or a browser that has signed in before, the second
// for all others behind one address.
type Limits struct {
	SignIn          Rate `env:"SIGNIN" envDefault:"30/10m"`
	SignInAddress   Rate `env:"SIGNIN_ADDRESS" envDefault:"1000/10m"`
	Token           Rate `env:"TOKEN" envDefault:"5/15m"`
	TokenAddress    Rate `env:"TOKEN_ADDRESS" envDefault:"500/15m"`
	Search          Rate `env:"SEARCH" envDefault:"60/1m"`
	SearchAddress   Rate `env:"SEARCH_ADDRESS" envDefault:"1200/1m"`
	Upload          Rate `env:"UPLOAD" envDefault:"60/10m"`
	Feedback        Rate `env:"FEEDBACK" envDefault:"30/10m"`
	FeedbackAddress Rate `env:"FEEDBACK_ADDRESS" envDefault:"600/10m"`
	Refused         Rate `env:"REFUSED" envDefault:"60/10m"`
	RefusedAddress  Rate `env:"REFUSED_ADDRESS" envDefault:"60/10m"`
	RefusedAll      Rate `env:"REFUSED_ALL" envDefault:"600/10m"`
}

// ReadLimits reads them alone, for devportal.
func ReadLimits() (Limits, error) {
	l, err := env.ParseAsWithOptions[Limits](env.Options{Prefix: limitPrefix})
	return l, named(err)
}

func (c Config) checkLimits() error {
	if c.Limits.Token.In != c.Limits.TokenAddress.In {
		return fmt.Errorf("PORTAL_LIMIT_TOKEN (%s) and PORTAL_LIMIT_TOKEN_ADDRESS (%s) must be for the same time", c.Limits.Token.In, c.Limits.TokenAddress.In)
	}
	return nil
}
