package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// traces says where a kind of change leaves its marks: what it did, and the
// entry that says so. Both are asked beside c, a row for each change.
type traces struct{ effect, entry string }

// reasoned is an entry that carries the mark as its reason.
func reasoned(action string) string {
	return `SELECT count(*) FROM audit_entries e WHERE e.staff_id = c.staff AND e.action = '` + action + `' AND e.detail ->> 'reason' = c.mark`
}

// written is an entry that carries the mark among what was changed.
func written(action string) string {
	return `SELECT count(*) FROM audit_entries e WHERE e.staff_id = c.staff AND e.action = '` + action + `' AND position(c.mark IN (e.detail -> 'after')::text) > 0`
}

// asForm is for changes whose effect is overwritten by the next one.
const asForm = `SELECT count(*) FROM form_results f WHERE f.staff_id = c.staff AND f.form_key = c.key`

const changeEdit, changeRemove, changeAgency, changeAdd, changeHide = "membership edited", "membership removed", "agency edited", "agency added", "agency hidden"
const changeDraft, changePublish, changeUpload, changeSuspend, changeRestore = "draft saved", "published", "file uploaded", "account suspended", "account restored"
const changeIssue, changeRedeem, changeBatch = "token issued", "token redeemed", "tokens issued at once"
const changeEndOthers, changeShow, changePush = "other sessions ended", "agency shown", "sessions of somebody ended"

var tracesOf = map[string]traces{
	changePublish: {`SELECT count(*) FROM content_versions v WHERE v.reason = c.mark`, reasoned("content.published")},
	changeDraft:   {asForm, written("content.drafted")},
	changeEdit: {`SELECT count(*) FROM memberships m JOIN memberships old ON old.id = m.previous_id
		WHERE m.previous_id = c.id AND old.ended_by = c.staff`, reasoned("membership.changed")},
	changeRemove: {`SELECT count(*) FROM memberships m WHERE m.id = c.id AND m.ended_by = c.staff
		AND NOT EXISTS (SELECT FROM memberships n WHERE n.previous_id = m.id)`, reasoned("membership.ended")},
	changeAgency:  {asForm, written("agency.changed")},
	changeAdd:     {`SELECT count(*) FROM agencies a WHERE a.code = c.mark`, written("agency.added")},
	changeHide:    {asForm, reasoned("agency.hidden")},
	changeSuspend: {asForm, reasoned("staff.suspended")},
	changeRestore: {asForm, reasoned("staff.restored")},
	changeUpload: {`SELECT count(*) FROM files f WHERE NOT f.variant_only AND f.added_by = c.staff AND position(c.mark IN f.name) = 1`,
		`SELECT count(*) FROM audit_entries e WHERE e.staff_id = c.staff AND e.action = 'file.added' AND position(c.mark IN e.subject_name) = 1`},
	changeBatch: {`SELECT count(*) FROM token_batches b WHERE b.issuer = c.staff AND b.key = c.key`,
		`SELECT count(*) FROM audit_entries e WHERE e.staff_id = c.staff AND e.action = 'token.batch_issued' AND e.subject = 'token_batch/' || c.key`},
	// Without marks: the form and, for all of them together, invariants and counts.
	changeIssue: {asForm, asForm}, changeRedeem: {asForm, asForm}, changeEndOthers: {asForm, asForm}, changeShow: {asForm, asForm}, changePush: {asForm, asForm},
}

// compare looks for the marks of every settled change of a kind.
func (s *soak) compare(ctx context.Context, conn *pgx.Conn, kind string) (result, error) {
	all, of := s.ledger.settled(kind), tracesOf[kind]
	r := result{kind: kind}
	var staff, ids []int64
	var keys, marks []string
	for _, c := range all {
		staff, ids, keys, marks = append(staff, c.staff), append(ids, c.id), append(keys, c.key), append(marks, c.mark)
	}
	rows, err := conn.Query(ctx, `SELECT n::int, (`+asForm+`)::int, (`+of.effect+`)::int, (`+of.entry+`)::int
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS c (staff, key, mark, id, n)`, staff, keys, marks, ids)
	if err != nil {
		return r, err
	}
	var n, forms, effects, entries int
	_, err = pgx.ForEachRow(rows, []any{&n, &forms, &effects, &entries}, func() error {
		r.note(all[n-1], forms, effects, entries)
		return nil
	})
	return r, err
}

// result is how the changes of a kind were found.
type result struct {
	kind                                 string
	acknowledged, done, notDone, refused int // of those in doubt: done, notDone
	wrong                                []string
}

// note compares one change with its marks. A kind without a form's key (an
// upload) is known by its effect.
func (r *result) note(c change, forms, effects, entries int) {
	if c.key == "" {
		forms = effects
	}
	say := func(what string) {
		r.wrong = append(r.wrong, fmt.Sprintf("%s, %s: %s (forms %d, effects %d, entries %d; staff %d, id %d, key %s, mark %s)",
			r.kind, [...]string{"under way", "acknowledged", "in doubt", "refused"}[c.outcome], what, forms, effects, entries, c.staff, c.id, c.key, c.mark))
	}
	if forms > 1 || effects > 1 || entries > 1 {
		say("more than once")
	} else if forms != effects || forms != entries {
		say("half")
	}
	switch {
	case c.outcome == acknowledged:
		if r.acknowledged++; forms == 0 {
			say("lost")
		}
	case c.outcome == refused:
		if r.refused++; forms != 0 {
			say("carried out")
		}
	case forms > 0:
		r.done++
	default:
		r.notDone++
	}
}
