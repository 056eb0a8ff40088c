package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// invariants hold at any moment, in one statement each: how many rows are wrong.
// What the seed made has no token, no session, no form.
var invariants = []struct{ name, wrong string }{
	{"each used token made one membership, of whoever used it", `SELECT count(*) FROM role_tokens t LEFT JOIN memberships m ON m.token_id = t.id
		WHERE (t.used_at IS NOT NULL) <> (m.id IS NOT NULL) OR m.staff_id <> t.used_by OR m.agency_id <> t.agency_id OR m.role <> t.role`},
	{"each used token has one entry, no other has any", `SELECT count(*) FROM role_tokens t
		LEFT JOIN (SELECT subject, count(*) AS n FROM audit_entries WHERE action = 'token.redeemed' AND subject LIKE 'token/%' GROUP BY subject) e ON e.subject = 'token/' || t.id
		WHERE coalesce(e.n, 0) <> (t.used_at IS NOT NULL)::int`},
	{"each token was issued in one entry", `SELECT count(*) FROM role_tokens t
		LEFT JOIN (SELECT subject, count(*) AS n FROM audit_entries WHERE action = 'token.issued' GROUP BY subject) e ON e.subject = 'token/' || t.id WHERE coalesce(e.n, 0) <> 1`},
	{"each membership by token has one entry", `SELECT count(*) FROM memberships m
		LEFT JOIN (SELECT detail ->> 'token' AS token, count(*) AS n FROM audit_entries WHERE action = 'membership.given' GROUP BY 1) e ON e.token = m.token_id::text
		WHERE m.token_id IS NOT NULL AND coalesce(e.n, 0) <> 1`},
	{"memberships ended are entries", `SELECT abs((SELECT count(*) FROM memberships WHERE ended_at IS NOT NULL) -
		(SELECT count(*) FROM audit_entries WHERE action IN ('membership.changed', 'membership.ended')))`},
	{"sessions begun are entries", `SELECT abs((SELECT count(*) FROM staff_sessions) -
		(SELECT count(*) FROM audit_entries WHERE action = 'staff.signed_in' AND staff_id IN (SELECT id FROM staff WHERE issuer <> 'demo')))`},
	{"published versions are entries", `SELECT abs((SELECT count(*) FROM content_versions WHERE number > 0) - (SELECT count(*) FROM audit_entries WHERE action = 'content.published'))`},
	{"changes of agencies are entries", `SELECT abs((SELECT sum(version - 1) FROM agencies) -
		(SELECT count(*) FROM audit_entries WHERE action IN ('agency.changed', 'agency.shown', 'agency.hidden', 'agency.moved') AND staff_id IN (SELECT id FROM staff WHERE issuer <> 'demo')))`},
	{"files are entries", `SELECT abs((SELECT count(*) FROM files WHERE added_by IS NOT NULL AND NOT variant_only) -
		(SELECT count(*) FROM audit_entries WHERE action = 'file.added'))`},
	{"suspended accounts are entries", `SELECT count(*) FROM (SELECT s.id, (s.suspended_at IS NOT NULL) AS out,
			(SELECT action FROM audit_entries e WHERE e.subject = 'staff/' || s.id AND action IN ('staff.suspended', 'staff.restored') ORDER BY e.id DESC LIMIT 1) AS last
		FROM staff s WHERE id IN (SELECT substr(subject, 7)::bigint FROM audit_entries WHERE action IN ('staff.suspended', 'staff.restored'))) t
		WHERE out <> (last = 'staff.suspended')`},
	{"the list of people is what it must be", `SELECT (SELECT count(*) FROM (TABLE staff_places EXCEPT TABLE staff_placed) a) + (SELECT count(*) FROM (TABLE staff_placed EXCEPT TABLE staff_places) b)`},
	{"paths of the tree are whole", `SELECT count(*) FROM (
		WITH RECURSIVE up AS (SELECT id AS agency_id, id AS ancestor_id, 0 AS depth FROM agencies
			UNION ALL SELECT up.agency_id, a.parent_id, up.depth + 1 FROM up JOIN agencies a ON a.id = up.ancestor_id WHERE a.parent_id IS NOT NULL)
		(TABLE up EXCEPT SELECT agency_id, ancestor_id, depth FROM agency_paths) UNION ALL (SELECT agency_id, ancestor_id, depth FROM agency_paths EXCEPT TABLE up)) t`},
	{"paths carry what their unit is called", `SELECT count(*) FROM agency_paths p JOIN agencies a ON a.id = p.agency_id
		WHERE (p.unit_name, p.unit_kind, p.unit_shown) IS DISTINCT FROM (a.name, a.kind, a.shown)`},
	{"each draft is of a later state than what is published", `SELECT count(*) FROM content_drafts d
		WHERE d.base > coalesce((SELECT max(number) FROM content_versions v WHERE v.kind = d.kind AND v.key = d.key), 0)`},
}

// holds checks every invariant and says which do not hold.
func holds(ctx context.Context, conn *pgx.Conn) (wrong []string, err error) {
	for _, i := range invariants {
		var n int64
		if err := conn.QueryRow(ctx, i.wrong).Scan(&n); err != nil {
			return wrong, fmt.Errorf("%s: %w", i.name, err)
		}
		if n != 0 {
			wrong = append(wrong, fmt.Sprintf("not so: %s (%d)", i.name, n))
		}
	}
	return wrong, nil
}

// lookAround compares ledger and invariants in a quiet moment, while people go
// on working.
func (s *soak) lookAround(ctx context.Context) {
	conn, err := pgx.Connect(ctx, s.pg.URL())
	if err != nil {
		if ctx.Err() == nil {
			s.wrong.add("looking into the database in a quiet moment: %v", err)
		}
		return
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	wrong, err := s.inspect(ctx, conn)
	for _, w := range wrong {
		s.wrong.add("in a quiet moment: %s", w)
	}
	if err != nil && ctx.Err() == nil {
		s.wrong.add("looking into the database in a quiet moment: %v", err)
	}
}

func (s *soak) inspect(ctx context.Context, conn *pgx.Conn) (wrong []string, err error) {
	if wrong, err = holds(ctx, conn); err != nil {
		return wrong, err
	}
	for _, kind := range s.ledger.kinds() {
		r, err := s.compare(ctx, conn, kind)
		if err != nil {
			return wrong, fmt.Errorf("%s: %w", kind, err)
		}
		wrong = append(wrong, r.wrong...)
	}
	return wrong, nil
}
