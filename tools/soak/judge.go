package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// judge compares everything, when the load and its faults are over.
func (s *soak) judge(ctx context.Context) *report {
	r := &report{s: s, ended: time.Now()}
	pause(ctx, healing)
	s.balancer.close()
	s.provider.browser.CloseIdleConnections()
	s.lookAtPages()
	r.answers()
	r.books(ctx)
	s.balancer.close()
	pause(ctx, 15*time.Second) // until connections have gone
	r.resources(ctx)
	out, err := s.command(ctx, "audit", "verify")
	r.verdict("the audit log's chain holds", err == nil && strings.HasPrefix(out, "good: "), strings.TrimSpace(out))
	r.logs()
	r.verdict("nothing else was wrong", len(s.wrong.all()) == 0, s.wrong.all()...)
	return r
}

// books compares ledger and database.
func (r *report) books(ctx context.Context) {
	conn, err := pgx.Connect(ctx, r.s.pg.URL())
	if err != nil {
		r.verdict("the database answers", false, err.Error())
		return
	}
	defer func() { _ = conn.Close(ctx) }()
	wrong, err := holds(ctx, conn)
	r.verdict("invariants of the database", err == nil && len(wrong) == 0, append(wrong, said(err)...)...)
	wrong = nil
	for _, kind := range r.s.ledger.kinds() {
		found, err := r.s.compare(ctx, conn, kind)
		wrong = append(append(wrong, found.wrong...), said(err)...)
		r.results = append(r.results, found)
	}
	r.verdict("what was acknowledged is there once, what was refused is not, nothing is half done", len(wrong) == 0, wrong...)
	wrong, err = r.s.comparePairs(ctx, conn)
	r.verdict("tokens and memberships are as many as were acknowledged", err == nil && len(wrong) == 0, append(wrong, said(err)...)...)
	wrong, err = r.compareCounts(ctx, conn)
	r.verdict("sign-ins, sign-outs, downloads, votes are as many as were acknowledged, or in doubt", err == nil && len(wrong) == 0, append(wrong, said(err)...)...)
}

func said(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}

// comparePairs counts tokens and memberships for each person and pair: each form
// that was carried out made one.
func (s *soak) comparePairs(ctx context.Context, conn *pgx.Conn) (wrong []string, err error) {
	for kind, made := range map[string]string{
		changeIssue:  `SELECT count(*) FROM role_tokens t WHERE t.issued_by = c.staff AND t.agency_id = c.id AND t.role = c.role`,
		changeRedeem: `SELECT count(*) FROM memberships m JOIN role_tokens t ON t.id = m.token_id WHERE m.staff_id = c.staff AND t.agency_id = c.id AND t.role = c.role`,
	} {
		var staff, ids []int64
		var keys, roles []string
		for _, c := range s.ledger.settled(kind) {
			staff, ids, keys, roles = append(staff, c.staff), append(ids, c.id), append(keys, c.key), append(roles, c.role)
		}
		rows, err := conn.Query(ctx, `SELECT staff, id, role, forms::int, (`+made+`)::int FROM (
				SELECT staff, id, role, sum((`+asForm+`)) AS forms
				FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS c (staff, key, id, role) GROUP BY staff, id, role) c`, staff, keys, ids, roles)
		if err != nil {
			return wrong, err
		}
		var who, id int64
		var role string
		var forms, there int
		if _, err := pgx.ForEachRow(rows, []any{&who, &id, &role, &forms, &there}, func() error {
			if forms != there {
				wrong = append(wrong, fmt.Sprintf("%s: staff %d, %d/%s: %d forms, %d made", kind, who, id, role, forms, there))
			}
			return nil
		}); err != nil {
			return wrong, err
		}
	}
	return wrong, nil
}

// compareCounts checks what is only counted: at least what was acknowledged, at
// most that and what is in doubt.
func (r *report) compareCounts(ctx context.Context, conn *pgx.Conn) (wrong []string, err error) {
	r.counts = map[string]count{}
	for of, n := range r.s.ledger.counts {
		sum := r.counts[of.kind]
		r.counts[of.kind] = count{sum.acknowledged + n.acknowledged, sum.inDoubt + n.inDoubt}
		sql, args := `SELECT count(*) FROM audit_entries WHERE staff_id = $1 AND action = $2`, []any{of.staff, of.kind}
		switch of.kind {
		case "sign-in":
			sql, args = `SELECT count(*) FROM staff_sessions WHERE staff_id = $1`, []any{of.staff}
		case "vote":
			sql, args = `SELECT coalesce(sum(helpful + useless), 0) FROM faq_votes WHERE slug = $1`, []any{of.slug}
		}
		var there int
		if err := conn.QueryRow(ctx, sql, args...).Scan(&there); err != nil {
			return wrong, err
		}
		most := n.acknowledged + n.inDoubt
		if of.kind == "token.copied" {
			most = there // the page after an issue shows the code as well
		}
		if there < n.acknowledged || there > most {
			wrong = append(wrong, fmt.Sprintf("%s of %d%s: %d acknowledged, %d in doubt, %d there", of.kind, of.staff, of.slug, n.acknowledged, n.inDoubt, there))
		}
	}
	return wrong, nil
}

// lookAtPages compares what pages show with what was acknowledged.
func (s *soak) lookAtPages() {
	for _, v := range s.servers {
		faq := s.ask(request{kind: kindPublic, method: http.MethodGet, path: "/backend/faq", address: stranger(), only: v.number})
		for _, p := range s.people {
			if p.words != "" && !strings.Contains(faq.body, p.words) {
				s.wrong.add("at the end server %d does not show %s of %s", v.number, p.words, p.name())
			}
			for id, words := range p.agencies {
				if a := s.ask(request{kind: kindPage, method: http.MethodGet, path: fmt.Sprintf("/backend/agencies/%d", id), address: p.address, jar: p.jar, only: v.number}); a.ok(http.StatusOK) && !strings.Contains(a.body, words) {
					s.wrong.add("at the end server %d does not show %s of %s at agency %d", v.number, words, p.name(), id)
				}
			}
		}
	}
}
