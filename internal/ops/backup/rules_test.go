package backup

import (
	"errors"
	"strings"
	"testing"
)

func TestMayTake(t *testing.T) {
	h := Head{Format: format, Schema: 28}
	for name, tt := range map[string]struct {
		target
		want string
	}{
		"nothing there":       {target{}, ""},
		"our tables":          {target{ours: true, schema: 28, tables: []string{"staff"}}, ""},
		"our older tables":    {target{ours: true, schema: 3, tables: []string{"staff"}}, ""},
		"our newer tables":    {target{ours: true, schema: 29, tables: []string{"staff"}}, "has the schema 29 already"},
		"rows":                {target{ours: true, schema: 28, tables: []string{"staff"}, filled: []string{"staff"}}, "rows in staff"},
		"somebody's tables":   {target{tables: []string{"customers"}}, "not the portal's"},
		"rows in newer table": {target{ours: true, schema: 29, filled: []string{"staff"}}, "not empty"},
	} {
		if err := tt.mayTake(h); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMayRestore(t *testing.T) {
	for _, tt := range []struct {
		head Head
		want string
	}{
		{Head{Format: format, Schema: 28}, ""}, {Head{Format: format, Schema: 1}, ""},
		{Head{Format: format, Schema: 29, Portal: "0.9"}, "0.9, or a newer one"}, {Head{Format: format + 1, Schema: 1, Portal: "2.0"}, "2.0"},
	} {
		if err := tt.head.mayRestore(28); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.head, err)
		}
	}
}

func TestManifest(t *testing.T) {
	m := Manifest{Tables: []Copied{{"a", 2, 10, "x"}, {"b", 0, 0, "y"}}}
	if m.Rows() != 2 || m.verify([]Copied{{"a", 0, 10, "x"}, {"b", 0, 0, "y"}}) != nil {
		t.Error("what was read is what was written")
	}
	for name, read := range map[string][]Copied{
		"none": nil, "one": {{"a", 0, 10, "x"}}, "another table": {{"a", 0, 10, "x"}, {"c", 0, 0, "y"}},
		"another length": {{"a", 0, 11, "x"}, {"b", 0, 0, "y"}}, "another sum": {{"a", 0, 10, "z"}, {"b", 0, 0, "y"}},
	} {
		if err := m.verify(read); !errors.Is(err, errDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if m.Tables[0].counted(2) != nil || m.Tables[0].counted(1) == nil {
		t.Error("rows are not counted")
	}
}
