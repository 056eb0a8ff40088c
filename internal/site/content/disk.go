package content

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// form is the form of the copy on disk; another one is not read.
const form = 1

type copied struct {
	Form    int
	Content *Content
}

// keepCopy keeps the copy on disk as the memory is, or notes on it that it still is.
func (s *Service) keepCopy(log *slog.Logger) {
	c := s.last.Load()
	if s.file == "" {
		return
	}
	err := error(nil)
	if s.kept == c {
		err = os.Chtimes(s.file, time.Time{}, s.now())
	} else {
		err = s.write(c)
	}
	if err != nil {
		log.Error("keeping a copy of the content", "err", err)
		return
	}
	s.kept = c
}

// write writes the copy beside the old one and then over it: whoever reads
// finds the one or the other, whole.
func (s *Service) write(c *Content) error {
	text, err := json.Marshal(copied{form, c})
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(s.file), ".content-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), s.file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// restore takes the copy on disk until the database answers.
func (s *Service) restore(log *slog.Logger) {
	c, at, err := s.fromDisk()
	if err != nil {
		log.Error("reading the copy of the content", "err", err)
		return
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	if c != nil && s.last.Load() == nil {
		s.inStep.Store(at.UnixMilli())
		s.away.Store(true)
		s.ofDisk.Store(true)
		log.Warn("the database is away: pages come from the copy on disk", "confirmed", at)
		s.use(c)
	}
}

// fromDisk is the copy with the time when it was last confirmed; nil if there is none.
func (s *Service) fromDisk() (*Content, time.Time, error) {
	info, err := os.Stat(s.file)
	if s.file == "" || errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	text, err := os.ReadFile(s.file)
	if err != nil {
		return nil, time.Time{}, err
	}
	var kept copied
	if err := json.Unmarshal(text, &kept); err != nil || kept.Form != form || kept.Content == nil {
		return nil, time.Time{}, fmt.Errorf("%s is no copy of this form: %w", s.file, err)
	}
	return kept.Content, info.ModTime(), nil
}
