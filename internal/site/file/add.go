package file

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

// Added is what became of an upload.
type Added struct {
	Hash    string
	Name    string
	Existed bool // the same file was there before
}

// MayAdd returns nil if actor may add files.
func (s *Service) MayAdd(_ context.Context, actor authz.Actor) error {
	return actor.Require(authz.EditContent)
}

// Add stores what r gives, sent under name. Its Invalid problems say why the
// file is refused; a BadInput problem says that r broke off.
//
// The bytes wait in a temporary file that has no name any more, so that a slow
// sender takes no memory and a crash leaves nothing behind.
func (s *Service) Add(ctx context.Context, actor authz.Actor, name string, r io.Reader) (Added, error) {
	if err := actor.Require(authz.EditContent); err != nil {
		return Added{}, err
	}
	spool, t, err := receive(name, r)
	if err != nil {
		return Added{}, err
	}
	defer func() { _ = spool.Close() }() // it is gone with this
	if err := s.wait(ctx); err != nil {
		return Added{}, err
	}
	done := sync.OnceFunc(func() { <-s.work })
	defer done()
	b, err := whole(spool)
	if err != nil {
		return Added{}, err
	}
	sizes, err := prepare(name, t, b)
	if err != nil {
		return Added{}, err
	}
	if light(sizes) {
		done() // nobody waits for the database's answer about somebody else's file
	}
	return s.store(ctx, actor, sizes)
}

// light reports whether many such files may be on their way to the database at once.
func light(sizes []stored) bool {
	const most = 1 << 20
	bytes := 0
	for _, f := range sizes {
		bytes += len(f.bytes)
	}
	return bytes <= most
}

// receive keeps what r gives in a temporary file, if it can be what it is said
// to be.
func receive(name string, r io.Reader) (*os.File, mediaType, error) {
	head := bufio.NewReaderSize(r, headBytes)
	first, err := head.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", brokenOff(err)
	}
	t, err := sniff(first)
	if err != nil {
		return nil, "", err
	}
	if _, err := cleanName(name, t); err != nil {
		return nil, "", err
	}
	spool, err := openSpool()
	if err != nil {
		return nil, "", err
	}
	if err := fill(spool, head, t); err != nil {
		return nil, "", errors.Join(err, spool.Close())
	}
	return spool, t, nil
}

func brokenOff(err error) error {
	return problem.Wrap(problem.BadInput, err, "ส่งไฟล์ไม่ครบ กรุณาตรวจสอบการเชื่อมต่อแล้วส่งใหม่")
}

// openSpool opens a temporary file and takes its name away.
func openSpool() (*os.File, error) {
	f, err := os.CreateTemp("", "portal-upload-*")
	if err != nil {
		return nil, fmt.Errorf("keeping an upload: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil { // #nosec G703 -- the name was made above
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// fill copies r into spool, no more than a file of type t may have, and reads
// the heading of a picture.
func fill(spool *os.File, r io.Reader, t mediaType) error {
	most, words := int64(MaxPicture), "ภาพมีขนาดเกิน 10 MB กรุณาย่อภาพแล้วส่งใหม่"
	if t == typePDF {
		most, words = MaxDocument, "ไฟล์ PDF มีขนาดเกิน 20 MB กรุณาลดขนาดหรือแบ่งไฟล์แล้วส่งใหม่"
	}
	n, err := io.Copy(spool, &source{r: io.LimitReader(r, most+1)})
	var from *readError
	switch {
	case errors.As(err, &from):
		return brokenOff(from.error)
	case err != nil:
		return fmt.Errorf("keeping an upload: %w", err)
	case n > most:
		return refuse(words)
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if t == typePDF {
		return nil
	}
	if err := checkSize(bufio.NewReader(spool), t); err != nil {
		return err
	}
	_, err = spool.Seek(0, io.SeekStart)
	return err
}

// whole reads what is in spool, from where it stands, at once.
func whole(spool *os.File) ([]byte, error) {
	about, err := spool.Stat()
	if err != nil {
		return nil, err
	}
	b := make([]byte, about.Size())
	_, err = io.ReadFull(spool, b)
	return b, err
}

// source marks the errors of a reader, to tell them from the writer's.
type source struct{ r io.Reader }

type readError struct{ error }

func (s *source) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &readError{err}
	}
	return n, err
}

const patience = 3 * time.Minute

// wait waits for the turn to have a file in memory.
func (s *Service) wait(ctx context.Context) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case s.work <- struct{}{}:
		return nil
	case <-ctx.Done():
		if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) { // it was kept waiting too long
			return fmt.Errorf("waiting to check an upload: %w", cause)
		}
		return brokenOff(ctx.Err())
	case <-timer.C:
		return problem.Wait(time.Minute, "มีผู้ส่งไฟล์พร้อมกันจำนวนมาก กรุณาส่งใหม่ภายหลัง")
	}
}

