package export

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

var dangerous = []string{"=1+1", "+66", "-1", "@sum", "\tx", "\rx", "=cmd|' /C calc'!A0"}

func TestA64_CSV(t *testing.T) {
	var b bytes.Buffer
	write(t, &b, CSV)
	if !strings.HasPrefix(b.String(), "\ufeff") || !strings.Contains(b.String(), "\r\n") {
		t.Errorf("no byte-order mark or no CRLF: %q", b.String())
	}
	rows, err := readAll(strings.TrimPrefix(b.String(), "\ufeff"))
	if err != nil {
		t.Fatal(err)
	}
	check(t, rows)
}

func TestA64_XLSX(t *testing.T) {
	var b bytes.Buffer
	write(t, &b, XLSX)
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	check(t, rows)
	if formula, err := f.GetCellFormula("Sheet1", "A2"); err != nil || formula != "" {
		t.Errorf("A2 is the formula %q, %v", formula, err)
	}
	if kind, err := f.GetCellType("Sheet1", "C1"); err != nil || kind != excelize.CellTypeInlineString {
		t.Errorf("a number-like cell has type %d, %v", kind, err)
	}
}

func readAll(text string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

func write(t *testing.T, b *bytes.Buffer, f Format) {
	t.Helper()
	w, err := NewWriter(b, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Row("ชื่อ", `"คำ", ต่อ`, "0123"); err != nil {
		t.Fatal(err)
	}
	for _, d := range dangerous {
		if err := w.Row(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func check(t *testing.T, rows [][]string) {
	t.Helper()
	if got := strings.Join(rows[0], "|"); got != `ชื่อ|"คำ", ต่อ|0123` {
		t.Errorf("first row %q", got)
	}
	for i, d := range dangerous {
		if !strings.HasPrefix(rows[i+1][0], "'") {
			t.Errorf("%q became %q", d, rows[i+1][0])
		}
	}
}
