package auditlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/text/thaidate"
)

// Words are the detail of an entry, to be read by people.
type Words struct {
	Changes []Change
	Facts   []Fact
	Reason  string
}

// Change is one field before and after.
type Change struct{ Field, Before, After string }

// Fact is one thing more that an entry says.
type Fact struct{ Name, Value string }

// String is the change in one line.
func (c Change) String() string {
	return fmt.Sprintf("%s: %s → %s", c.Field, cmpOr(c.Before, "ไม่มี"), cmpOr(c.After, "ไม่มี"))
}

// String is the fact in one line.
func (f Fact) String() string { return f.Name + ": " + f.Value }

func cmpOr(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// Says is how a field and its value are said where the entry's own subject has
// words for them.
type Says func(field, value string) (name, words string, known bool)

// Words reads the detail. What neither it nor says knows it shows as it stands.
func (e Described) Words(says Says) Words {
	var all map[string]any
	d := json.NewDecoder(bytes.NewReader(e.Detail))
	d.UseNumber() // a number of 19 digits stays what it is
	if err := d.Decode(&all); err != nil {
		return Words{Facts: []Fact{{"รายละเอียด", string(e.Detail)}}}
	}
	w := Words{}
	if r, ok := all["reason"].(string); ok {
		w.Reason = e.reasonWord(r)
		delete(all, "reason")
	}
	w.Changes = e.changes(all["before"], all["after"], says)
	delete(all, "before")
	delete(all, "after")
	for _, name := range e.sorted(all) {
		if value := e.value(name, all[name]); value != "" {
			w.Facts = append(w.Facts, Fact{e.fieldName(name), value})
		}
	}
	return w
}

// changes pairs the fields of before and after that differ, or that stand on
// one side alone.
func (e Described) changes(before, after any, says Says) []Change {
	from, to := fields(before), fields(after)
	names := map[string]any{}
	for _, side := range []map[string]any{from, to} {
		for name := range side {
			names[name] = nil
		}
	}
	var all []Change
	for _, name := range e.sorted(names) {
		c := Change{e.fieldName(name), e.value(name, from[name]), e.value(name, to[name])}
		for side, v := range map[*string]any{&c.Before: from[name], &c.After: to[name]} {
			if text, ok := v.(string); ok && says != nil {
				if field, words, known := says(name, text); known {
					c.Field, *side = field, words
				}
			}
		}
		if c.Before != c.After {
			all = append(all, c)
		}
	}
	return slices.Compact(all) // an agency's number and its name say the same
}

// fields takes what is no object for one field without a name.
func fields(v any) map[string]any {
	switch v := v.(type) {
	case nil:
		return nil
	case map[string]any:
		return v
	}
	return map[string]any{"value": v}
}

// sorted lists the names in the order of their catalogues, the others behind.
func (e Described) sorted(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := e.rank(a) - e.rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return names
}

// value is a value in words.
func (e Described) value(name string, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return e.text(name, v)
	case bool:
		return yesNo(name, v)
	case json.Number:
		if id, err := v.Int64(); err == nil && isAgency(name) {
			if known := e.Agencies[authz.AgencyID(id)]; known != "" {
				return known
			}
			return "เลขที่ " + strconv.FormatInt(id, 10)
		}
		return v.String()
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = e.value(name, one)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		var parts []string
		for _, inner := range e.sorted(v) {
			if value := e.value(inner, v[inner]); value != "" {
				parts = append(parts, e.fieldName(inner)+": "+value)
			}
		}
		return strings.Join(parts, " · ")
	}
	return fmt.Sprint(v)
}

func (e Described) text(name, v string) string {
	switch {
	case authz.Role(v).Valid() && strings.HasPrefix(name, "role"):
		return authz.Role(v).Name()
	case name == "kind" && authz.AgencyKind(v).Valid():
		return authz.AgencyKind(v).Name()
	case name == "shown" && (v == "true" || v == "false"): // as files of agencies have it
		return yesNo(name, v == "true")
	case name == "action" && e.words.Action(audit.Action(v)) != "":
		return e.words.Action(audit.Action(v))
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return thaidate.ShortTime(at)
	}
	if at, err := thaidate.ParseMoment(v); err == nil {
		return thaidate.ShortTime(at)
	}
	return e.valueWord(v)
}

func yesNo(name string, v bool) string {
	switch {
	case name == "shown" && v:
		return "แสดง"
	case name == "shown":
		return "ซ่อน"
	case v:
		return "ใช่"
	}
	return "ไม่ใช่"
}

func isAgency(name string) bool {
	return slices.Contains([]string{"agency", "agency_id", "parent", "parent_id", "unit", "unit_id"}, name)
}
