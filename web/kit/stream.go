package kit

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/export"
)

// Limits of a download that is made while it is sent.
const (
	exportChunk       = 64 << 10         // sent at once; until the first, an error is a page like any other
	exportChunkWithin = 30 * time.Second // that one chunk may take to reach the reader
	exportPrepares    = 10 * time.Minute // before the first chunk: a workbook is packed when all its rows are in
)

// Stream sends the table that write makes as a file called name plus the
// format's ending, row by row, so that its length costs no memory. An error
// before the first chunk is returned; after it the connection is cut, so that
// a part is not taken for the whole.
//
// write should stop when it gets an error from the Writer: the reader has gone.
func (k *Kit) Stream(w http.ResponseWriter, r *http.Request, name string, format export.Format, write func(export.Writer) error) error {
	d := &download{ctx: r.Context(), w: w, control: http.NewResponseController(w), name: name + "." + string(format), format: format}
	d.wait(exportPrepares)
	err := d.table(write)
	if err == nil || !d.begun {
		return err
	}
	level := slog.LevelError
	if errors.Is(err, ErrReaderGone) || r.Context().Err() != nil {
		level = slog.LevelInfo
	}
	k.Log.LogAttrs(r.Context(), level, "download cut off",
		slog.String("id", middleware.GetReqID(r.Context())), slog.String("path", r.URL.Path), slog.Any("err", err))
	panic(http.ErrAbortHandler)
}

// ErrReaderGone is what a Writer of Stream returns when its reader has gone.
var ErrReaderGone = errors.New("web: the reader of a download has gone")

// download is the response behind a table: its headers go out with the first
// chunk, and each chunk has its own time to arrive.
type download struct {
	ctx     context.Context
	w       http.ResponseWriter
	control *http.ResponseController
	name    string
	format  export.Format
	begun   bool
	failed  error // nothing more is sent after it
}

// table writes the whole table, in chunks.
func (d *download) table(write func(export.Writer) error) error {
	out := bufio.NewWriterSize(d, exportChunk)
	t, err := export.NewWriter(out, d.format)
	if err != nil {
		return err
	}
	firstWithin(d.w, deadlineForExport)
	if d.failed = write(paced{t, d}); d.failed != nil {
		_ = t.Close() // lets go of a workbook's temporary file; the reader gets none of it
		return d.failed
	}
	d.wait(exportPrepares)
	if err := t.Close(); err != nil {
		return err
	}
	return out.Flush()
}

// paced is a table whose rows keep coming: a download may take long, but the
// database no longer for one row than for a page.
type paced struct {
	export.Writer
	d *download
}

// Row may have to wait for the reader; the database's time begins after it.
func (p paced) Row(cells ...string) error {
	err := p.Writer.Row(cells...)
	NextWithin(p.d.w, deadlineForChange)
	return err
}

func (d *download) Write(chunk []byte) (int, error) {
	if d.failed != nil {
		return 0, d.failed
	}
	if d.ctx.Err() != nil {
		return 0, ErrReaderGone
	}
	if !d.begun {
		d.begun = true
		h := d.w.Header()
		h.Set("Content-Type", d.format.ContentType())
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name})) // RFC 6266
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // nginx: pass it on as it comes
	}
	d.wait(exportChunkWithin)
	n, err := d.w.Write(chunk)
	if err != nil {
		return n, errors.Join(ErrReaderGone, err)
	}
	if err := d.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return n, errors.Join(ErrReaderGone, err)
	}
	return n, nil
}

// wait gives what is sent next as long as it takes. The limit for reading the
// request goes: when it passes, net/http takes the reader for gone.
func (d *download) wait(limit time.Duration) {
	_ = d.control.SetReadDeadline(time.Time{})            // not every writer has
	_ = d.control.SetWriteDeadline(time.Now().Add(limit)) // deadlines to set
}
