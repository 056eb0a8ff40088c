// Package sheet writes tables for Excel and for other programs, row by row, so
// that a long one costs no memory.
package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"portal/internal/kit/problem"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	CSV  Format = "csv"  // RFC 4180, UTF-8 with a byte-order mark, which Excel needs for Thai
	XLSX Format = "xlsx" // Office Open XML, every cell as text
)

// ParseFormat reads a format from an address. Its error is a BadInput problem.
func ParseFormat(text string) (Format, error) {
	f := Format(text)
	if f != CSV && f != XLSX {
		return "", problem.New(problem.BadInput, "ดาวน์โหลดได้เป็นไฟล์ CSV หรือ Excel เท่านั้น")
	}
	return f, nil
}

// ContentType is the format's media type.
func (f Format) ContentType() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Writer takes the rows of one table. Close completes the file.
type Writer interface {
	Row(cells ...string) error
	Close() error
}

// NewWriter returns a Writer of the format that writes to w.
func NewWriter(w io.Writer, f Format) (Writer, error) {
	if f == XLSX {
		return newWorkbook(w)
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &text{c}, nil
}

type text struct{ *csv.Writer }

func (t *text) Row(cells ...string) error {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = lines.Replace(harmless(c))
	}
	return t.Write(safe)
}

// lines ends each line of a cell alike: the writer would leave out a lone \r.
var lines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func (t *text) Close() error {
	t.Flush()
	return t.Error()
}

// harmless keeps a spreadsheet from taking a cell for a formula (CWE-1236).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

type workbook struct {
	file *excelize.File
	rows *excelize.StreamWriter
	w    io.Writer
	n    int
}

func newWorkbook(w io.Writer) (*workbook, error) {
	f := excelize.NewFile()
	rows, err := f.NewStreamWriter("Sheet1")
	return &workbook{f, rows, w, 0}, err
}

func (b *workbook) Row(cells ...string) error {
	b.n++
	row := make([]any, len(cells))
	for i, c := range cells {
		row[i] = harmless(c)
	}
	return b.rows.SetRow(fmt.Sprintf("A%d", b.n), row)
}

func (b *workbook) Close() error {
	defer func() { _ = b.file.Close() }() // removes its temporary file
	if err := b.rows.Flush(); err != nil {
		return err
	}
	return b.file.Write(b.w)
}
