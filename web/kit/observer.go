package kit

import (
	"time"
)

// Observer is notified of what the server does, to count it. It is told routes
// and outcomes, never addresses or people.
type Observer interface {
	Request(method, route string, status int, took time.Duration)
	SignIn(outcome string)     // done, refused, forbidden, away or failed
	Redemption(outcome string) // redeemed, refused, paused or failed
}

// noop is the Observer of a server whose work is not counted.
type noop struct{}

func (noop) Request(string, string, int, time.Duration) {}

func (noop) SignIn(string) {}

func (noop) Redemption(string) {}
