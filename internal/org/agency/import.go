package agency

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/export"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// MaxFile is the largest file that can be imported, in bytes.
const MaxFile = 20 << 20

// changesLogged is how many of the changed agencies an import writes an entry
// of their own for. Beyond it, and for what is added, its own entry counts.
const changesLogged = 1000

// Upload is a file that was checked and waits to be imported.
type Upload struct {
	Name    string
	Content []byte
}

// Preview is a file's name and what importing it would do.
type Preview struct {
	Name string
	Plan
}

// Imported counts what an import did.
type Imported struct{ Added, Changed, Moved int }

// Keep reads a file of agencies and keeps it for an hour, for its sender alone,
// under the key it returns. Its Invalid problems are about the file as a whole.
func (s *Service) Keep(ctx context.Context, actor authz.Actor, u Upload) (key string, err error) {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return "", err
	}
	if len(u.Content) > MaxFile {
		return "", badFile("ไฟล์ใหญ่เกิน 20 MB กรุณาแบ่งเป็นหลายไฟล์")
	}
	f, err := readFile(u.Content)
	if err != nil {
		return "", err
	}
	u.Name = fileName(u.Name)
	key = rand.Text()
	return key, s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := insertUpload(ctx, tx, hashOf(key), actor.StaffID, u); err != nil {
			return err
		}
		return tx.Record(ActionChecked, audit.Subject{Key: "agencies/import", Name: u.Name}, map[string]any{
			"rows": len(f.rows), "sha256": fmt.Sprintf("%x", sha256.Sum256(u.Content)),
		})
	})
}

// Preview tells what importing the kept file would do now.
func (s *Service) Preview(ctx context.Context, actor authz.Actor, key string) (Preview, error) {
	u, p, err := s.planned(ctx, s.db, actor, key)
	return Preview{u.Name, p.Plan}, err
}

// Faults gives the kept file back, with a column that says what is wrong.
func (s *Service) Faults(ctx context.Context, actor authz.Actor, key string, to export.Writer) error {
	_, p, err := s.planned(ctx, s.db, actor, key)
	if err != nil {
		return err
	}
	return answer(p, to)
}

// fullPlan is a plan and the file it is for.
type fullPlan struct {
	Plan
	file file
}

// planned reads the kept file and compares it with the tree as r sees it. One
// file is compared at a time: each takes tens of megabytes.
func (s *Service) planned(ctx context.Context, r db.Reader, actor authz.Actor, key string) (Upload, fullPlan, error) {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return Upload{}, fullPlan{}, err
	}
	select {
	case s.planning <- struct{}{}:
		defer func() { <-s.planning }()
	case <-ctx.Done():
		return Upload{}, fullPlan{}, ctx.Err()
	}
	u, err := selectUpload(ctx, r, hashOf(key), actor.StaffID)
	if err != nil {
		return Upload{}, fullPlan{}, err
	}
	f, err := readFile(u.Content)
	if err != nil {
		return Upload{}, fullPlan{}, err
	}
	known, err := selectPlaced(ctx, r)
	if err != nil {
		return Upload{}, fullPlan{}, err
	}
	held, err := heldAt(ctx, r, f, known)
	return u, fullPlan{plan(f, known, held), f}, err
}

