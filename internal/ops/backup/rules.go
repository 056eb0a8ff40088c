package backup

import (
	"errors"
	"fmt"
	"slices"

	"filippo.io/age"
)

var (
	errNoSchema  = errors.New("there is no portal in this database: `portal migrate` makes its tables")
	errMigrating = errors.New("this database is being migrated: make the backup when that is done")
	errDamaged   = errors.New("the backup is damaged: it was cut off, or changed after it was made")
	errInUse     = errors.New("somebody is using this database: stop the portal's servers first")
	errForeign   = errors.New("this database holds tables, but not the portal's: a backup is restored into an empty one")
)

// notOpened says why the file could not even be opened.
func notOpened(name string, err error) error {
	if wrong := new(age.NoIdentityMatchError); errors.As(err, &wrong) {
		return fmt.Errorf("this key does not open %s: it was made for another one", name)
	}
	return fmt.Errorf("%s is not a backup of the portal, or its beginning is damaged", name)
}

// mayRestore is the rule for what this build can restore.
func (h Head) mayRestore(newest int64) error {
	switch {
	case h.Format != format:
		return fmt.Errorf("this backup has the format %d, and this portal reads the format %d: use the portal that made it, %s", h.Format, format, h.Portal)
	case h.Schema > newest:
		return fmt.Errorf("this backup has the schema %d, and this portal knows %d at most: restore it with the portal that made it, %s, or a newer one", h.Schema, newest, h.Portal)
	}
	return nil
}

// target is the database into which a backup is to go.
type target struct {
	ours   bool // it has the portal's schema
	schema int64
	tables []string
	filled []string // tables with rows
}

// mayTake is the rule for where a backup may go: an empty database, with or
// without the portal's tables, as long as they are no newer than the backup's.
func (t target) mayTake(h Head) error {
	switch {
	case !t.ours && len(t.tables) > 0:
		return errForeign
	case len(t.filled) > 0:
		return notEmpty(t.filled)
	case t.schema > h.Schema:
		return fmt.Errorf("this database has the schema %d already, and the backup has %d: restore into a database without tables, which is then brought up to date", t.schema, h.Schema)
	}
	return nil
}

func notEmpty(filled []string) error {
	return fmt.Errorf("this database is not empty (there are rows in %s): a backup is restored into an empty one", filled[0])
}

// fits compares the tables of a backup with those of its schema.
func (h Head) fits(tables []Table) error {
	same := slices.EqualFunc(h.Tables, tables, func(a, b Table) bool { return a.Name == b.Name && slices.Equal(a.Columns, b.Columns) })
	if !same {
		return fmt.Errorf("the tables of this backup are not those of the schema %d: it is from another portal", h.Schema)
	}
	return nil
}

// verify compares what was read with what the manifest says was written.
func (m Manifest) verify(read []Copied) error {
	same := slices.EqualFunc(m.Tables, read, func(a, b Copied) bool { return a.Name == b.Name && a.Bytes == b.Bytes && a.SHA256 == b.SHA256 })
	if !same {
		return errDamaged
	}
	return nil
}

// counted compares the rows of a table with those that the backup holds.
func (c Copied) counted(rows int64) error {
	if rows != c.Rows {
		return fmt.Errorf("%d rows arrived in %s, and the backup holds %d", rows, c.Name, c.Rows)
	}
	return nil
}
