// Package audit is the only way to change the database: a change and the entry
// that says who made it commit together or not at all.
//
// Entries form a chain: each carries a hash over itself and the hash of the one
// before (migrations/00003_office.sql). They are written last in their
// transaction, so that the wait for one's turn in the chain is short and no
// other lock is taken after it.
package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/kit/authz"
	"portal/internal/kit/jobs"
)

// Log opens audited transactions.
type Log struct{ pool *pgxpool.Pool }

// New returns a Log that writes to pool.
func New(pool *pgxpool.Pool) *Log { return &Log{pool} }

// Subject is what an entry is about.
type Subject struct {
	Key      string           // such as staff/12
	Name     string           // as people knew it then
	Agencies []authz.AgencyID // whom it concerns: their central officers can read the entry
}

// Person is a member of staff as a subject. The log adds their name and the
// agencies they belong to.
func Person(staffID int64) Subject { return Subject{Key: fmt.Sprintf("staff/%d", staffID)} }

// Diff is the detail of an entry that changed something.
type Diff struct {
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
	Reason string `json:"reason,omitempty"` // in the words of who did it
}

// Tx is a transaction that must record at least one entry before it commits.
// Store functions that write take a *Tx; only Change can make one.
type Tx struct {
	tx      pgx.Tx
	actor   authz.Actor
	entries []entry
}

// entry is a row of audit_entries, as flush sends it.
type entry struct {
	StaffID     int64            `json:"staff_id"`
	Job         string           `json:"job"`
	Address     string           `json:"address"`
	Action      Action           `json:"action"`
	Subject     string           `json:"subject"`
	SubjectName string           `json:"subject_name"`
	Agencies    []authz.AgencyID `json:"agencies"`
	Detail      json.RawMessage  `json:"detail"`
}

// ErrUnchanged is what the function given to Change returns when there was
// nothing to do after all.
var ErrUnchanged = errors.New("audit: nothing to change")

var errNoEntry = errors.New("audit: transaction recorded no entry")

// Change runs fn in one transaction on behalf of actor. It rolls back if fn
// fails or records nothing. ErrUnchanged rolls back too, and is no error.
func (l *Log) Change(ctx context.Context, actor authz.Actor, fn func(*Tx) error) error {
	err := pgx.BeginFunc(ctx, l.pool, func(ptx pgx.Tx) error {
		tx := &Tx{tx: ptx, actor: actor}
		if err := fn(tx); err != nil {
			return err
		}
		return tx.flush(ctx)
	})
	if errors.Is(err, ErrUnchanged) {
		return nil
	}
	return err
}

// Record adds an entry. detail is stored as JSON, often a Diff; never put
// secrets in it.
func (t *Tx) Record(action Action, about Subject, detail any) error {
	if detail == nil {
		detail = struct{}{}
	}
	encoded, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("recording %s: %w", action, err)
	}
	if about.Agencies == nil {
		about.Agencies = []authz.AgencyID{}
	}
	t.entries = append(t.entries, entry{
		StaffID: t.actor.StaffID, Job: t.actor.Job, Address: t.actor.Address, Action: action,
		Subject: about.Key, SubjectName: about.Name, Agencies: about.Agencies, Detail: encoded,
	})
	return nil
}

// flush writes the entries; triggers number and chain them.
func (t *Tx) flush(ctx context.Context) error {
	if len(t.entries) == 0 {
		return errNoEntry
	}
	all, err := json.Marshal(t.entries)
	if err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	_, err = t.tx.Exec(ctx, `
		INSERT INTO audit_entries (staff_id, job, address, action, subject, subject_name, agencies, detail)
		SELECT nullif(e.staff_id, 0), nullif(e.job, ''), e.address, e.action, e.subject, e.subject_name, e.agencies, e.detail
		FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (staff_id bigint, job text, address text, action text,
			subject text, subject_name text, agencies bigint[], detail jsonb)) WITH ORDINALITY AS e
			(staff_id, job, address, action, subject, subject_name, agencies, detail, n)
		ORDER BY e.n`, string(all))
	if err != nil {
		return fmt.Errorf("recording %s: %w", t.entries[0].Action, err)
	}
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

// Enqueue queues a job that runs once the transaction has committed, at the
// moment at or, with the zero time, at once. After a rollback it never runs.
func (t *Tx) Enqueue(ctx context.Context, args jobs.Args, at time.Time) error {
	return jobs.Insert(ctx, t.tx, args, at)
}

// CopyIn loads the rows that COPY … FROM STDIN reads from r and returns how many
// they were.
func (t *Tx) CopyIn(ctx context.Context, sql string, r io.Reader) (int64, error) {
	tag, err := t.tx.Conn().PgConn().CopyFrom(ctx, r, sql)
	return tag.RowsAffected(), err
}
