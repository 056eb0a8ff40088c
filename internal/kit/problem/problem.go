// Package problem defines the errors a person may be shown.
//
// Anything else that reaches the web layer is an internal error: it is logged
// in full and the person sees only a reference number.
package problem

import (
	"errors"
	"time"
)

// Kind says what went wrong, in the terms a page can answer to.
type Kind int

// The kinds. Each has one HTTP status in web/kit/respond.go.
const (
	Internal  Kind = iota // not one of ours: never shown
	NotFound              // 404
	Forbidden             // 403
	Invalid               // 422, with Fields
	Conflict              // 409: someone else changed it, or it was already done
	SignIn                // 303 to sign-in
	NoRole                // 303 to the token form: signed in, but without a membership
	Busy                  // 429: too many tries, wait RetryAfter
	Away                  // 503: something we depend on does not answer
	BadInput              // 400: the request itself makes no sense
)

// Error carries a message written for the person using the site, in Thai.
type Error struct {
	Kind       Kind
	Message    string
	Fields     map[string]string // form field → what to fix
	RetryAfter time.Duration     // with Busy and Away; zero when unknown
	cause      error             // for the log only
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.cause }

// New returns an error of kind k that tells the person message.
func New(k Kind, message string) error { return &Error{Kind: k, Message: message} }

// Wrap keeps cause for the log and shows only message.
func Wrap(k Kind, cause error, message string) error {
	return &Error{Kind: k, Message: message, cause: cause}
}

// Wait returns a Busy error that asks the person to come back after d.
func Wait(d time.Duration, message string) error {
	return &Error{Kind: Busy, Message: message, RetryAfter: d}
}

// Field says what to fix in the named field; it is safe on nil.
func (e *Error) Field(name string) string {
	if e == nil {
		return ""
	}
	return e.Fields[name]
}

// Fields returns an Invalid error, or nil when there is nothing to fix.
func Fields(fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "กรุณาตรวจสอบข้อมูลในช่องที่แจ้งไว้", Fields: fields}
}

// Of returns the problem inside err, or an Internal one.
func Of(err error) *Error {
	var p *Error
	if errors.As(err, &p) {
		return p
	}
	return &Error{Kind: Internal, cause: err}
}

// Is reports whether err is a problem of kind k.
func Is(err error, k Kind) bool { return err != nil && Of(err).Kind == k }
