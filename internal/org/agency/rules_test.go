package agency

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

func TestWhereKindsStand(t *testing.T) {
	allowed := map[[2]Kind]bool{
		{"ministry", ""}: true, {"department", ""}: true, {"department", "ministry"}: true,
		{"division", "department"}: true, {"division", "division"}: true,
		{"service_point", "department"}: true, {"service_point", "division"}: true,
	}
	for _, kind := range authz.AgencyKinds {
		for _, parent := range append([]Kind{""}, authz.AgencyKinds...) {
			if got := misplaced(kind, parent) == ""; got != allowed[[2]Kind{kind, parent}] {
				t.Errorf("%s under %q: %v", kind, parent, got)
			}
		}
	}
}

func TestMayMove(t *testing.T) {
	one, two := ID(1), ID(2)
	department := Agency{ID: 1, Kind: authz.Department, ParentID: &two}
	division := Agency{ID: 3, Kind: authz.Division, ParentID: &one}
	ministry := Agency{ID: 2, Kind: authz.Ministry}
	for name, c := range map[string]struct {
		a      Agency
		parent Line
		ok     bool
	}{
		"to another ministry": {department, Line{{ID: 9, Kind: authz.Ministry}}, true},
		"to the top":          {department, nil, true},
		"under itself":        {department, Line{department, ministry}, false},
		"under its own unit":  {division, Line{{ID: 4, Kind: authz.Division, ParentID: &division.ID}, division}, false},
		"where it is":         {department, Line{ministry}, false},
		"a point to the top":  {Agency{ID: 5, Kind: authz.ServicePoint, ParentID: &one}, nil, false},
		"the top to the top":  {Agency{ID: 5, Kind: authz.Department}, nil, false},
	} {
		if err := mayMove(c.a, c.parent); (err == nil) != c.ok || err != nil && problem.Of(err).Field("unit") == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMayBecome(t *testing.T) {
	for name, c := range map[string]struct {
		kind   Kind
		code   string
		parent Kind
		below  []Kind
		held   []authz.Role
		ok     bool
	}{
		"a division":                {authz.Division, "1", authz.Department, nil, nil, true},
		"a division with points":    {authz.Division, "1", authz.Department, []Kind{authz.ServicePoint}, nil, true},
		"a point with points":       {authz.ServicePoint, "1", authz.Department, []Kind{authz.ServicePoint}, nil, false},
		"a point under a ministry":  {authz.ServicePoint, "1", authz.Ministry, nil, nil, false},
		"a division with officers":  {authz.Division, "1", authz.Department, nil, []authz.Role{authz.CentralOfficer}, false},
		"a division with authors":   {authz.Division, "1", authz.Department, nil, []authz.Role{authz.ManualAuthor}, true},
		"DGA with another code":     {authz.Department, "99", authz.Ministry, nil, []authz.Role{authz.DGAAdmin}, false},
		"DGA with the code it must": {authz.Department, authz.CodeDGA, authz.Ministry, nil, []authz.Role{authz.DGAAdmin}, true},
	} {
		if why := mayBecome(c.kind, c.code, c.parent, c.below, c.held); (why == "") != c.ok {
			t.Errorf("%s: %q", name, why)
		}
	}
}

func TestEntry(t *testing.T) {
	good := Entry{Code: "0801", Kind: authz.Department, Name: "กรม"}
	for name, c := range map[string]struct {
		change func(*Entry)
		fix    string
	}{
		"good":              {func(*Entry) {}, ""},
		"no code":           {func(e *Entry) { e.Code = "" }, "code"},
		"short code":        {func(e *Entry) { e.Code = "1" }, "code"},
		"20 digits":         {func(e *Entry) { e.Code = strings.Repeat("1", 20) }, ""},
		"21 digits":         {func(e *Entry) { e.Code = strings.Repeat("1", 21) }, "code"},
		"letters in a code": {func(e *Entry) { e.Code = "08a1" }, "code"},
		"Thai digits":       {func(e *Entry) { e.Code = "๐๘ ๐๑" }, ""},
		"no name":           {func(e *Entry) { e.Name = " \u200b " }, "name"},
		"long name":         {func(e *Entry) { e.Name = strings.Repeat("ก", 251) }, "name"},
		"bad bytes":         {func(e *Entry) { e.NameEN = "a\xff" }, ""},
		"unknown kind":      {func(e *Entry) { e.Kind = "x" }, "kind"},
		"no kind":           {func(e *Entry) { e.Kind = "" }, "kind"},
		"long address":      {func(e *Entry) { e.Address = strings.Repeat("ก", 501) }, "address"},
	} {
		e := good
		c.change(&e)
		fix := e.tidied().check()
		if got := strings.Join(slices.Collect(maps.Keys(fix)), " "); got != c.fix {
			t.Errorf("%s: fix %q, want %q", name, got, c.fix)
		}
	}
	e := Entry{Code: " ๐๘๐๑ ", Name: "  กรม\u200bการ \n ขนส่ง\x00 "}.tidied()
	if e.Code != "0801" || e.Name != "กรมการ ขนส่ง" {
		t.Errorf("tidied to %+v", e)
	}
}

func TestReason(t *testing.T) {
	for reason, ok := range map[string]bool{"ยุบหน่วยงาน": true, " ": false, "": false, strings.Repeat("ก", 501): false, "a\x00": false} {
		if err := checkReason(reason); (err == nil) != ok {
			t.Errorf("%.20q: %v", reason, err)
		}
	}
}
