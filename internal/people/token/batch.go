package token

import (
	"context"
	"regexp"
	"slices"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
)

// Many says for which pairs codes are to be issued at once.
type Many struct {
	Filter Filter
	Pairs  []Pair // the ticked ones; nil for all that Filter finds
	All    bool   // all that Filter finds
	Anew   bool   // also in the place of codes that still work
	Key    idempotency.Key
}

// Batch is the codes that somebody asked for at once.
type Batch struct {
	Key       string
	CreatedAt time.Time
	Until     time.Time // it can be printed until then
}

// BatchRow is a code of a batch.
type BatchRow struct {
	Token
	AgencyCode string
	State      State `db:"-"`
	Code       Code  `db:"-"` // in clear while it is Ready, in an export alone
	Order      int   `db:"n"`
	Sealed     []byte
	Lineage    []authz.AgencyID
	Place      authz.AgencyID // the department whose officers may read of it
}

var batchKey = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// IssueMany makes sure that each pair has a code that works, in one transaction,
// and returns the key of the batch that holds them, for its issuer alone. A
// pair that the actor may not issue for refuses the whole batch.
func (s *Service) IssueMany(ctx context.Context, actor authz.Actor, m Many) (key string, err error) {
	if err := actor.Require(authz.IssueToken); err != nil {
		return "", err
	}
	if !batchKey.MatchString(string(m.Key)) {
		return "", problem.New(problem.BadInput, "แบบฟอร์มนี้ไม่สมบูรณ์ กรุณาเปิดรายการใหม่จากเมนู")
	}
	chosen, err := s.choose(ctx, actor, m)
	if err != nil {
		return "", err
	}
	return string(m.Key), s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, m.Key); err != nil {
			return err
		}
		return s.issueMany(ctx, tx, chosen, m)
	})
}

// choose finds the pairs of m within the actor's reach.
func (s *Service) choose(ctx context.Context, actor authz.Actor, m Many) ([]found, error) {
	if err := m.Filter.check(); err != nil {
		return nil, err
	}
	if !m.All {
		if err := mayIssueMany(len(m.Pairs)); err != nil {
			return nil, err
		}
		m.Filter = Filter{}
	}
	chosen, err := selectPairs(ctx, s.db, newPairs(actor, m.Filter, s.now(), m.Pairs...), MaxBatch+1)
	if err != nil {
		return nil, err
	}
	for _, p := range m.Pairs {
		if !slices.ContainsFunc(chosen, func(f found) bool { return f.Pair == p }) {
			if _, err := s.mayIssue(ctx, actor, p); err != nil {
				return nil, err // says why
			}
		}
	}
	return chosen, mayIssueMany(len(chosen))
}

// counts is what a batch came to, for the audit log.
type counts struct {
	Issued int `json:"issued"`
	Kept   int `json:"kept"`
}

func (s *Service) issueMany(ctx context.Context, tx *audit.Tx, chosen []found, m Many) error {
	pairs, units := make([]Pair, len(chosen)), make([]authz.AgencyID, len(chosen))
	for i, f := range chosen {
		pairs[i], units[i] = f.Pair, f.Agency
	}
	if err := lockUnits(ctx, tx, units); err != nil {
		return err
	}
	last, err := selectLast(ctx, tx, pairs)
	if err != nil {
		return err
	}
	var fresh []issuing
	var ids []ID
	for _, f := range chosen {
		if t := last[f.Pair]; !m.Anew && t.state(s.now()) == Ready {
			ids = append(ids, t.ID)
		} else {
			fresh = append(fresh, issuing{f.Pair, f.AgencyName, newCode()})
		}
	}
	n := counts{Issued: len(fresh), Kept: len(ids)}
	made, err := s.replace(ctx, tx, fresh)
	if err != nil {
		return err
	}
	if err := insertBatch(ctx, tx, m.Key, s.now(), append(ids, made...)); err != nil {
		return err
	}
	return tx.Record(ActionBatchIssued, batchSubject(string(m.Key), nil), audit.Diff{After: n})
}

