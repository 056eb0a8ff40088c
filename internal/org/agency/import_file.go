package agency

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

// maxFileRows is more agencies than there are.
const maxFileRows = 100_000

// Columns are the headings of a file of agencies, in English as programs write
// them, and Headings the same in Thai, for the template. The first four must be there.
var Columns, Headings = fileColumns()

func fileColumns() (columns, headings []string) {
	add := func(column, heading string) { columns, headings = append(columns, column), append(headings, heading) }
	for _, f := range Fields {
		add(f.Name, f.Column())
		if f.Name == "code" {
			add("parent_code", "รหัสต้นสังกัด")
			add("kind", "ประเภท")
		}
	}
	add("shown", "การแสดงผล")
	return columns, headings
}

const (
	neededColumns = 4
	faultHeading  = "ข้อผิดพลาด" // the column that a file is given back with
)

// file is a file of agencies, read but not compared with the tree.
type file struct {
	heading []string
	has     map[string]bool // columns that the file has
	rows    []fileRow
}

// fileRow is what one row says.
type fileRow struct {
	n      int // as a spreadsheet numbers it; the heading is 1
	cells  []string
	entry  Entry
	parent string // its code
	hidden *bool  // nil when the row does not say
	wrong  []string
}

func (r *fileRow) refuse(why string) {
	if !slices.Contains(r.wrong, why) {
		r.wrong = append(r.wrong, why)
	}
}

func badFile(why string) error { return problem.Fields(map[string]string{"file": why}) }

// readFile reads a file of agencies. Its errors are Invalid problems about the
// file as a whole; what is wrong with a row stands in the row.
func readFile(content []byte) (file, error) {
	text, err := decode(content)
	if err != nil {
		return file{}, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = separator(text), -1
	n := 0 // the last row's number, as a spreadsheet counts
	next := func() ([]string, error) {
		n += 1 + emptyLines(text[r.InputOffset():]) // the reader passes over them
		return r.Read()
	}
	heading, err := next()
	if err != nil {
		return file{}, badFile("ไฟล์ไม่มีข้อมูล กรุณาใช้ไฟล์ต้นแบบ")
	}
	columns, err := readHeading(heading)
	if err != nil {
		return file{}, err
	}
	f := file{heading: heading, has: map[string]bool{}}
	for _, c := range columns {
		f.has[c] = true
	}
	for {
		cells, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return file{}, badFile(fmt.Sprintf("อ่านแถวที่ %d ไม่ได้ กรุณาตรวจสอบเครื่องหมายคำพูด (\") ในแถวนั้น", n))
		}
		if len(f.rows) == maxFileRows {
			return file{}, badFile("ไฟล์มีเกิน 100,000 แถว กรุณาแบ่งเป็นหลายไฟล์")
		}
		if strings.TrimSpace(strings.Join(cells, "")) != "" {
			f.rows = append(f.rows, readRow(n, cells, columns))
		}
	}
	if len(f.rows) == 0 {
		return file{}, badFile("ไฟล์มีแต่หัวตาราง ยังไม่มีหน่วยงาน")
	}
	return f, nil
}

// emptyLines counts the lines without a character that text begins with.
func emptyLines(text string) (n int) {
	for rest, empty := text, true; ; n++ {
		if rest, empty = strings.CutPrefix(strings.TrimPrefix(rest, "\r"), "\n"); !empty {
			return n
		}
	}
}

// decode takes UTF-8, with or without a byte-order mark, and Windows-874.
func decode(content []byte) (string, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	switch {
	case bytes.HasPrefix(content, []byte("PK\x03\x04")), bytes.HasPrefix(content, []byte("\xd0\xcf\x11\xe0")):
		return "", badFile("ไฟล์นี้เป็นไฟล์ Excel กรุณาบันทึกเป็น CSV UTF-8 แล้วส่งใหม่")
	case bytes.IndexByte(content, 0) >= 0:
		return "", badFile("ไฟล์นี้ไม่ใช่ไฟล์ CSV กรุณาบันทึกเป็น CSV UTF-8 แล้วส่งใหม่")
	case utf8.Valid(content):
		return string(content), nil
	}
	text, err := charmap.Windows874.NewDecoder().Bytes(content)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", badFile("อ่านตัวอักษรในไฟล์ไม่ได้ กรุณาบันทึกเป็น CSV UTF-8 แล้วส่งใหม่")
	}
	return string(text), nil
}

