package auditlog_test

import (
	"context"
	"slices"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/auditlog"
	"portal/internal/org/agency"
)

// called writes n entries about the agency that have the name.
func (b *bench) called(agency, n int, name string) {
	b.t.Helper()
	for done := 0; done < n; done += 1000 {
		b.exec(`INSERT INTO audit_entries (action, subject, subject_name, agencies)
			SELECT 'agency.changed', 'agency', $1, ARRAY[$2::bigint] FROM generate_series(1, $3)`, name, agency, min(1000, n-done))
	}
}

// pages are the lengths of the list's pages as the officer sees it, and the ids on
// them; each page leads back to the one before.
func (b *bench) pages(f auditlog.Filter) (lengths []int, ids []auditlog.ID) {
	b.t.Helper()
	var before []auditlog.Entry
	for cursor := ""; ; {
		l, err := b.s.Entries(context.Background(), officer, f, cursor)
		if err != nil {
			b.t.Fatal(err)
		}
		if before != nil {
			back, err := b.s.Entries(context.Background(), officer, f, l.Page.Previous)
			if err != nil || len(back.Page.Rows) != len(before) || back.Page.Rows[0].ID != before[0].ID {
				b.t.Errorf("%v: page %d does not lead back, %v", f, len(lengths)+1, err)
			}
		}
		before, lengths = l.Page.Rows, append(lengths, len(l.Page.Rows))
		for _, e := range l.Page.Rows {
			ids = append(ids, e.ID)
		}
		if cursor = l.Page.Next; cursor == "" {
			return lengths, ids
		}
	}
}

// TestTextsAreFoundWhereverTheyStand looks for texts that fill no page among the
// newest entries of the officer's department.
func TestTextsAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.called(4, 60, "ทุเรียนหมอนทอง")
	b.called(3, 5, "ทุเรียนหมอนทอง") // of others
	b.called(3, 10_095, "กล้วยไข่")
	b.called(4, 70, "กล้วยไข่")
	for range 132 {
		b.called(4, 2, "มะม่วง")
		b.called(4, 43, "")
	}
	for text, want := range map[string]struct {
		lengths     []int
		first, last auditlog.ID
	}{
		"มะม่วง":         {[]int{50, 50, 50, 50, 50, 14}, 10_230 + 131*45 + 2, 10_231}, // now and then
		"ทุเรียน":        {[]int{50, 10}, 60, 1},                                       // rare, and long ago
		"ทุเรียนหมอนทอง": {[]int{50, 10}, 60, 1},                                       // the same, by a long text
		"กล้วยไข่":       {[]int{50, 20}, 10_230, 10_161},                              // frequent elsewhere
	} {
		lengths, ids := b.pages(auditlog.Filter{Text: text})
		if !slices.Equal(lengths, want.lengths) {
			t.Errorf("%s: pages of %v", text, lengths)
		} else if ids[0] != want.first || ids[len(ids)-1] != want.last {
			t.Errorf("%s: from %d to %d", text, ids[0], ids[len(ids)-1])
		}
		if !slices.IsSortedFunc(ids, func(a, b auditlog.ID) int { return int(b - a) }) {
			t.Errorf("%s: not the newest first", text)
		}
	}
}

// fill writes n entries about agency 4, a few at a time.
func (b *bench) fill(n int) {
	b.t.Helper()
	for range n / 1300 {
		b.exec(`INSERT INTO audit_entries (action, subject, agencies) SELECT 'agency.changed', 'agency/4', '{4}' FROM generate_series(1, 1300)`)
	}
}

// TestShortTextsLookFurtherBackPageByPage hides two entries behind thousands.
func TestShortTextsLookFurtherBackPageByPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.record(admin, agency.ActionChanged, audit.Subject{Key: "agency/4", Name: "ฌฌ", Agencies: []authz.AgencyID{4}}, nil)
	b.fill(5200)
	b.record(admin, agency.ActionChanged, audit.Subject{Key: "agency/4", Name: "ฌฌ", Agencies: []authz.AgencyID{4}}, nil)
	for name, c := range map[string]struct {
		actor authz.Actor
		pages int // 5,000 entries on each, or 2,500 of one's own
	}{"everything": {admin, 2}, "own": {officer, 3}} {
		var seen []auditlog.ID
		actor, cursor, pages := c.actor, "", 0
		for {
			l, err := b.s.Entries(t.Context(), actor, auditlog.Filter{Text: "ฌฌ"}, cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range l.Page.Rows {
				seen = append(seen, e.ID)
			}
			pages++
			if cursor = l.Page.Next; cursor == "" {
				break
			}
			if !l.Partial || !l.More {
				t.Errorf("%s: page %d does not say that it is a part", name, pages)
			}
			back, err := b.s.Entries(t.Context(), actor, auditlog.Filter{Text: "ฌฌ"}, cursor)
			if err != nil || back.Page.Previous == "" {
				t.Errorf("%s: no way back from page %d, %v", name, pages, err)
			}
		}
		if !slices.Equal(seen, []auditlog.ID{5202, 1}) || pages != c.pages {
			t.Errorf("%s: %v on %d pages", name, seen, pages)
		}
	}
	// Three letters find all at once, wherever they are.
	b.record(admin, agency.ActionChanged, audit.Subject{Key: "agency/4", Name: "ฌฌฌ", Agencies: []authz.AgencyID{4}}, nil)
	b.fill(13_000)
	// The statistics are those of one entry among the pages of many that are gone.
	b.exec(`UPDATE pg_class SET reltuples = 1, relpages = 1000000 WHERE oid IN ('audit_entries'::regclass, 'audit_reach'::regclass)
		OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN ('audit_entries'::regclass, 'audit_reach'::regclass))`)
	defer b.exec(`ANALYZE audit_entries, audit_reach`) // not for the next test
	if got := b.ids(officer, auditlog.Filter{Text: "ฌฌฌ"}); !slices.Equal(got, []auditlog.ID{5203}) {
		t.Errorf("%v", got)
	}
}
