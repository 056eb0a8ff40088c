package agency

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"portal/internal/kit/authz"
	"portal/internal/kit/export"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

const heading = "code,parent_code,kind,name\n"

func TestReadFile(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		want    string // code/parent/kind/name of each row, or what the problem says
	}{
		"English headings":  {heading + "0801,08,department,กรม", "0801/08/department/กรม"},
		"Thai headings":     {"\ufeffชื่อ;ประเภท;รหัสต้นสังกัด;รหัส\r\nกรม;กรมหรือเทียบเท่า;08;๐๘๐๑\r\n", "0801/08/department/กรม"},
		"tabs":              {"code\tparent_code\tkind\tname\n08\t\tกระทรวง\tก,ข\n", "08//ministry/ก,ข"},
		"given back":        {"code,parent_code,kind,name,ข้อผิดพลาด\n08,,กระทรวง,'=ก,ผิด\n", "08//ministry/=ก"},
		"empty rows":        {heading + ",,,\n\n08,,กระทรวง,ก\n", "08//ministry/ก"},
		"quotes and lines":  {heading + "08,,กระทรวง,\"ก \"\"ข\"\"\nค\"\n", `08//ministry/ก "ข" ค`},
		"nothing":           {"", "ไฟล์ไม่มีข้อมูล"},
		"no rows":           {heading, "มีแต่หัวตาราง"},
		"no name":           {"code,parent_code,kind\n1,2,3", "ไม่มีคอลัมน์ ชื่อ"},
		"unknown column":    {"code,parent_code,kind,name,nmae\n", "ไม่รู้จักคอลัมน์ nmae"},
		"a column twice":    {"code,parent_code,kind,name,รหัส\n", "มีมากกว่าหนึ่งคอลัมน์"},
		"a broken quote":    {heading + "08,,กระทรวง,ก\"ข\n", "แถวที่ 2"},
		"an Excel workbook": {"PK\x03\x04xxxx", "Excel"},
		"a picture":         {"\x89PNG\x00\x00", "ไม่ใช่ไฟล์ CSV"},
	} {
		f, err := readFile([]byte(c.content))
		var got []string
		for _, r := range f.rows {
			got = append(got, fmt.Sprintf("%s/%s/%s/%s", r.entry.Code, r.parent, r.entry.Kind, r.entry.Name))
		}
		if err != nil {
			got = []string{problem.Of(err).Field("file")}
			if strings.Contains(got[0], c.want) {
				continue
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWindows874(t *testing.T) {
	content, err := charmap.Windows874.NewEncoder().Bytes([]byte("รหัส,รหัสต้นสังกัด,ประเภท,ชื่อ\n08,,กระทรวง,กระทรวงคมนาคม “ก”\n"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := readFile(content)
	if err != nil || len(f.rows) != 1 || f.rows[0].entry.Name != "กระทรวงคมนาคม “ก”" || len(f.rows[0].wrong) > 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := readFile([]byte("code,parent_code,kind,name\n\xff\xfe\xdb")); problem.Of(err).Field("file") == "" {
		t.Errorf("bytes that are no letters: %v", err)
	}
}

// A small tree for the rules: 08 > 0801 > 080101 > 08010101, and 0802.
func knownTree() map[string]placed {
	known := map[string]placed{}
	for i, a := range tree {
		known[a[0]] = placed{Agency{ID: ID(i + 1), Code: a[0], Kind: Kind(a[2]), Name: a[3], Telephone: "02"}, a[1]}
	}
	return known
}

func TestPlan(t *testing.T) {
	officers := map[string][]authz.Role{"0801": {authz.CentralOfficer}}
	for name, c := range map[string]struct {
		rows string
		want string // codes: added + changed = same, then refused rows with a word of the reason
	}{
		"new, with its parent below it":   {"9911,99,กรม,ก\n99,,กระทรวง,ข", "+9911 +99"},
		"as it is":                        {"09,,กระทรวง,กระทรวงดิจิทัล", "=1"},
		"renamed":                         {"09,,กระทรวง,ก", "~09(name)"},
		"moved":                           {"080101,0802,กอง,สำนักงานขนส่งจังหวัดเชียงใหม่", "~080101(parent_code)"},
		"moved under what is new":         {"080101,77,กอง,สำนักงานขนส่งจังหวัดเชียงใหม่\n77,08,กรม,ก", "+77 ~080101(parent_code)"},
		"code twice":                      {"77,,กระทรวง,ก\n77,,กระทรวง,ข", "!2:แถวที่ 3 !3:แถวที่ 2"},
		"bad code":                        {"x,,กระทรวง,ก", "!2:ตัวเลข"},
		"no name":                         {"77,,กระทรวง,", "!2:ชื่อ"},
		"unknown kind":                    {"77,,ฝ่าย,ก", "!2:ประเภท"},
		"unknown parent":                  {"7701,77,กรม,ก", "!2:ไม่มีรหัส 77"},
		"zeros lost in the code":          {"801,08,กรม,กรมการขนส่งทางบก", "!2:ตัดเลข 0"},
		"zeros lost in the parent":        {"7701,8,กรม,ก", "!2:ตัดเลข 0"},
		"a point under a ministry":        {"77,08,จุดบริการ,ก", "!2:ต้องอยู่ใต้"},
		"a point under a point":           {"77,08010101,จุดบริการ,ก", "!2:ต้องอยู่ใต้"},
		"a ministry below":                {"77,08,กระทรวง,ก", "!2:ระดับบนสุด"},
		"under itself":                    {"080101,080101,กอง,ก", "!2:ใต้ตัวเอง"},
		"two under each other":            {"080101,77,กอง,ก\n77,080101,กอง,ข", "!2:ใต้ตัวเอง !3:ใต้ตัวเอง"},
		"two change places":               {"77,080101,กอง,ก\n080101,0802,กอง,สำนักงานขนส่งจังหวัดเชียงใหม่", "+77 ~080101(parent_code)"},
		"kind against what is below":      {"080101,0801,จุดบริการ,ก", "!2:อยู่ภายใต้"},
		"kind with what is below it":      {"0802,0801,กอง,กรมเจ้าท่า", "~0802(parent_code,kind)"},
		"kind against roles":              {"0801,0802,กอง,ก", "!2:เจ้าหน้าที่ส่วนกลาง"},
		"same kind with roles":            {"0801,08,กรม,ก", "~0801(name)"},
		"hidden in a column nobody knows": {"77,,กระทรวง,ก,x", "!2:เกินหัวตาราง"},
	} {
		f, err := readFile([]byte(heading + c.rows))
		if err != nil {
			t.Fatal(err)
		}
		if got := summary(plan(f, knownTree(), officers)); !matches(got, strings.Split(c.want, " ")) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func summary(p Plan) []string {
	var all []string
	for _, a := range p.Added {
		all = append(all, "+"+a.After.Code)
	}
	for _, c := range p.Changed {
		var columns []string
		for _, ch := range c.Changes {
			columns = append(columns, ch.Column)
		}
		all = append(all, "~"+c.After.Code+"("+strings.Join(columns, ",")+")")
	}
	if p.Same > 0 {
		all = append(all, fmt.Sprintf("=%d", p.Same))
	}
	for _, r := range p.Refused {
		all = append(all, fmt.Sprintf("!%d:%s", r.Row, strings.Join(r.Reasons, "; ")))
	}
	return all
}

// matches compares; of a refusal only a part of the reason is wanted. A want
// may itself hold a space: words are joined until they match.
func matches(got, want []string) bool {
	for _, g := range got {
		hit := false
		for n := 1; n <= len(want) && !hit; n++ {
			w := strings.Join(want[:n], " ")
			row, word, refusal := strings.Cut(w, ":")
			if refusal && strings.HasPrefix(g, row+":") && strings.Contains(g, word) && (n == len(want) || strings.HasPrefix(want[n], "!")) || !refusal && g == w {
				want, hit = want[n:], true
			}
		}
		if !hit {
			return false
		}
	}
	return len(want) == 0
}

func TestPlanKeepsColumnsThatTheFileLacks(t *testing.T) {
	f, err := readFile([]byte("code,parent_code,kind,name,shown,name_en\n0802,08,กรม,กรมเจ้าท่า,ซ่อน,Marine\n09,,กระทรวง,กระทรวงดิจิทัล,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := plan(f, knownTree(), nil)
	if len(p.Changed) != 1 || p.Same != 1 {
		t.Fatalf("%+v", p)
	}
	if a := p.Changed[0].After; a.Telephone != "02" || !a.Hidden || a.NameEN != "Marine" || p.Changed[0].Above != "กระทรวงคมนาคม" {
		t.Errorf("%+v", p.Changed[0])
	}
}

func (o *office) keep(rows string) string {
	o.t.Helper()
	key, err := o.s.Keep(o.ctx, o.admin, Upload{Name: `C:\x\tree.csv`, Content: []byte("code,parent_code,kind,name,shown\n" + rows)})
	if err != nil {
		o.t.Fatal(err)
	}
	return key
}

const goodRows = "99,,กระทรวง,กระทรวงใหม่,\n990101,9901,จุดบริการ,จุดใหม่,ซ่อน\n9901,99,กรม,กรมใหม่,แสดง\n" +
	"0801,99,กรม,กรมการขนส่งทางบก,\n080101,9901,กอง,สำนักงานขนส่งเชียงใหม่,\n"

func TestImport(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key := o.keep(goodRows)
	p, err := o.s.Preview(o.ctx, o.admin, key)
	if err != nil || len(p.Added) != 3 || len(p.Changed) != 2 || len(p.Refused) != 0 || p.Name != "tree.csv" {
		t.Fatalf("%+v, %v", p, err)
	}
	if n := o.count(`SELECT count(*) FROM agencies`); n != len(tree) {
		t.Errorf("looking added %d", n-len(tree))
	}
	form := idempotency.New()
	done, err := o.s.Import(o.ctx, o.admin, key, form)
	if err != nil || done != (Imported{Added: 3, Changed: 2, Moved: 2}) {
		t.Fatalf("%+v, %v", done, err)
	}
	o.wholeTree()
	if n := o.count(`SELECT count(*) FROM agency_paths WHERE agency_id = $1 AND ancestor_id = (SELECT id FROM agencies WHERE code = '99')`, o.id["08010101"]); n != 1 {
		t.Error("what was under the moved ones did not follow")
	}
	if a := o.read("990101"); !a.Hidden || a.Name != "จุดใหม่" {
		t.Errorf("%+v", a)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'agency.imported' AND detail @> '{"added": 3, "changed": 2, "moved": 2}'`); n != 1 {
		t.Errorf("%d entries of the import", n)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'agency.moved' AND detail->'before'->>'parent_code' <> detail->'after'->>'parent_code'`); n != 2 {
		t.Errorf("%d entries of what moved", n)
	}
	if _, err := o.s.Import(o.ctx, o.admin, key, form); !errors.Is(err, idempotency.ErrDone) {
		t.Errorf("sent twice: %v", err)
	}
	if _, err := o.s.Preview(o.ctx, o.admin, key); !problem.Is(err, problem.NotFound) {
		t.Errorf("the file is still kept: %v", err)
	}
}

func TestImportIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key := o.keep(goodRows + "88,77,กรม,ก,\n")
	if _, err := o.s.Import(o.ctx, o.admin, key, ""); !problem.Is(err, problem.Conflict) {
		t.Errorf("with a refused row: %v", err)
	}
	// Good when looked at, refused by the time it is carried out.
	key = o.keep(goodRows)
	to := o.id["080101"]
	if _, err := o.pool.Exec(o.ctx, `INSERT INTO agencies (code, parent_id, kind, name) VALUES ('9901', $1, 'service_point', 'ก')`, to); err != nil {
		t.Fatal(err)
	}
	if _, err := o.pool.Exec(o.ctx, `INSERT INTO memberships (staff_id, agency_id, role, since) SELECT $1, id, 'service_point_officer', now() FROM agencies WHERE code = '9901'`, o.officer.StaffID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.s.Import(o.ctx, o.admin, key, ""); !problem.Is(err, problem.Conflict) {
		t.Errorf("refused meanwhile: %v", err)
	}
	if n := o.count(`SELECT count(*) FROM agencies WHERE code IN ('99', '990101') OR version > 1`); n != 0 {
		t.Errorf("%d agencies of a refused import", n)
	}
	o.wholeTree()
}

func TestA62_KeptFilesAreTheirSendersAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key := o.keep(goodRows)
	other := authz.Actor{StaffID: o.officer.StaffID, Grants: o.admin.Grants}
	for name, c := range map[string]struct {
		actor authz.Actor
		kind  problem.Kind
	}{"another administrator": {other, problem.NotFound}, "an officer": {o.officer, problem.Forbidden}} {
		var out bytes.Buffer
		w, err := export.NewWriter(&out, export.CSV)
		if err != nil {
			t.Fatal(err)
		}
		_, shown := o.s.Preview(o.ctx, c.actor, key)
		_, done := o.s.Import(o.ctx, c.actor, key, "")
		for what, err := range map[string]error{"preview": shown, "import": done, "faults": o.s.Faults(o.ctx, c.actor, key, w)} {
			if !problem.Is(err, c.kind) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	if _, err := o.s.Keep(o.ctx, o.officer, Upload{Content: []byte(heading)}); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an officer sends a file: %v", err)
	}
	if _, err := o.pool.Exec(o.ctx, `UPDATE agency_uploads SET expires_at = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if _, err := o.s.Preview(o.ctx, o.admin, key); !problem.Is(err, problem.NotFound) {
		t.Errorf("after an hour: %v", err)
	}
	o.keep(goodRows)
	if n, err := o.s.Clean(o.ctx, authz.System("test")); err != nil || n != 1 || o.count(`SELECT count(*) FROM agency_uploads`) != 1 {
		t.Errorf("%d files cleaned away, %v", n, err)
	}
	if n, err := o.s.Clean(o.ctx, authz.System("test")); err != nil || n != 0 {
		t.Errorf("%d more, %v", n, err)
	}
}

func TestA64_Faults(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	key := o.keep("88,77,กรม,'=1+1,\n99,,กระทรวง,กระทรวง,\n")
	var out bytes.Buffer
	w, err := export.NewWriter(&out, export.CSV)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.s.Faults(o.ctx, o.admin, key, w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%q, %v", rows, err)
	}
	if rows[0][5] != "ข้อผิดพลาด" || !strings.Contains(rows[1][5], "ไม่มีรหัส 77") || rows[1][3] != "'=1+1" || rows[2][5] != "" {
		t.Errorf("%q", rows)
	}
	// Given back once more, it is the same file.
	key, err = o.s.Keep(o.ctx, o.admin, Upload{Name: "x", Content: out.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	again := out.String()
	out.Reset()
	if w, err = export.NewWriter(&out, export.CSV); err == nil {
		err = o.s.Faults(o.ctx, o.admin, key, w)
	}
	if err != nil || w.Close() != nil || out.String() != again {
		t.Errorf("%v\n%s\n%s", err, out.String(), again)
	}
}
