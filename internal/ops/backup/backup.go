// Package backup writes everything that the database holds into one encrypted
// file and reads it back into an empty database.
//
// The file is age(zstd(tar)), so that ordinary tools open it, too. The tar holds
// head.json (what it is and of which tables), for each table its rows as COPY
// writes them in parts of at most a megabyte, and manifest.json (how much there
// was of everything, and checksums). All of it is read in one snapshot.
package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"filippo.io/age"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/ops/auditlog"
)

// format is the number of this arrangement of the file.
const format = 1

// Head says what a backup is, before the data.
type Head struct {
	Format   int       `json:"format"`
	At       time.Time `json:"at"` // the moment that it shows
	Schema   int64     `json:"schema_version"`
	Portal   string    `json:"portal"`
	Postgres string    `json:"postgres"`
	Tables   []Table   `json:"tables"`
}

// Table is a table with the columns that are stored and not computed.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

// Manifest says, after the data, what they were.
type Manifest struct {
	Head      string     `json:"head_sha256"`
	Tables    []Copied   `json:"tables"`
	Sequences []Sequence `json:"sequences"`
	Audit     string     `json:"audit_head,omitempty"` // ID:HASH; empty while nothing is recorded
}

// Copied is what was copied of one table.
type Copied struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Sequence is a sequence from which numbers have been taken.
type Sequence struct {
	Name string `json:"name"`
	Last int64  `json:"last"`
}

// Rows counts the rows of all tables.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Schema is the database's schema as this build knows it.
type Schema struct {
	Newest int64                                          // version
	To     func(ctx context.Context, version int64) error // migrates up to version
}

// Service makes and restores backups.
type Service struct {
	pool   db.Pool
	log    *audit.Log
	chain  *auditlog.Service
	schema Schema
	now    func() time.Time
}

// New returns a Service of the database behind pool, to which log writes.
func New(pool db.Pool, log *audit.Log, chain *auditlog.Service, schema Schema, now func() time.Time) *Service {
	return &Service{pool, log, chain, schema, now}
}

// Made is a completed backup.
type Made struct {
	File     string
	At       time.Time
	Took     time.Duration
	Bytes    int64
	Tables   int
	Rows     int64
	Schema   int64
	Manifest string // its SHA-256 in hexadecimal
}

// Make writes a backup for the recipients to path, a file that must not be
// there yet or a folder in which it gets a name of its own. portal is the build
// that makes it. What is there under its name is complete and on the disk.
func (s *Service) Make(ctx context.Context, actor authz.Actor, to []age.Recipient, path, portal string) (Made, error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return Made{}, err
	}
	start := s.now()
	out, err := create(path, start)
	if err != nil {
		return Made{}, err
	}
	defer out.discard()
	head, m, sum, err := s.write(ctx, out, to, portal)
	if err != nil {
		return Made{}, err
	}
	if err := out.finish(); err != nil {
		return Made{}, err
	}
	made := Made{
		File: out.path, At: head.At, Took: s.now().Sub(start), Bytes: out.written, Tables: len(m.Tables), Rows: m.Rows(), Schema: head.Schema,
		Manifest: hex.EncodeToString(sum[:]),
	}
	if err := s.note(ctx, actor, made, sum[:]); err != nil {
		return made, fmt.Errorf("%s is complete, but the database could not be told so: %w", out.path, err)
	}
	return made, nil
}

func (s *Service) write(ctx context.Context, w io.Writer, to []age.Recipient, portal string) (head Head, m Manifest, sum [sha256.Size]byte, err error) {
	a, err := newArchive(w, to)
	if err != nil {
		return head, m, sum, err
	}
	err = snapshot(ctx, s.pool, func(from *source) error {
		if head, err = from.head(ctx); err != nil {
			return err
		}
		head.Format, head.Portal = format, portal
		headSum, err := a.json(headName, head, head.At)
		if err != nil {
			return err
		}
		m.Head = hex.EncodeToString(headSum[:])
		for _, t := range head.Tables {
			copied, err := from.table(ctx, t, a.table(t.Name, head.At))
			if err != nil {
				return fmt.Errorf("table %s: %w", t.Name, err)
			}
			m.Tables = append(m.Tables, copied)
		}
		m.Sequences, m.Audit, err = from.rest(ctx)
		return err
	})
	if err != nil {
		return head, m, sum, err
	}
	if sum, err = a.json(manifestName, m, head.At); err != nil {
		return head, m, sum, err
	}
	return head, m, sum, a.close()
}

// note keeps the backup in the database, as a row and in the audit log.
func (s *Service) note(ctx context.Context, actor authz.Actor, made Made, sum []byte) error {
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := insertBackup(ctx, tx, made, sum); err != nil {
			return err
		}
		return tx.Record(ActionMade, subject(made.At), map[string]any{
			"schema_version": made.Schema, "rows": made.Rows, "bytes": made.Bytes, "hash": made.Manifest,
		})
	})
}

// subject is the backup of one moment in the audit log.
func subject(at time.Time) audit.Subject {
	return audit.Subject{Key: "backup/" + at.UTC().Format(time.RFC3339)}
}

func (m Made) name() string { return filepath.Base(m.File) }
