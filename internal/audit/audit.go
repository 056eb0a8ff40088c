// Package audit is the only way to change the database: a change and the entry
// that says who made it commit together or not at all.
package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/authz"
)

// Log opens audited transactions.
type Log struct{ pool *pgxpool.Pool }

// New returns a Log that writes to pool.
func New(pool *pgxpool.Pool) *Log { return &Log{pool} }

// Tx is a transaction that must record at least one entry before it commits.
// Store functions that write take a *Tx; only Change can make one.
type Tx struct {
	tx      pgx.Tx
	actor   authz.Actor
	entries int
}

var errNoEntry = errors.New("audit: transaction recorded no entry")

// Change runs fn in one transaction on behalf of actor. It rolls back if fn
// fails or records nothing.
func (l *Log) Change(ctx context.Context, actor authz.Actor, fn func(*Tx) error) error {
	return pgx.BeginFunc(ctx, l.pool, func(ptx pgx.Tx) error {
		tx := &Tx{tx: ptx, actor: actor}
		if err := fn(tx); err != nil {
			return err
		}
		if tx.entries == 0 {
			return errNoEntry
		}
		return nil
	})
}

// Record adds an entry. detail is stored as JSON; never put secrets in it.
func (t *Tx) Record(ctx context.Context, action Action, subject string, detail any) error {
	if detail == nil {
		detail = struct{}{}
	}
	_, err := t.tx.Exec(ctx, `
		INSERT INTO audit_entries (staff_id, job, address, action, subject, detail)
		VALUES (nullif($1, 0), nullif($2, ''), $3, $4, $5, $6)`,
		t.actor.StaffID, t.actor.Job, t.actor.Address, action, subject, detail)
	if err != nil {
		return fmt.Errorf("recording %s: %w", action, err)
	}
	t.entries++
	return nil
}

// Actor is on whose behalf the transaction runs.
func (t *Tx) Actor() authz.Actor { return t.actor }

// Become makes actor the one on whose behalf the rest of the transaction runs:
// signing in turns a visitor into a person halfway.
func (t *Tx) Become(actor authz.Actor) { t.actor = actor }

// Exec runs a statement that returns no rows.
func (t *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return t.tx.Exec(ctx, sql, args...)
}

// Query runs a statement that returns rows.
func (t *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.tx.Query(ctx, sql, args...)
}
