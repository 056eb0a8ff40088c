package staff

import (
	"testing"

	"portal/internal/kit/authz"
)

// inStep checks that staff_places holds what the other tables say, once.
func (h *house) inStep(after string) {
	h.t.Helper()
	const told = `SELECT at, s.name, s.id AS staff_id, coalesce(m.id, 0) AS membership_id, coalesce(m.agency_id, 0) AS agency_id,
			coalesce(m.role, '') AS role, s.suspended_at IS NOT NULL AS suspended
		FROM staff s LEFT JOIN memberships m ON m.staff_id = s.id AND m.ended_at IS NULL,
			LATERAL (SELECT 0 AS at UNION ALL SELECT ancestor_id FROM agency_paths WHERE agency_id = m.agency_id) p`
	const kept = `SELECT place, name, staff_id, membership_id, agency_id, role, suspended FROM staff_places`
	if n := h.number(`SELECT count(*) FROM ((` + told + ` EXCEPT ALL ` + kept + `) UNION ALL (` + kept + ` EXCEPT ALL ` + told + `)) t`); n != 0 {
		h.t.Errorf("after %s: %d rows are not in step", after, n)
	}
}

func TestPlacesAreKeptInStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, _ := h.hire("ผู้ดูแล", authz.DGAAdmin, "dga")
	author, first := h.hire("ปิยะพงษ์", authz.ManualAuthor, "dlt")
	h.hire("ปิยะพงษ์", authz.ServicePointOfficer, "point")
	h.hire("กมล", "", "")
	h.inStep("joining")
	steps := []struct{ after, sql string }{
		{"another name", `UPDATE staff SET name = 'ปิยะ' WHERE name = 'ปิยะพงษ์'`},
		{"a move with all below", `UPDATE agencies SET parent_id = (SELECT id FROM agencies WHERE name = 'กรมทางหลวง') WHERE name = 'กรมการขนส่งทางบก'`},
		{"a move to the top", `UPDATE agencies SET parent_id = NULL WHERE name = 'กรมการขนส่งทางบก'`},
		{"a move back", `UPDATE agencies SET parent_id = (SELECT id FROM agencies WHERE kind = 'ministry') WHERE name = 'กรมการขนส่งทางบก'`},
		{"many at once", `INSERT INTO staff (issuer, subject, name) SELECT 'x', n::text, 'ก' || n FROM generate_series(1, 30) n`},
		{"their memberships", `INSERT INTO memberships (staff_id, agency_id, role, since) SELECT s.id, a.id, 'manual_author', now() FROM staff s, agencies a WHERE s.issuer = 'x'`},
		{"another role", `UPDATE memberships SET role = 'manual_reviewer' WHERE role = 'manual_author'`},
		{"the end of some", `UPDATE memberships SET ended_at = now() WHERE id % 3 = 0`},
		{"deleting some", `DELETE FROM memberships WHERE id % 3 = 1 AND token_id IS NULL`},
	}
	for _, s := range steps {
		if _, err := h.pool.Exec(t.Context(), s.sql); err != nil {
			t.Fatalf("%s: %v", s.after, err)
		}
		h.inStep(s.after)
	}
	if err := h.people.Suspend(t.Context(), admin, ID(author.StaffID), Order{Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	h.inStep("suspending")
	if n := h.number(`SELECT count(*) FROM staff_places WHERE suspended AND staff_id = $1`, author.StaffID); n == 0 {
		t.Error("nobody is suspended on the list")
	}
	_ = first
}

// TestPlacesWhileTheTreeMoves lets a name, a membership and the tree change at
// once: whoever comes second reads what the first has written.
func TestPlacesWhileTheTreeMoves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.hire("ปิยะพงษ์", authz.ManualAuthor, "point")
	h.hire("กมล", "", "")
	changes := []string{
		`INSERT INTO memberships (staff_id, agency_id, role, since) SELECT s.id, a.id, 'manual_reviewer', now() FROM staff s, agencies a WHERE s.name IN ('กมล', 'กมลา') AND a.kind = 'service_point'`,
		`UPDATE agencies SET parent_id = (SELECT id FROM agencies WHERE name = 'กรมทางหลวง') WHERE kind = 'service_point'`,
		`UPDATE staff SET name = 'กมลา' WHERE name = 'กมล'`,
	}
	for i := range changes {
		for j := range changes {
			if i != j {
				h.oneAfterTheOther(changes[i], changes[j])
			}
		}
	}
}

// oneAfterTheOther begins first, begins second, and ends first while second may
// be waiting for it. Then everything is as before.
func (h *house) oneAfterTheOther(first, second string) {
	h.t.Helper()
	ctx := h.t.Context()
	one, err := h.pool.Begin(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := one.Exec(ctx, first); err != nil {
		h.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := h.pool.Exec(ctx, second)
		done <- err
	}()
	h.number(`SELECT count(pg_sleep(0.2))`)
	if err := one.Commit(ctx); err != nil {
		h.t.Fatal(err)
	}
	if err := <-done; err != nil {
		h.t.Fatal(err)
	}
	h.inStep(first + " and " + second)
	for _, sql := range []string{
		`DELETE FROM memberships WHERE role = 'manual_reviewer'`, `UPDATE staff SET name = 'กมล' WHERE name = 'กมลา'`,
		`UPDATE agencies SET parent_id = (SELECT id FROM agencies WHERE name = 'กรมการขนส่งทางบก') WHERE kind = 'service_point'`,
	} {
		if _, err := h.pool.Exec(ctx, sql); err != nil {
			h.t.Fatal(err)
		}
	}
	h.inStep("going back")
}