func batchSubject(key string, places []authz.AgencyID) audit.Subject {
	return audit.Subject{Key: "token_batch/" + key, Name: "รหัส Token หลายรายการ", Agencies: places}
}

// BatchPage is one page of a batch's codes and how many there are of each state.
type BatchPage struct {
	Batch
	listing.Page[BatchRow]
	Counts map[State]int
}

// Batch shows a batch to who issued it, within a day. It opens no code.
func (s *Service) Batch(ctx context.Context, actor authz.Actor, key, page string) (BatchPage, error) {
	if err := actor.Require(authz.IssueToken); err != nil {
		return BatchPage{}, err
	}
	c, err := batchOrder.Parse(page)
	if err != nil {
		return BatchPage{}, err
	}
	b, rows, err := s.batch(ctx, s.db, actor, key)
	if err != nil {
		return BatchPage{}, err
	}
	p := BatchPage{Batch: b, Counts: map[State]int{}}
	for _, r := range rows {
		p.Counts[r.State]++
	}
	p.Page = listing.Collect(cut(rows, c, pageSize+1), c, pageSize, BatchRow.keys)
	return p, nil
}

// batchOrder names a row by its token: a batch does not grow.
var batchOrder = listing.Order{Columns: []listing.Column{{Name: "id", Type: listing.ID}}}

func (r BatchRow) keys() []string { return []string{listing.Number(r.ID)} }

// cut takes up to limit rows in the direction that c looks.
func cut(rows []BatchRow, c listing.Cursor, limit int) []BatchRow {
	if c.Back {
		slices.Reverse(rows)
	}
	if !c.First() {
		at := slices.IndexFunc(rows, func(r BatchRow) bool { return r.keys()[0] == c.Keys[0] })
		rows = rows[at+1:]
	}
	return rows[:min(limit, len(rows))]
}

// Export opens the codes of a batch that still work, for printing or a file,
// and records how many were shown. format says what they are for.
func (s *Service) Export(ctx context.Context, actor authz.Actor, key, format string) (Batch, []BatchRow, error) {
	if err := actor.Require(authz.IssueToken); err != nil {
		return Batch{}, nil, err
	}
	var b Batch
	var rows []BatchRow
	err := s.log.Change(ctx, actor, func(tx *audit.Tx) (err error) {
		if b, rows, err = s.batch(ctx, tx, actor, key); err != nil {
			return err
		}
		shown, places := 0, []authz.AgencyID{}
		for i, r := range rows {
			if r.State != Ready {
				continue
			}
			if rows[i].Code, err = s.keys.open(r.Sealed, place(r.AgencyID, r.Role)); err != nil {
				return err
			}
			shown++
			places = append(places, r.Place)
		}
		slices.Sort(places)
		return tx.Record(ActionExported, batchSubject(key, slices.Compact(places)),
			audit.Diff{After: map[string]any{"count": shown, "format": format}})
	})
	return b, rows, err
}

// batch reads a batch of the actor's own, as long as they may still issue each
// of its codes.
func (s *Service) batch(ctx context.Context, r db.Reader, actor authz.Actor, key string) (Batch, []BatchRow, error) {
	b, err := selectBatch(ctx, r, actor.StaffID, key, s.now().Add(-batchLifetime))
	if err != nil {
		return Batch{}, nil, err
	}
	b.Until = b.CreatedAt.Add(batchLifetime)
	rows, err := selectBatchRows(ctx, r, actor.StaffID, key)
	if err != nil {
		return Batch{}, nil, err
	}
	for i, row := range rows {
		if err := actor.RequireGive(authz.IssueToken, row.Role, row.Lineage); err != nil {
			return Batch{}, nil, err
		}
		rows[i].State = row.Token.state(s.now())
	}
	return b, rows, nil
}
