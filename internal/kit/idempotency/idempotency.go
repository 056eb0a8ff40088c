// Package formkey makes a form count once. Each form carries a random key; the
// change it asks for claims the key in its own transaction, so that a second
// press, a reload or a try after a lost answer finds it claimed.
package idempotency

import (
	"context"
	"crypto/rand"
	"errors"

	"portal/internal/kit/audit"
)

// Key names one rendering of a form.
type Key string

// New draws a key.
func New() Key { return Key(rand.Text()) }

// ErrDone says that the form was carried out before: answer as if it had been
// carried out now.
var ErrDone = errors.New("formkey: this form was carried out before")

// Claim takes the key for staffID within tx. The second transaction waits for
// the first to commit and gets ErrDone. An empty key claims nothing.
func Claim(ctx context.Context, tx *audit.Tx, staffID int64, key Key) error {
	if key == "" {
		return nil
	}
	return insertKey(ctx, tx, staffID, key)
}

// Release gives a claimed key back within tx, for a form that was refused but
// whose refusal is kept.
func Release(ctx context.Context, tx *audit.Tx, staffID int64, key Key) error {
	return deleteKey(ctx, tx, staffID, key)
}