// heldAt reads the roles in use at the agencies whose kind the file changes.
func heldAt(ctx context.Context, r db.Reader, f file, known map[string]placed) (map[string][]authz.Role, error) {
	var ids []ID
	codes := map[ID]string{}
	for _, row := range f.rows {
		if a, here := known[row.entry.Code]; here && a.Kind != row.entry.Kind {
			ids = append(ids, a.ID)
			codes[a.ID] = a.Code
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	byID, err := selectHeld(ctx, r, ids)
	held := map[string][]authz.Role{}
	for id, roles := range byID {
		held[codes[id]] = roles
	}
	return held, err
}

// Import carries the kept file out, all of it or nothing. Its problems are
// Conflict, when the tree has changed so that a row is refused, NotFound, when
// the file is no longer kept, and Busy.
func (s *Service) Import(ctx context.Context, actor authz.Actor, key string, form idempotency.Key) (Imported, error) {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return Imported{}, err
	}
	var done Imported
	return done, s.change(ctx, actor, form, func(tx *audit.Tx) error {
		if err := allowTime(ctx, tx); err != nil {
			return err
		}
		u, p, err := s.planned(ctx, tx, actor, key)
		if err != nil {
			return err
		}
		if len(p.Refused) > 0 {
			return problem.New(problem.Conflict, "ยังมีแถวที่นำเข้าไม่ได้ กรุณาแก้ไขไฟล์ตามรายการด้านล่างแล้วส่งใหม่")
		}
		if err := carryOut(ctx, tx, p.Plan); err != nil {
			return err
		}
		if err := deleteUpload(ctx, tx, hashOf(key)); err != nil {
			return err
		}
		done = Imported{Added: len(p.Added), Changed: len(p.Changed)}
		for _, c := range p.Changed {
			if c.Moved {
				done.Moved++
			}
		}
		return record(ctx, tx, u, p.Plan, done)
	})
}

// carryOut writes the plan: what is new, level by level, then what changes,
// then what moves, the higher before the lower.
func carryOut(ctx context.Context, tx *audit.Tx, p Plan) error {
	byDepth := func(a, b Planned) int { return cmp.Compare(a.depth, b.depth) }
	added := slices.SortedStableFunc(slices.Values(p.Added), byDepth)
	for len(added) > 0 {
		n := 0
		for n < len(added) && n < batch && added[n].depth == added[0].depth {
			n++
		}
		if err := insertMany(ctx, tx, added[:n]); err != nil {
			return err
		}
		added = added[n:]
	}
	for some := range slices.Chunk(p.Changed, batch) {
		if err := updateMany(ctx, tx, some); err != nil {
			return err
		}
	}
	var moved []Planned
	for _, c := range slices.SortedStableFunc(slices.Values(p.Changed), byDepth) {
		if c.Moved {
			moved = append(moved, c)
		}
	}
	return moveMany(ctx, tx, moved)
}

// record writes one entry for the import, and one for each changed agency up to
// changesLogged, moves first: they change who looks after what.
func record(ctx context.Context, tx *audit.Tx, u Upload, p Plan, done Imported) error {
	touched := map[string]bool{}
	for _, c := range slices.Concat(p.Added, p.Changed) {
		touched[cmp.Or(c.Parent, c.After.Code)] = true
	}
	ids, err := selectIDs(ctx, tx, touched)
	if err != nil {
		return err
	}
	err = tx.Record(ActionImported, audit.Subject{Key: "agencies/import", Name: u.Name, Agencies: ids}, map[string]any{
		"added": done.Added, "changed": done.Changed, "moved": done.Moved, "same": p.Same,
		"sha256": fmt.Sprintf("%x", sha256.Sum256(u.Content)),
	})
	if err != nil {
		return err
	}
	moves := slices.SortedStableFunc(slices.Values(p.Changed), func(a, b Planned) int { return cmp.Compare(order(a), order(b)) })
	for _, c := range moves[:min(len(moves), changesLogged)] {
		before, after := map[string]string{}, map[string]string{}
		for _, ch := range c.Changes {
			before[ch.Column], after[ch.Column] = ch.Before, ch.After
		}
		action := ActionChanged
		if c.Moved {
			action = ActionMoved
		}
		if err := tx.Record(action, subject(c.After), audit.Diff{Before: before, After: after, Reason: "นำเข้าจากไฟล์ " + u.Name}); err != nil {
			return err
		}
	}
	return nil
}

func order(p Planned) int {
	if p.Moved {
		return 0
	}
	return 1
}

func hashOf(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// fileName is a file's name without folders, short enough for the log.
func fileName(name string) string {
	name = tidy(path.Base(strings.ReplaceAll(name, "\\", "/")))
	if r := []rune(name); len(r) > 100 {
		name = string(r[:100])
	}
	return strings.ToValidUTF8(name, "")
}
