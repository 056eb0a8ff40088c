package agency

import (
	"bytes"
	"encoding/csv"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"portal/internal/kit/authz"
	"portal/internal/kit/export"
	"portal/internal/kit/problem"
)

// FuzzImport reads what somebody takes for a file of agencies, plans its import
// into a small tree and gives the file back, as the pages do.
func FuzzImport(f *testing.F) {
	for _, rows := range []string{goodRows, "08,,กระทรวง,ก\n08,,กรม,ข\n", "080101,77,กอง,ก\n77,080101,กอง,\"ข\n\"\"ค\"\"\"\n", "\n,,,\n9,,กรม,'=1+1,x\n"} {
		f.Add([]byte(heading + rows))
	}
	f.Add([]byte("\ufeffชื่อ;ประเภท;รหัสต้นสังกัด;รหัส;ข้อผิดพลาด\r\nกรม;กรม;08;๐๘๐๑;เก่า\r\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		read, err := readFile(content)
		if err != nil {
			refusedWhole(t, read, err)
			return
		}
		asSpreadsheetsRead(t, content, read)
		p := planOf(read)
		if again := planOf(read); !reflect.DeepEqual(p, again) {
			t.Fatalf("two plans:\n%+v\n%+v", p, again)
		}
		accounted(t, read, p)
		if len(p.Refused) == 0 {
			wholeTreeAfter(t, p)
		}
		givenBack(t, read, p)
	})
}

func planOf(f file) Plan {
	known := knownTree()
	held := map[string][]authz.Role{} // as heldAt finds them
	for _, r := range f.rows {
		if a, here := known["0801"]; here && r.entry.Code == "0801" && a.Kind != r.entry.Kind {
			held["0801"] = []authz.Role{authz.CentralOfficer}
		}
	}
	return plan(f, known, held)
}

// sentence checks that words tell a person something, and not too much.
func sentence(t *testing.T, words string) {
	t.Helper()
	thai := strings.IndexFunc(words, func(r rune) bool { return unicode.Is(unicode.Thai, r) }) >= 0
	if !thai || utf8.RuneCountInString(words) > 250 || !utf8.ValidString(words) || strings.ContainsFunc(words, unicode.IsControl) {
		t.Errorf("no sentence: %q", words)
	}
}

func refusedWhole(t *testing.T, f file, err error) {
	t.Helper()
	if !problem.Is(err, problem.Invalid) || len(problem.Of(err).Fields) != 1 || !reflect.DeepEqual(f, file{}) {
		t.Errorf("%v beside %+v", err, f)
	}
	sentence(t, problem.Of(err).Field("file"))
}

// asSpreadsheetsRead compares the rows and their numbers with another reader's.
func asSpreadsheetsRead(t *testing.T, content []byte, f file) {
	t.Helper()
	text, err := decode(content)
	if err != nil {
		t.Fatal(err)
	}
	var want []fileRow
	seen := false // the heading
	for i, cells := range records(text, separator(text)) {
		if seen && strings.TrimSpace(strings.Join(cells, "")) != "" {
			want = append(want, fileRow{n: i + 1, cells: cells})
		}
		seen = seen || !slices.Equal(cells, []string{""})
	}
	same := slices.EqualFunc(f.rows, want, func(a, b fileRow) bool { return a.n == b.n && slices.Equal(a.cells, b.cells) })
	if !same {
		t.Errorf("%q gives %+v, want %+v", text, f.rows, want)
	}
}

// records reads a table by RFC 4180, an empty line as a row of one empty cell.
func records(text string, comma rune) (all [][]string) {
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\r")
	for text != "" {
		var row []string
		for more := true; more; {
			var cell string
			cell, text = cellOf(text, comma)
			row = append(row, cell)
			more = strings.HasPrefix(text, string(comma))
			text = text[min(len(text), 1):] // all commas are of one byte, as the line's end is
		}
		all = append(all, row)
	}
	return all
}

// cellOf cuts the first cell off, and leaves what ends it.
func cellOf(text string, comma rune) (cell, rest string) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text+"\n", string(comma)+"\n")
		return text[:end], text[end:]
	}
	var b strings.Builder
	for text = text[1:]; text != ""; text = text[1:] {
		if strings.HasPrefix(text, `""`) {
			text = text[1:]
		} else if text[0] == '"' {
			return b.String(), text[1:]
		}
		b.WriteByte(text[0])
	}
	return b.String(), ""
}

// accounted checks that each row is planned, refused with a reason, or as it was,
// and none twice.
func accounted(t *testing.T, f file, p Plan) {
	t.Helper()
	var numbers []int
	for _, c := range slices.Concat(p.Added, p.Changed) {
		numbers = append(numbers, c.Row)
	}
	for _, r := range p.Refused {
		numbers = append(numbers, r.Row)
		if len(r.Reasons) == 0 {
			t.Errorf("row %d is refused for nothing", r.Row)
		}
		for _, why := range r.Reasons {
			sentence(t, why)
		}
	}
	slices.Sort(numbers)
	if len(slices.Compact(slices.Clone(numbers))) != len(numbers) || len(numbers)+p.Same != len(f.rows) {
		t.Errorf("rows %v and %d of %d", numbers, p.Same, len(f.rows))
	}
	for _, n := range numbers {
		if !slices.ContainsFunc(f.rows, func(r fileRow) bool { return r.n == n }) {
			t.Errorf("row %d is not in the file", n)
		}
	}
}