// prepare checks the whole file and gives it in the sizes it is stored in.
func prepare(name string, t mediaType, b []byte) (sizes []stored, err error) {
	if t == typePDF {
		if archive(b) {
			return nil, errPolyglot
		}
		pages, err := inspectPDF(b)
		if err != nil {
			return nil, err
		}
		sizes = []stored{{made: made{mediaType: t, bytes: b}, pages: pages}}
	} else {
		pictures, err := remake(b, t)
		if err != nil {
			return nil, err
		}
		for i, m := range pictures {
			sizes = append(sizes, stored{made: m, variantOnly: i > 0})
		}
	}
	for i := range sizes {
		if sizes[i].name, err = cleanName(name, sizes[i].mediaType); err != nil {
			return nil, err
		}
	}
	return sizes, nil
}

// How long the database may take for a file: sending it may take minutes, and a
// database that answers nothing meanwhile must not take as long.
const (
	storeTakes = 2500 * time.Millisecond
	storeRate  = 5 << 20 // bytes a second, on top
)

// store puts a file and its smaller sizes into the store.
func (s *Service) store(ctx context.Context, actor authz.Actor, sizes []stored) (added Added, err error) {
	main := &sizes[0]
	added = Added{Hash: main.hash(), Name: main.name}
	ctx, cancel := context.WithTimeout(ctx, storeTakes+time.Duration(len(main.bytes)/storeRate)*time.Second)
	defer cancel()
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if added.Existed, err = exists(ctx, tx, main.hashed()); err != nil || added.Existed {
			return unchangedOr(err)
		}
		// In one order, so that two of the same picture wait for each other.
		inOrder := make([]*stored, len(sizes))
		for i := range sizes {
			inOrder[i] = &sizes[i]
		}
		slices.SortFunc(inOrder, func(a, b *stored) int { return bytes.Compare(a.hashed(), b.hashed()) })
		for _, f := range inOrder {
			fresh, err := insertFile(ctx, tx, f)
			if err != nil {
				return err
			}
			if f == main && !fresh {
				added.Existed = true
			}
		}
		if added.Existed {
			return audit.ErrUnchanged
		}
		if main.mediaType != typePDF {
			if err := insertVariants(ctx, tx, main.hashed(), sizes); err != nil {
				return err
			}
		}
		return tx.Record(ActionAdded, audit.Subject{Key: "file/" + added.Hash, Name: main.name}, audit.Diff{After: main.summary()})
	})
	return added, err
}

// summary is what the audit log keeps of a file.
func (f *stored) summary() map[string]any {
	m := map[string]any{"name": f.name, "type": string(f.mediaType), "size": len(f.bytes)}
	if f.pages > 0 {
		m["pages"] = f.pages
	}
	if f.w > 0 {
		m["width"], m["height"] = f.w, f.h
	}
	return m
}

func unchangedOr(err error) error {
	if err != nil {
		return err
	}
	return audit.ErrUnchanged
}
