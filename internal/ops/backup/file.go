package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// output is a file that gets its name when it is complete. It never takes the
// place of another.
type output struct {
	path    string
	f       *os.File
	written int64
	done    bool
}

func create(path string, at time.Time) (*output, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "portal-"+at.UTC().Format("20060102T150405Z")+".age")
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil, exists(path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial") // mode 0600
	if err != nil {
		return nil, err
	}
	return &output{path: path, f: f}, nil
}

func exists(path string, err error) error {
	if err == nil || errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already, and a backup overwrites nothing", path)
	}
	return err
}

func (o *output) Write(b []byte) (int, error) {
	n, err := o.f.Write(b)
	o.written += int64(n)
	return n, err
}

// finish puts the file onto the disk, then under its name.
func (o *output) finish() error {
	if err := errors.Join(o.f.Sync(), o.f.Close()); err != nil {
		return err
	}
	// A link, unlike a new name, fails where something is in the way.
	err := os.Link(o.f.Name(), o.path)
	if errors.Is(err, fs.ErrExist) {
		return exists(o.path, err)
	}
	if err == nil {
		err = os.Remove(o.f.Name())
	} else { // a file system without links
		err = os.Rename(o.f.Name(), o.path)
	}
	if err != nil {
		return err
	}
	o.done = true
	return syncFolder(filepath.Dir(o.path))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir) // #nosec G304 -- where the operator wants the backup
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// discard removes what is not complete.
func (o *output) discard() {
	if !o.done {
		_ = o.f.Close()
		_ = os.Remove(o.f.Name()) // a part of an encrypted file, if it stays
	}
}
