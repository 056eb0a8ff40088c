package token_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/internal/people/token"
)

// listed is the whole list as role@code, page by page.
func (o *office) listed(actor authz.Actor, f token.Filter) []string {
	o.t.Helper()
	var all []string
	for page := ""; ; {
		l, err := o.tokens.List(context.Background(), actor, f, page)
		if err != nil {
			o.t.Fatal(err)
		}
		for _, r := range l.Rows {
			all = append(all, string(r.Role)+"@"+o.code(r.Agency))
		}
		if page = l.Next; page == "" {
			return all
		}
	}
}

func (o *office) code(id authz.AgencyID) (code string) {
	o.t.Helper()
	if err := o.pool.QueryRow(context.Background(), `SELECT code FROM agencies WHERE id = $1`, id).Scan(&code); err != nil {
		o.t.Fatal(err)
	}
	return code
}

func TestListIsWhatTheOfficerGivesOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	both := o.officer
	both.Grants = append(slices.Clone(both.Grants), o.admin.Grants...)
	twice := o.officer
	twice.Grants = append(slices.Clone(twice.Grants), twice.Grants...)
	own := []string{
		"manual_author@" + transport, "manual_reviewer@" + transport, "manual_author@" + division, "manual_reviewer@" + division,
		"service_point_officer@" + khonKaen, "service_point_officer@" + chiangMai,
	}
	national := []string{
		"central_officer@" + transport, "central_officer@" + marine,
		"opdc_admin@" + authz.CodeOPDC, "central_officer@" + authz.CodeOPDC,
		"dga_admin@" + authz.CodeDGA, "central_officer@" + authz.CodeDGA,
	}
	for name, tt := range map[string]struct {
		actor authz.Actor
		f     token.Filter
		want  []string
	}{
		"administrator":            {o.admin, token.Filter{}, national},
		"officer, the Thai order":  {o.officer, token.Filter{}, own},
		"officer, two memberships": {twice, token.Filter{}, own},
		"a role":                   {o.officer, token.Filter{Role: authz.ServicePointOfficer}, own[4:]},
		"a role of others":         {o.officer, token.Filter{Role: authz.CentralOfficer}, nil},
		"part of a name":           {o.officer, token.Filter{Query: "ขอนแก่น"}, own[4:5]},
		"other spelling":           {o.officer, token.Filter{Query: "เเก่น"}, own[4:5]},
		"a wildcard is a letter":   {o.officer, token.Filter{Query: "%"}, nil},
		"an underscore as well":    {o.officer, token.Filter{Query: "_"}, nil},
		"a unit":                   {o.officer, token.Filter{Unit: o.ids[division]}, own[2:4]},
		"the unit above":           {o.officer, token.Filter{Unit: o.ids[ministry]}, own},
		"a unit of others":         {o.officer, token.Filter{Unit: o.ids[marine]}, nil},
		"a ministry":               {o.admin, token.Filter{Unit: o.ids[ministry]}, national[:2]},
		"search under a ministry":  {o.admin, token.Filter{Unit: o.ids[ministry], Query: "เจ้าท่า"}, national[1:2]},
		"both hats, one role":      {both, token.Filter{Role: authz.ManualAuthor}, []string{own[0], own[2]}},
		"both hats, the other":     {both, token.Filter{Role: authz.DGAAdmin}, national[4:5]},
	} {
		if got := o.listed(tt.actor, tt.f); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	if _, err := o.tokens.List(t.Context(), o.author, token.Filter{}, ""); !problem.Is(err, problem.Forbidden) {
		t.Errorf("an author: %v, want Forbidden", err)
	}
	for _, f := range []token.Filter{{Role: "x"}, {State: "x"}} {
		if _, err := o.tokens.List(t.Context(), o.officer, f, ""); !problem.Is(err, problem.BadInput) {
			t.Errorf("%v: %v, want BadInput", f, err)
		}
	}
	if _, err := o.tokens.List(t.Context(), o.officer, token.Filter{}, "eyJrIjpbImEiLCJiIiwiYyJdfQ"); !problem.Is(err, problem.BadInput) {
		t.Errorf("a cursor of no place: %v, want BadInput", err)
	}
}

func TestListTellsTheStateOfTheLastCode(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.issue(authz.ManualAuthor, division) // will have expired
	o.now = o.now.Add(token.Lifetime)
	_, used := o.issue(authz.ManualReviewer, transport)
	o.use(used)
	o.issue(authz.ManualAuthor, transport) // replaced by the next
	o.issue(authz.ManualAuthor, transport)
	want := map[token.State]string{
		token.Used: "manual_reviewer@" + transport, token.Ready: "manual_author@" + transport, token.Expired: "manual_author@" + division,
		token.NotIssued: "manual_reviewer@" + division + " service_point_officer@" + khonKaen + " service_point_officer@" + chiangMai,
	}
	for _, state := range token.States {
		if got := strings.Join(o.listed(o.officer, token.Filter{State: state}), " "); got != want[state] {
			t.Errorf("%s: %s, want %s", state, got, want[state])
		}
		l, err := o.tokens.List(t.Context(), o.officer, token.Filter{State: state, Unit: o.ids[transport]}, "")
		if err != nil {
			t.Fatal(err)
		}
		if l.Count != len(l.Rows) || l.UnitName != "กรมการขนส่งทางบก" {
			t.Errorf("%s: counted %d in %q", state, l.Count, l.UnitName)
		}
		for _, r := range l.Rows {
			if r.State != state {
				t.Errorf("%s: a row says %s", state, r.State)
			}
			if state == token.Used && (r.UsedBy == nil || !strings.HasPrefix(*r.UsedBy, "สมชาย") || r.UsedAt == nil) {
				t.Errorf("used by %v at %v", r.UsedBy, r.UsedAt)
			}
		}
	}
}

func TestListTurnsItsPagesBothWays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.change(func(ctx context.Context, tx *audit.Tx) error {
		for i := range 120 {
			// Every third bears the same name.
			a := agency.Agency{Code: fmt.Sprintf("08004000600%03d", i), Kind: authz.ServicePoint, Name: fmt.Sprintf("จุดบริการ %d", i/3)}
			if _, err := agency.Add(ctx, tx, a, transport); err != nil {
				return err
			}
		}
		return nil
	})
	var pages [][]token.Row
	first, err := o.tokens.List(t.Context(), o.officer, token.Filter{}, "")
	if err != nil {
		t.Fatal(err)
	}
	l := first
	for {
		pages = append(pages, l.Rows)
		if l.Next == "" {
			break
		}
		if l, err = o.tokens.List(t.Context(), o.officer, token.Filter{}, l.Next); err != nil {
			t.Fatal(err)
		}
	}
	if len(pages) != 6 || l.Count != 126 || len(slices.Concat(pages...)) != 126 {
		t.Fatalf("%d pages, %d rows, counted %d", len(pages), len(slices.Concat(pages...)), l.Count)
	}
	for i := len(pages) - 2; i >= 0; i-- {
		if l, err = o.tokens.List(t.Context(), o.officer, token.Filter{}, l.Previous); err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(l.Rows, pages[i], func(a, b token.Row) bool { return a.Pair == b.Pair }) {
			t.Errorf("page %d differs on the way back", i+1)
		}
	}
	if l.Previous != "" {
		t.Error("a page before the first")
	}
}
