package session

import "time"

// graceful is how long a token that Renew replaced still answers: requests that
// were sent with it before the new one arrived must not ask to sign in.
const graceful = 30 * time.Second

// FormLasts is how long a form waits for its person to sign in again.
const FormLasts = 30 * time.Minute

// formsEach is how many forms wait for one person at most.
const formsEach = 10

// rowsLast is how long an ended session's row tells where a person had signed in.
const rowsLast = 90 * 24 * time.Hour

// touchEvery is how often, at most, the time of the last request is written:
// once a minute, and often enough for a short idle limit.
func (l Limits) touchEvery() time.Duration { return min(time.Minute, l.Idle/10) }
