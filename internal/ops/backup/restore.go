package backup

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"filippo.io/age"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/auditlog"
)

// Restoring says what to restore.
type Restoring struct {
	File     string
	Keys     []age.Identity
	Manifest string // checksum that its manifest must have; empty for any
}

// Restored is what came back.
type Restored struct {
	Contents
	Ended Ended
	Took  time.Duration
}

// Ended counts what must not come back to life: what was used up, ended or
// taken after the backup looks alive in it.
type Ended struct {
	Sessions int64 `json:"sessions"`
	Tokens   int64 `json:"codes"`
	Attempts int64 `json:"attempts"`
	Forms    int64 `json:"kept_forms"`
}

// Restore reads a backup into the database, which must be empty, and brings its
// schema up to date. The file is read twice: it is found to be whole before the
// database is touched. All rows then arrive in one transaction, which counts
// them, computes the audit log's chain anew and ends all sessions and all codes
// that still worked; it is rolled back if anything is not as it was.
func (s *Service) Restore(ctx context.Context, actor authz.Actor, r Restoring) (Restored, error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return Restored{}, err
	}
	start := s.now()
	c, err := Check(r)
	if err != nil {
		return Restored{}, err
	}
	if err := s.prepare(ctx, c.Head); err != nil {
		return Restored{}, err
	}
	done := Restored{Contents: c}
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := s.load(ctx, tx, r, c); err != nil {
			return err
		}
		if done.Ended, err = endAll(ctx, tx, s.now()); err != nil {
			return err
		}
		return tx.Record(ActionRestored, subject(c.Head.At), map[string]any{
			"schema_version": c.Head.Schema, "rows": c.Manifest.Rows(), "hash": c.Sum, "file": filepath.Base(r.File), "ended": done.Ended,
		})
	})
	if err != nil {
		return Restored{}, err
	}
	done.Took = s.now().Sub(start)
	if err := s.schema.To(ctx, s.schema.Newest); err != nil {
		return done, fmt.Errorf("everything is restored, but not brought up to the newest schema: %w", err)
	}
	return done, nil
}

// prepare makes the tables of the backup's schema in a database that can take
// the backup.
func (s *Service) prepare(ctx context.Context, h Head) error {
	if err := h.mayRestore(s.schema.Newest); err != nil {
		return err
	}
	t, err := selectTarget(ctx, s.pool)
	if err != nil {
		return err
	}
	if err := t.mayTake(h); err != nil {
		return err
	}
	return s.schema.To(ctx, h.Schema)
}

// load puts the rows where they were. Nothing that hangs on tables acts
// meanwhile: what triggers once derived is in the backup itself.
func (s *Service) load(ctx context.Context, tx *audit.Tx, r Restoring, c Contents) error {
	tables, err := takeTables(ctx, tx)
	if err != nil {
		return err
	}
	if err := c.Head.fits(tables); err != nil {
		return err
	}
	putBack, err := takeDown(ctx, tx)
	if err != nil {
		return err
	}
	again, err := readFile(r.File, r.Keys, func(_ Head, t Table, rows io.Reader) error { return copyIn(ctx, tx, t, rows) })
	if err != nil {
		return err
	}
	if again.Sum != c.Sum {
		return errDamaged // another file by now
	}
	if err := putBack(ctx); err != nil {
		return fmt.Errorf("the rows of this backup do not fit together: %w", err)
	}
	for _, t := range c.Manifest.Tables {
		n, err := countRows(ctx, tx, t.Name)
		if err != nil {
			return err
		}
		if err := t.counted(n); err != nil {
			return err
		}
	}
	if err := setSequences(ctx, tx, c.Manifest.Sequences); err != nil {
		return err
	}
	return s.prove(ctx, tx, c.Manifest.Audit)
}

// prove computes the audit log's chain anew, up to the head that the manifest
// names.
func (s *Service) prove(ctx context.Context, tx *audit.Tx, head string) error {
	var at *auditlog.Anchor
	if head != "" {
		a, err := auditlog.ParseAnchor(head)
		if err != nil {
			return err
		}
		at = &a
	}
	if _, err := s.chain.VerifyIn(ctx, tx, at, func(int64) {}); err != nil {
		return fmt.Errorf("the audit log's chain is broken in this backup: %w", err)
	}
	return nil
}
