// Package trafficlog keeps the log of computer traffic that the Computer Crime
// Act B.E. 2550, section 26, asks for: one file a day, Bangkok time, one line
// a request.
package trafficlog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"

	"portal/internal/text/thaidate"
)

// MinimumKeep is the least time that the law asks for.
const MinimumKeep = 90 * 24 * time.Hour

// Log writes the files of a folder. It is an io.Writer for whole lines and may
// be used by many at once.
type Log struct {
	dir      string
	root     *os.Root // of dir: nothing outside of it is touched
	fallback io.Writer
	now      func() time.Time

	mu   sync.Mutex
	day  string
	file *os.File
	torn bool // the file ends within a line, as when the disk was full
}

// Open returns a Log that writes to dir, which it makes if need be. A line that
// cannot be written there goes to fallback, so that none is lost unseen.
func Open(dir string, fallback io.Writer, now func() time.Time) (*Log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	l := &Log{dir: dir, root: root, fallback: fallback, now: now}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l, l.turn()
}

// Write writes one line.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.turn()
	if err == nil && l.torn { // what follows must not become part of that line
		_, err = l.file.Write([]byte("\n"))
		l.torn = err != nil
	}
	if err == nil {
		var n int
		if n, err = l.file.Write(line); err == nil {
			return n, nil
		}
		l.torn = n > 0
	}
	n, lost := l.fallback.Write(line)
	return n, errors.Join(err, lost)
}

// Close closes the file of the day.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.root.Close()
	if l.file != nil {
		err = errors.Join(err, l.file.Close())
	}
	l.file, l.day = nil, ""
	return err
}

// turn opens the file of the day when the day has changed.
func (l *Log) turn() error {
	day := l.now().In(thaidate.Bangkok).Format(time.DateOnly)
	if day == l.day {
		return nil
	}
	f, err := l.root.OpenFile("traffic-"+day+".jsonl", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the traffic log: %w", err)
	}
	if l.file != nil {
		_ = l.file.Close() // each line was written as it came: nothing is left to lose
	}
	l.day, l.file, l.torn = day, f, false
	return nil
}

var dayFile = regexp.MustCompile(`^traffic-(\d{4}-\d{2}-\d{2})\.jsonl$`)

// Expired lists the files whose last line may be older than keep, oldest first.
// Other files of the folder are none of its business.
func (l *Log) Expired(keep time.Duration) ([]string, error) {
	entries, err := fs.ReadDir(l.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	oldest := l.now().Add(-max(keep, MinimumKeep))
	var names []string
	for _, e := range entries {
		m := dayFile.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, m[1], thaidate.Bangkok)
		if err == nil && !day.AddDate(0, 0, 1).After(oldest) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// Remove deletes files that Expired named.
func (l *Log) Remove(names []string) error {
	var errs []error
	for _, name := range names {
		if !dayFile.MatchString(name) {
			continue
		}
		if err := l.root.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Dir is where the files lie.
func (l *Log) Dir() string { return l.dir }
