package agency

import (
	"fmt"
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
)

func rowCodes(rows []Row) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Code)
	}
	return strings.Join(all, " ")
}

func TestA55_Search(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.s.Hide(o.ctx, o.admin, o.form("08010101")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		actor authz.Actor
		f     Filter
		want  string
	}{
		"everything, the Thai way":   {o.admin, Filter{}, "0801 0802 08 09 08010101 080201 08010102 080102 080101"},
		"by name":                    {o.admin, Filter{Text: "เจ้าท่า"}, "0802"},
		"by kind":                    {o.admin, Filter{Kind: authz.Department}, "0801 0802"},
		"by state":                   {o.admin, Filter{State: Hidden}, "08010101"},
		"under a unit":               {o.admin, Filter{Under: o.id["080101"]}, "08010101 08010102 080101"},
		"all at once":                {o.admin, Filter{Text: "งาน", Kind: authz.ServicePoint, State: Shown, Under: o.id["08"]}, "080201 08010102"},
		"the officer's own":          {o.officer, Filter{}, "0801 08010101 08010102 080102 080101"},
		"nothing foreign by name":    {o.officer, Filter{Text: "เจ้าท่า"}, ""},
		"nothing foreign by unit":    {o.officer, Filter{Under: o.id["0802"]}, ""},
		"only own parts of what has": {o.officer, Filter{Under: o.id["08"], Text: "ทะเบียน"}, "08010101"},
	} {
		l, err := o.s.Search(o.ctx, c.actor, c.f, "")
		want := len(strings.Fields(c.want))
		if err != nil || l.Count != want || rowCodes(l.Rows) != c.want {
			t.Errorf("%s: %q, %d, %v; want %q", name, rowCodes(l.Rows), l.Count, err, c.want)
		}
	}
	for _, f := range []Filter{{Kind: "x"}, {State: "x"}, {Text: "\x00"}} {
		if _, err := o.s.Search(o.ctx, o.admin, f, ""); !problem.Is(err, problem.BadInput) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	for _, page := range []string{"x", "eyJrIjpbIuC4gSIsIngiXX0", "eyJrIjpbIlx1MDAwMCIsIjEiXX0"} {
		if _, err := o.s.Search(o.ctx, o.admin, Filter{}, page); !problem.Is(err, problem.BadInput) {
			t.Errorf("page %s: %v", page, err)
		}
	}
}

func TestChildren(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for name, c := range map[string]struct {
		actor authz.Actor
		under string
		want  string
		above string
	}{
		"the top":             {o.admin, "", "08 09", ""},
		"a ministry":          {o.admin, "08", "0801 0802", ""},
		"a division":          {o.admin, "080101", "08010101 08010102", "08 0801"},
		"a leaf":              {o.admin, "08010101", "", "08 0801 080101"},
		"the officer's top":   {o.officer, "", "0801", ""},
		"the officer's below": {o.officer, "0801", "080102 080101", "08"},
	} {
		l, err := o.s.Children(o.ctx, c.actor, o.id[c.under], "")
		if err != nil || rowCodes(l.Rows) != c.want {
			t.Errorf("%s: %q, %v, want %q", name, rowCodes(l.Rows), err, c.want)
			continue
		}
		var above []string
		if c.under != "" {
			for _, a := range l.Line.Above() {
				above = append(above, a.Code)
			}
		}
		if got := strings.Join(above, " "); got != c.above {
			t.Errorf("%s: way %q, want %q", name, got, c.above)
		}
	}
	l, err := o.s.Children(o.ctx, o.admin, o.id["08"], "")
	if err != nil || l.Rows[0].Below != 2 || l.Rows[1].Below != 1 {
		t.Errorf("counts below: %+v, %v", l.Rows, err)
	}
	for _, code := range []string{"08", "0802", "080201"} {
		if _, err := o.s.Children(o.ctx, o.officer, o.id[code], ""); !problem.Is(err, problem.NotFound) {
			t.Errorf("the officer opens %s: %v", code, err)
		}
		if _, err := o.s.ByID(o.ctx, o.officer, o.id[code]); !problem.Is(err, problem.NotFound) {
			t.Errorf("the officer looks at %s: %v", code, err)
		}
	}
	// A person in two places, one above the other, starts at the upper one.
	both := authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.CentralOfficer, Agency: o.id["080101"]}, {Role: authz.CentralOfficer, Agency: o.id["0801"]}}}
	if l, err := o.s.Children(o.ctx, both, 0, ""); err != nil || rowCodes(l.Rows) != "0801" {
		t.Errorf("two places: %q, %v", rowCodes(l.Rows), err)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	department := o.id["0802"]
	const many = 2*pageSize + 5
	for i := range many {
		name := "จุดบริการ ก" // many of one name: the id keeps the order
		if i%3 == 0 {
			name = fmt.Sprintf("จุดบริการ %c", 'ก'+rune(i%40))
		}
		_, err := o.s.AddUnder(o.ctx, o.admin, "", Entry{Code: fmt.Sprintf("55%04d", i), Kind: authz.ServicePoint, Name: name}, &department)
		if err != nil {
			t.Fatal(err)
		}
	}
	want := ""
	if err := o.pool.QueryRow(o.ctx, `SELECT string_agg(code, ' ' ORDER BY name, id) FROM agencies WHERE code LIKE '55%'`).Scan(&want); err != nil {
		t.Fatal(err)
	}
	var seen []string
	page, back := "", ""
	for {
		l, err := o.s.Search(o.ctx, o.admin, Filter{Text: "จุดบริการ", Under: department}, page)
		if err != nil {
			t.Fatal(err)
		}
		if l.Count != many {
			t.Errorf("counted %d, want %d", l.Count, many)
		}
		seen = append(seen, rowCodes(l.Rows))
		back = l.Previous
		if page = l.Next; page == "" {
			break
		}
	}
	if got := strings.Join(seen, " "); got != want || len(seen) != 3 {
		t.Errorf("%d pages:\n%s\nwant\n%s", len(seen), got, want)
	}
	l, err := o.s.Search(o.ctx, o.admin, Filter{Text: "จุดบริการ", Under: department}, back)
	if err != nil || rowCodes(l.Rows) != seen[1] {
		t.Errorf("back to %q, %v", rowCodes(l.Rows), err)
	}
	c, err := o.s.Children(o.ctx, o.admin, department, "")
	if err != nil || c.Count != many+1 || len(c.Rows) != pageSize || c.Next == "" {
		t.Errorf("%d of %d below, %v", len(c.Rows), c.Count, err)
	}
}

