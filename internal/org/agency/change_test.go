package agency

import (
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

func (o *office) read(code string) Agency {
	o.t.Helper()
	a, err := o.s.ByCode(o.ctx, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o *office) form(code string) Form {
	a := o.read(code)
	return Form{ID: a.ID, Version: a.Version, Reason: "ปรับโครงสร้าง"}
}

func (o *office) count(sql string, args ...any) (n int) {
	o.t.Helper()
	if err := o.pool.QueryRow(o.ctx, sql, args...).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// brokenPaths counts the rows by which the closure, with what it keeps of the
// agencies, differs from the tree.
const brokenPaths = `WITH RECURSIVE up AS (
		SELECT id AS agency_id, id AS ancestor_id, 0 AS depth FROM agencies
		UNION ALL
		SELECT up.agency_id, a.parent_id, up.depth + 1 FROM up JOIN agencies a ON a.id = up.ancestor_id
		WHERE a.parent_id IS NOT NULL AND up.depth < 50),
	named AS (SELECT up.*, a.name, a.kind, a.shown FROM up JOIN agencies a ON a.id = up.agency_id),
	kept AS (SELECT agency_id, ancestor_id, depth, unit_name, unit_kind, unit_shown FROM agency_paths)
	SELECT count(*) FROM ((SELECT * FROM named EXCEPT SELECT * FROM kept) UNION ALL (SELECT * FROM kept EXCEPT SELECT * FROM named)) AS d`

func (o *office) wholeTree() {
	o.t.Helper()
	if n := o.count(brokenPaths); n != 0 {
		o.t.Errorf("the closure differs from the tree in %d rows", n)
	}
}

func TestAddUnder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	parent := o.id["080101"]
	e := Entry{Code: "08010199", Kind: authz.ServicePoint, Name: " จุดบริการ  ใหม่ ", Telephone: "053 270 410"}
	id, err := o.s.AddUnder(o.ctx, o.admin, "", e, &parent)
	if err != nil {
		t.Fatal(err)
	}
	a := o.read("08010199")
	if a.ID != id || a.Name != "จุดบริการ ใหม่" || a.Telephone != "053 270 410" || a.Hidden || *a.ParentID != parent {
		t.Errorf("added %+v", a)
	}
	o.wholeTree()
	if n := o.count(`SELECT count(*) FROM audit_entries e JOIN audit_reach r ON r.entry_id = e.id
		WHERE action = 'agency.added' AND r.agency_id = $1`, o.id["0801"]); n != 1 {
		t.Errorf("%d entries for the department", n)
	}
	for name, c := range map[string]struct {
		e      Entry
		parent *ID
		field  string
	}{
		"the code is taken":  {Entry{Code: "0801", Kind: authz.ServicePoint, Name: "ก"}, &parent, "code"},
		"a point on top":     {Entry{Code: "77", Kind: authz.ServicePoint, Name: "ก"}, nil, "unit"},
		"a ministry below":   {Entry{Code: "77", Kind: authz.Ministry, Name: "ก"}, &parent, "unit"},
		"nothing was filled": {Entry{}, nil, "name"},
	} {
		if _, err := o.s.AddUnder(o.ctx, o.admin, "", c.e, c.parent); problem.Of(err).Field(c.field) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := o.count(`SELECT count(*) FROM agencies`); n != len(tree)+1 {
		t.Errorf("%d agencies", n)
	}
}

func TestA31_OnlyAdministratorsChangeTheTree(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, code := range []string{"0801", "080101", "0802"} { // the officer's own, one below, a foreign one
		f, parent := o.form(code), o.id["08"]
		_, added := o.s.AddUnder(o.ctx, o.officer, "", Entry{Code: "99", Kind: authz.Department, Name: "ก"}, &parent)
		_, shown := o.s.ToEdit(o.ctx, o.officer, f.ID)
		for what, err := range map[string]error{
			"add": added, "form": shown, "edit": o.s.Edit(o.ctx, o.officer, f, Entry{}), "move": o.s.Move(o.ctx, o.officer, f, nil),
			"hide": o.s.Hide(o.ctx, o.officer, f), "show": o.s.Show(o.ctx, o.officer, f),
		} {
			if !problem.Is(err, problem.Forbidden) {
				t.Errorf("%s %s: %v", what, code, err)
			}
		}
	}
	if n := o.count(`SELECT count(*) FROM agencies WHERE version > 1`) + o.count(`SELECT count(*) FROM agencies`) - len(tree); n != 0 {
		t.Errorf("%d agencies changed", n)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := o.form("080101")
	f.Key = idempotency.New()
	e := Entry{Code: "080101", Kind: authz.Division, Name: "สำนักงานขนส่งเชียงใหม่", Address: "ต.แม่เหียะ"}
	if err := o.s.Edit(o.ctx, o.admin, f, e); err != nil {
		t.Fatal(err)
	}
	if err := o.s.Edit(o.ctx, o.admin, f, e); !errors.Is(err, idempotency.ErrDone) {
		t.Errorf("sent twice: %v", err)
	}
	old := f
	old.Key = ""
	if err := o.s.Edit(o.ctx, o.admin, old, e); !problem.Is(err, problem.Conflict) {
		t.Errorf("somebody else saved meanwhile: %v", err)
	}
	if err := o.s.Edit(o.ctx, o.admin, o.form("080101"), e); !errors.Is(err, idempotency.ErrDone) {
		t.Errorf("nothing changed: %v", err)
	}
	if a := o.read("080101"); a.Name != e.Name || a.Version != 2 {
		t.Errorf("%+v", a)
	}
	o.wholeTree()
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'agency.changed' AND detail->'before'->>'name' = 'สำนักงานขนส่งจังหวัดเชียงใหม่'
		AND detail->'after'->>'address' = 'ต.แม่เหียะ' AND NOT detail->'after' ? 'code'`); n != 1 {
		t.Errorf("%d entries", n)
	}
	e.Code, e.Kind = "0801", authz.ServicePoint
	if err := o.s.Edit(o.ctx, o.admin, o.form("080101"), e); problem.Of(err).Field("kind") == "" {
		t.Errorf("a division with points under it became a point: %v", err)
	}
	e.Kind = authz.Division
	if err := o.s.Edit(o.ctx, o.admin, o.form("080101"), e); problem.Of(err).Field("code") == "" {
		t.Errorf("a code was taken twice: %v", err)
	}
	err := o.s.Edit(o.ctx, o.admin, Form{ID: 999999}, e)
	if !problem.Is(err, problem.NotFound) {
		t.Errorf("an agency that is not there: %v", err)
	}
}

func TestEditKeepsRolesPossible(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.pool.Exec(o.ctx, `INSERT INTO memberships (staff_id, agency_id, role, since) VALUES ($1, $2, 'central_officer', now())`,
		o.officer.StaffID, o.id["0802"])
	if err != nil {
		t.Fatal(err)
	}
	var none *ID
	if err := o.s.Move(o.ctx, o.admin, o.form("080201"), none); problem.Of(err).Field("unit") == "" {
		t.Errorf("a point moved to the top: %v", err)
	}
	if _, err := o.pool.Exec(o.ctx, `UPDATE agencies SET parent_id = $1 WHERE code = '0802'`, o.id["0801"]); err != nil {
		t.Fatal(err)
	}
	e := Entry{Code: "0802", Kind: authz.Division, Name: "กองเจ้าท่า"}
	if err := o.s.Edit(o.ctx, o.admin, o.form("0802"), e); problem.Of(err).Field("kind") == "" {
		t.Errorf("a department with a central officer became a division: %v", err)
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	to := o.id["0802"]
	f := o.form("080101")
	if err := o.s.Move(o.ctx, o.admin, Form{ID: f.ID, Version: f.Version}, &to); problem.Of(err).Field("reason") == "" {
		t.Errorf("without a reason: %v", err)
	}
	if err := o.s.Move(o.ctx, o.admin, f, &to); err != nil {
		t.Fatal(err)
	}
	o.wholeTree()
	// What was under it went with it: the officer no longer sees it.
	if _, err := o.s.ByID(o.ctx, o.officer, o.id["08010101"]); !problem.Is(err, problem.NotFound) {
		t.Errorf("the officer of its old department still sees it: %v", err)
	}
	for _, code := range []string{"0801", "0802"} {
		if n := o.count(`SELECT count(*) FROM audit_entries e JOIN audit_reach r ON r.entry_id = e.id
			WHERE action = 'agency.moved' AND r.agency_id = $1 AND detail->>'reason' = 'ปรับโครงสร้าง'`, o.id[code]); n != 1 {
			t.Errorf("%s sees %d entries of the move", code, n)
		}
	}
	under, self := o.id["080101"], o.id["0802"]
	for _, parent := range []*ID{&under, &self} {
		if err := o.s.Move(o.ctx, o.admin, o.form("0802"), parent); problem.Of(err).Field("unit") == "" {
			t.Errorf("moved under itself: %v", err)
		}
	}
	if err := o.s.Move(o.ctx, o.admin, o.form("0802"), nil); err != nil {
		t.Errorf("a department to the top: %v", err)
	}
	if err := o.s.Move(o.ctx, o.admin, f, &to); !problem.Is(err, problem.Conflict) {
		t.Errorf("from an old form: %v", err)
	}
	o.wholeTree()
}

func TestHideAndShow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := o.form("080101")
	if err := o.s.Hide(o.ctx, o.admin, Form{ID: f.ID, Version: f.Version}); problem.Of(err).Field("reason") == "" {
		t.Errorf("without a reason: %v", err)
	}
	if err := o.s.Hide(o.ctx, o.admin, f); err != nil {
		t.Fatal(err)
	}
	if !o.read("080101").Hidden || o.read("08010101").Hidden {
		t.Error("it is not hidden, or what is under it is")
	}
	o.wholeTree()
	if err := o.s.Hide(o.ctx, o.admin, o.form("080101")); !errors.Is(err, idempotency.ErrDone) {
		t.Errorf("hidden twice: %v", err)
	}
	if err := o.s.Show(o.ctx, o.admin, o.form("080101")); err != nil || o.read("080101").Hidden {
		t.Errorf("shown again: %v", err)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action IN ('agency.hidden', 'agency.shown')`); n != 2 {
		t.Errorf("%d entries", n)
	}
}

// TestRandomMovesKeepTheClosure moves divisions about and compares the closure
// with what a recursive query gives.
func TestRandomMovesKeepTheClosure(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var ids []ID
	department := o.id["0801"]
	for i := range 25 {
		parent := department
		if i > 3 {
			parent = ids[rand.IntN(len(ids))]
		}
		id, err := o.s.AddUnder(o.ctx, o.admin, "", Entry{Code: "99" + string(rune('0'+i/10)) + string(rune('0'+i%10)), Kind: authz.Division, Name: "กอง"}, &parent)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	moved, refused := 0, 0
	for range 120 {
		id, to := ids[rand.IntN(len(ids))], ids[rand.IntN(len(ids))]
		line, err := o.s.ToEdit(o.ctx, o.admin, id)
		if err != nil {
			t.Fatal(err)
		}
		err = o.s.Move(o.ctx, o.admin, Form{ID: id, Version: line.Self().Version, Reason: "ลอง"}, &to)
		switch {
		case err == nil:
			moved++
		case problem.Is(err, problem.Invalid):
			refused++
		default:
			t.Fatal(err)
		}
		o.wholeTree()
	}
	if moved < 10 || refused < 5 {
		t.Errorf("%d moves, %d refused: too few to show anything", moved, refused)
	}
}

// TestOppositeMoves sends A under B and B under A at once: never a cycle.
func TestOppositeMoves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for round := range 10 {
		department := o.id["0802"]
		var pair [2]ID
		for i := range pair {
			id, err := o.s.AddUnder(o.ctx, o.admin, "", Entry{Code: "77" + string(rune('0'+round)) + string(rune('0'+i)), Kind: authz.Division, Name: "กอง"}, &department)
			if err != nil {
				t.Fatal(err)
			}
			pair[i] = id
		}
		var wait sync.WaitGroup
		var errs [2]error
		for i := range pair {
			wait.Go(func() {
				errs[i] = o.s.Move(o.ctx, o.admin, Form{ID: pair[i], Version: 1, Reason: "ลอง"}, &pair[1-i])
			})
		}
		wait.Wait()
		if errs[0] == nil && errs[1] == nil || errs[0] != nil && errs[1] != nil {
			t.Errorf("round %d: %v, %v", round, errs[0], errs[1])
		}
		o.wholeTree()
	}
	// By hand, past the use case, the triggers alone must hold as well.
	a, b := o.id["080101"], o.id["080102"]
	var wait sync.WaitGroup
	for _, p := range [][2]ID{{a, b}, {b, a}} {
		wait.Go(func() { _, _ = o.pool.Exec(o.ctx, `UPDATE agencies SET parent_id = $2 WHERE id = $1`, p[0], p[1]) })
	}
	wait.Wait()
	o.wholeTree()
	if n := o.count(`SELECT count(*) FROM agencies WHERE id = $1 AND parent_id = $2 OR id = $2 AND parent_id = $1`, a, b); n != 1 {
		t.Errorf("%d of two opposite moves by hand", n)
	}
}

// TestAddBelowWhatMoves adds under a unit while it moves: the closure of the
// new one must show where it ended.
func TestAddBelowWhatMoves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	parent, to := o.id["080101"], o.id["0802"]
	moved := make(chan error, 1)
	err := o.log.Change(o.ctx, o.admin, func(tx *audit.Tx) error {
		if err := updateParent(o.ctx, tx, parent, &to); err != nil {
			return err
		}
		started := make(chan struct{})
		go func() {
			close(started)
			_, err := o.s.AddUnder(o.ctx, o.admin, "", Entry{Code: "6601", Kind: authz.ServicePoint, Name: "ก"}, &parent)
			moved <- err
		}()
		<-started
		// Until the other one waits for the lock that this one holds.
		for o.count(`SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
			WHERE locktype = 'advisory' AND NOT granted`) == 0 {
			if o.ctx.Err() != nil {
				return o.ctx.Err()
			}
		}
		return tx.Record(ActionMoved, audit.Subject{Key: "test"}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-moved; err != nil {
		t.Fatal(err)
	}
	o.wholeTree()
}

func TestWebsite(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	parent := o.id["080101"]
	e := Entry{Code: "08010198", Kind: authz.ServicePoint, Name: "จุดบริการ", Website: "http://dlt.go.th"}
	if _, err := o.s.AddUnder(o.ctx, o.admin, "", e, &parent); problem.Of(err).Field("website") == "" {
		t.Errorf("an address without encryption: %v", err)
	}
	e.Website = " www.dlt.go.th "
	if _, err := o.s.AddUnder(o.ctx, o.admin, "", e, &parent); err != nil {
		t.Fatal(err)
	}
	if a := o.read("08010198"); a.Website != "https://www.dlt.go.th" {
		t.Errorf("saved %q", a.Website)
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := Entry{Code: "77", Kind: authz.Ministry, Name: "กระทรวง", Email: "saraban"}
	if _, err := o.s.AddUnder(o.ctx, o.admin, "", e, nil); problem.Of(err).Field("email") == "" {
		t.Errorf("no address: %v", err)
	}
	e.Email = " saraban@dlt.go.th "
	if _, err := o.s.AddUnder(o.ctx, o.admin, "", e, nil); err != nil {
		t.Fatal(err)
	}
	if a := o.read("77"); a.Email != "saraban@dlt.go.th" {
		t.Errorf("saved %q", a.Email)
	}
}
