package listing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

var everyType = Order{Columns: []Column{{"t", Text}, {"i", Int}, {"b", BigInt}, {"id", ID}, {"at", Time}, {"h", SHA256}}}

func TestKeysAreParametersOfTheirTypes(t *testing.T) {
	at := time.Date(2026, 11, 29, 13, 0, 0, 1000, time.FixedZone("ICT", 7*3600))
	keys := []string{"ก", Number(int64(-2)), Number(int64(0)), Number(int64(7)), Moment(at), strings.Repeat("ab", 32)}
	c, err := everyType.Parse(Cursor{Keys: keys}.String())
	if err != nil {
		t.Fatal(err)
	}
	q := Query{Args: []any{"before"}}
	sql, err := everyType.After(&q, c, "p")
	want := `(p.t, p.i, p.b, p.id, p.at, p.h) > ($2::text, $3::int, $4::bigint, $5::bigint, $6::timestamptz, $7::bytea)`
	if err != nil || sql != want {
		t.Errorf("%s, %v", sql, err)
	}
	if len(q.Args) != 7 || q.Args[1] != "ก" || q.Args[2] != int64(-2) || !q.Args[5].(time.Time).Equal(at) || len(q.Args[6].([]byte)) != 32 {
		t.Errorf("%#v", q.Args)
	}
	if sql, err := everyType.After(&q, Cursor{}, "p"); sql != "" || err != nil || len(q.Args) != 7 {
		t.Errorf("the first page comes after %q, %v", sql, err)
	}
}

func TestKeysThatNoColumnHolds(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for _, bad := range []struct {
		Type
		key string
	}{
		{Text, "ก\x00"},
		{Int, "2147483648"}, {Int, "x"}, {BigInt, "9223372036854775808"}, {BigInt, ""}, {ID, "0"}, {ID, "-1"},
		{Time, "0000-01-01T00:00:00Z"}, {Time, "2026-01-01T00:00:00+23:59"}, {Time, "2026-01-01T00:00:00,5Z"}, {Time, "infinity"},
		{SHA256, hash[2:]}, {SHA256, strings.ToUpper(hash)}, {SHA256, "x"},
	} {
		o := Order{Columns: []Column{{"c", bad.Type}}}
		c := Cursor{Keys: []string{bad.key}}
		if _, err := o.Parse(c.String()); !errors.Is(err, ErrCursor) {
			t.Errorf("%q as %d: %v", bad.key, bad.Type, err)
		}
		if _, err := o.After(&Query{}, c, ""); !errors.Is(err, ErrCursor) { // made by hand
			t.Errorf("after %q as %d: %v", bad.key, bad.Type, err)
		}
	}
}

func TestBothDirections(t *testing.T) {
	for _, tt := range []struct {
		down, back bool
		want       string
	}{
		{false, false, "> name ASC, id ASC"}, {false, true, "< name DESC, id DESC"},
		{true, false, "< name DESC, id DESC"}, {true, true, "> name ASC, id ASC"},
	} {
		o := Order{Columns: []Column{{"name", Text}, {"id", ID}}, Down: tt.down}
		c := Cursor{Back: tt.back, Keys: []string{"ก", "1"}}
		if got := o.Compare(c) + " " + o.By(c, ""); got != tt.want {
			t.Errorf("down %v, back %v: %s", tt.down, tt.back, got)
		}
	}
	if got := (Order{Columns: []Column{{"name", Text}, {"id", ID}}}).By(Cursor{}, "p"); got != "p.name ASC, p.id ASC" {
		t.Error(got)
	}
}

func TestQuery(t *testing.T) {
	var q Query
	q.Add("a = " + q.Arg(1))
	q.Add("")
	more := q.Clone()
	more.Add("b = " + more.Arg(2))
	if got := Where(q.Conditions, []string{"", "c"}); got != " WHERE a = $1 AND c" || len(q.Args) != 1 {
		t.Errorf("%s of %v", got, q.Args)
	}
	if got := Where(more.Conditions); got != " WHERE a = $1 AND b = $2" || fmt.Sprint(more.Args) != "[1 2]" {
		t.Errorf("%s of %v", got, more.Args)
	}
	if got := Where(nil, []string{""}); got != "" {
		t.Error(got)
	}
}

func TestReach(t *testing.T) {
	within := func(roots string) string { return "x = ANY (" + roots + ")" }
	var q Query
	Reach{Everywhere: true}.Limit(&q, within)
	if len(q.Conditions)+len(q.Args) != 0 {
		t.Errorf("everywhere: %+v", q)
	}
	Reach{Roots: []authz.AgencyID{5}}.Limit(&q, within)
	if len(q.Args) != 1 || q.Conditions[0] != "x = ANY ($1)" {
		t.Errorf("%+v", q)
	}
	var none Query
	ReachOf(authz.Actor{}, authz.ViewAgencies).Limit(&none, within)
	if len(none.Conditions) != 1 {
		t.Error("an actor without a grant reaches everything")
	}
}

func TestCounted(t *testing.T) {
	for n, want := range map[int]string{0: "0 false", 1000: "1000 false", 1001: "1000 true"} {
		p := Page[int]{}.Counted(n, CountLimit)
		if got := fmt.Sprint(p.Count, p.More); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