func TestByID(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.s.Hide(o.ctx, o.admin, o.form("080101")); err != nil {
		t.Fatal(err)
	}
	a, err := o.s.ByID(o.ctx, o.officer, o.id["080101"])
	if err != nil {
		t.Fatal(err)
	}
	if a.Self().Code != "080101" || len(a.Below) != 2 || a.More || a.MayEdit || a.Seen(o.id["08"]) || !a.Seen(o.id["0801"]) {
		t.Errorf("%+v", a)
	}
	if len(a.History) != 1 || a.History[0].Who != "สมชาย" || a.History[0].Reason != "ปรับโครงสร้าง" {
		t.Errorf("history %+v", a.History)
	}
	if _, err := o.s.ByID(o.ctx, o.officer, 999999); !problem.Is(err, problem.NotFound) {
		t.Errorf("not there: %v", err)
	}
}

// TestMoreThanIsCounted looks at lists that are read in order instead of being
// collected and sorted.
func TestMoreThanIsCounted(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.pool.Exec(o.ctx, `INSERT INTO agencies (code, parent_id, kind, name)
		SELECT '44' || n, $1, 'service_point', 'ฝ่ายงาน ' || n FROM generate_series(10001, 11200) n`, o.id["0802"])
	if err != nil {
		t.Fatal(err)
	}
	filters := map[Filter]int{{Text: "ฝ่าย"}: mostFound, {Text: "าย"}: mostFound, {Text: "ฝ"}: mostFound}
	for _, text := range []string{"", "ฝ่าย", "าย", "ฝ"} {
		filters[Filter{Text: text, Under: o.id["0802"]}] = listing.CountLimit
	}
	for f, counted := range filters {
		text := f.Text
		first, err := o.s.Search(o.ctx, o.admin, f, "")
		if err != nil || first.Count != counted || !first.More || len(first.Rows) != pageSize || first.Previous != "" {
			t.Fatalf("%+v: %d of %d, %v", f, len(first.Rows), first.Count, err)
		}
		next, err := o.s.Search(o.ctx, o.admin, f, first.Next)
		if err != nil || len(next.Rows) != pageSize || next.Rows[0].Name <= first.Rows[pageSize-1].Name {
			t.Fatalf("%q, next: %d, %v", text, len(next.Rows), err)
		}
		back, err := o.s.Search(o.ctx, o.admin, f, next.Previous)
		if err != nil || rowCodes(back.Rows) != rowCodes(first.Rows) {
			t.Errorf("%q, back: %q, %v", text, rowCodes(back.Rows), err)
		}
	}
	l, err := o.s.Children(o.ctx, o.admin, o.id["08"], "")
	if err != nil || l.Rows[1].Below != listing.CountLimit+1 {
		t.Errorf("below: %+v, %v", l.Rows, err)
	}
	for _, text := range []string{"งาน", "งา"} {
		units, more, err := o.s.Find(o.ctx, o.admin, authz.ViewAgencies, text)
		if err != nil || !more || len(units) != maxUnits || units[0].Code != "080101" {
			t.Errorf("%s: %d units, the first %+v, %v", text, len(units), units[:min(1, len(units))], err)
		}
	}
	if units, more, err := o.s.Find(o.ctx, o.officer, authz.ViewAgencies, "ฝ่าย"); err != nil || more || len(units) > 0 {
		t.Errorf("the officer finds %q, %v", codes(units), err)
	}
}