// above says under which kinds each may stand.
var above = map[Kind]*regexp.Regexp{
	authz.Ministry: regexp.MustCompile(`^$`), authz.Department: regexp.MustCompile(`^(ministry)?$`),
	authz.Division: regexp.MustCompile(`^(department|division)$`), authz.ServicePoint: regexp.MustCompile(`^(department|division)$`),
}

// wholeTreeAfter carries a plan out in memory and looks at every agency.
func wholeTreeAfter(t *testing.T, p Plan) {
	t.Helper()
	tree, depth := knownTree(), map[string]int{}
	for _, c := range slices.Concat(p.Added, p.Changed) {
		tree[c.After.Code] = placed{c.After, c.Parent}
	}
	for _, c := range p.Added {
		depth[c.After.Code] = c.depth
	}
	for code, a := range tree {
		if up := tree[a.ParentCode].Kind; above[a.Kind] == nil || !above[a.Kind].MatchString(string(up)) || (up == "") != (a.ParentCode == "") {
			t.Errorf("%s, %s, stands under %s, %q", code, a.Kind, a.ParentCode, up)
		}
		if n := utf8.RuneCountInString(a.Name); a.Code != code || !regexp.MustCompile(`^[0-9]{2,20}$`).MatchString(code) || n < 1 || n > 250 {
			t.Errorf("%s: %+v", code, a)
		}
		if parent, isNew := depth[a.ParentCode]; isNew && depth[code] > 0 && parent >= depth[code] {
			t.Errorf("%s is added before what it stands under", code)
		}
		at := code
		for range tree {
			at = tree[at].ParentCode
		}
		if at != "" {
			t.Errorf("the way up from %s does not end", code)
		}
	}
	if tree["0801"].Kind != authz.Department {
		t.Error("a department with an officer became another kind")
	}
}

// givenBack checks that every row comes back once, cell by cell, with what is
// wrong with it, and that the answer read again says the same.
func givenBack(t *testing.T, f file, p Plan) {
	t.Helper()
	var out bytes.Buffer
	to, err := export.NewWriter(&out, export.CSV)
	if err != nil || answer(fullPlan{p, f}, to) != nil || to.Close() != nil {
		t.Fatal("no answer")
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) != len(f.rows)+1 {
		t.Fatalf("%d rows for %d, %v", len(rows), len(f.rows), err)
	}
	faults := slices.IndexFunc(rows[0], func(h string) bool { return tidy(plain(h)) == faultHeading })
	for i, got := range rows[1:] {
		sameRow(t, f, p, i, got, faults)
	}
	again, err := readFile(out.Bytes())
	if err != nil {
		t.Fatalf("the answer is refused: %v\n%s", err, out.String())
	}
	if next := planOf(again); !slices.Equal(outcome(p), outcome(next)) {
		t.Errorf("the answer means %q, the file %q", outcome(next), outcome(p))
	}
}

func sameRow(t *testing.T, f file, p Plan, i int, got []string, faults int) {
	t.Helper()
	want := ""
	for _, r := range p.Refused {
		if r.Row == f.rows[i].n {
			want = strings.Join(r.Reasons, "; ")
		}
	}
	if got[faults] != want {
		t.Errorf("row %d comes back with %q, not %q", f.rows[i].n, got[faults], want)
	}
	if faults >= len(f.heading) {
		got = slices.Delete(slices.Clone(got), faults, faults+1)
	}
	cell := func(cells []string, n int) string {
		if n >= len(cells) {
			return ""
		}
		return strings.ReplaceAll(plain(strings.ReplaceAll(cells[n], "\r\n", "\n")), "\r", "\n")
	}
	for n := range max(len(got), len(f.rows[i].cells)) {
		if n != faults && cell(got, n) != cell(f.rows[i].cells, n) || n >= len(f.heading) && n >= len(f.rows[i].cells) {
			t.Errorf("row %d, cell %d: %q came back as %q", f.rows[i].n, n, f.rows[i].cells, got)
		}
	}
}

// outcome is a plan without the numbers of rows, which empty lines shift.
func outcome(p Plan) (all []string) {
	for _, c := range slices.Concat(p.Added, p.Changed) {
		all = append(all, c.After.Code+"/"+c.Parent+"/"+string(c.After.Kind)+"/"+c.After.Name+"/"+c.After.Address)
	}
	for _, r := range p.Refused {
		all = append(all, regexp.MustCompile(`แถวที่ \d+`).ReplaceAllString(r.Code+"/"+r.Name+"/"+strings.Join(r.Reasons, "; "), ""))
	}
	return all
}

// TestEqualCodesAreCheap plans the longest file of one code alone: each reason
// costs, so the first row must not have one for every other.
func TestEqualCodesAreCheap(t *testing.T) {
	f, err := readFile([]byte(heading + strings.Repeat("77,,กระทรวง,ก\n", maxFileRows)))
	if err != nil {
		t.Fatal(err)
	}
	p := plan(f, knownTree(), nil)
	if len(p.Refused) != maxFileRows || len(p.Refused[0].Reasons) != 1 || p.Refused[maxFileRows-1].Reasons[0] != "รหัสซ้ำกับแถวที่ 2" {
		t.Errorf("%d refused, the first for %d reasons", len(p.Refused), len(p.Refused[0].Reasons))
	}
}