// separator is what the heading is separated by: spreadsheets differ.
func separator(text string) rune {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	best := ','
	for _, c := range ";\t" {
		if strings.Count(first, string(c)) > strings.Count(first, string(best)) {
			best = c
		}
	}
	return best
}

// readHeading names the column of each cell; "" is passed over.
func readHeading(heading []string) ([]string, error) {
	columns := make([]string, len(heading))
	for i, cell := range heading {
		name := strings.ToLower(tidy(plain(cell)))
		switch at := max(slices.Index(Columns, name), slices.Index(Headings, name)); {
		case at >= 0 && slices.Contains(columns, Columns[at]):
			return nil, badFile("คอลัมน์ " + brief(name) + " มีมากกว่าหนึ่งคอลัมน์")
		case at >= 0:
			columns[i] = Columns[at]
		case name != "" && name != faultHeading:
			return nil, badFile("ไม่รู้จักคอลัมน์ " + brief(name) + " กรุณาใช้หัวตารางตามไฟล์ต้นแบบ")
		}
	}
	for i := range neededColumns {
		if !slices.Contains(columns, Columns[i]) {
			return nil, badFile("ไม่มีคอลัมน์ " + Headings[i] + " (" + Columns[i] + ") กรุณาใช้หัวตารางตามไฟล์ต้นแบบ")
		}
	}
	return columns, nil
}

func readRow(n int, cells, columns []string) fileRow {
	r := fileRow{n: n, cells: cells}
	if len(cells) > len(columns) {
		r.refuse("มีช่องเกินหัวตาราง")
	}
	text := map[string]string{}
	for i, c := range cells[:min(len(cells), len(columns))] {
		text[columns[i]] = plain(c)
	}
	kind, ok := kindWords[tidy(strings.ToLower(text["kind"]))]
	r.entry = EntryOf(func(name string) string { return text[name] }).tidied()
	r.entry.Kind = kind
	r.parent = Entry{Code: text["parent_code"]}.tidied().Code
	fix := r.entry.check()
	for _, field := range Columns {
		if fix[field] != "" && (field != "kind" || ok) {
			r.refuse(Headings[slices.Index(Columns, field)] + ": " + fix[field])
		}
	}
	if !ok {
		r.refuse("ประเภท: ไม่รู้จัก ใช้ได้คือ กระทรวง กรม กอง หรือ จุดบริการ")
	}
	if word := tidy(strings.ToLower(text["shown"])); word != "" {
		shown, ok := shownWords[word]
		if !ok {
			r.refuse("การแสดงผล: ใช้ได้คือ แสดง หรือ ซ่อน")
		}
		hidden := !shown
		r.hidden = &hidden
	}
	return r
}

// brief is what a file says, short enough to be repeated to who sent it.
func brief(text string) string {
	const most = 60
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// plain takes off the apostrophe by which a sheet that we gave out keeps a
// spreadsheet from taking a cell for a formula.
func plain(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune("=+-@\t\r\n", rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

var kindWords = map[string]Kind{
	"ministry": authz.Ministry, "กระทรวง": authz.Ministry,
	"department": authz.Department, "กรม": authz.Department, "กรมหรือเทียบเท่า": authz.Department,
	"division": authz.Division, "กอง": authz.Division, "สำนักงาน": authz.Division, "ศูนย์": authz.Division, "กอง / สำนักงาน / ศูนย์": authz.Division, "กอง/สำนักงาน/ศูนย์": authz.Division,
	"service_point": authz.ServicePoint, "จุดบริการ": authz.ServicePoint,
}

var shownWords = map[string]bool{
	"แสดง": true, "shown": true, "true": true, "yes": true, "1": true,
	"ซ่อน": false, "hidden": false, "false": false, "no": false, "0": false,
}
