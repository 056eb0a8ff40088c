package editing

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"slices"
	"strings"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// Saving is what an editor wants kept as the draft.
type Saving struct {
	FormKey idempotency.Key
	Mark    string // the state the editor saw
	Fields  Fields
}

// errMeanwhile says that what the editor saw is no longer what is there.
var errMeanwhile = problem.New(problem.Conflict, "มีผู้อื่นบันทึกหรือเผยแพร่เนื้อหานี้ระหว่างที่ท่านแก้ไข กรุณาเทียบข้อความทั้งสองฉบับ แล้วเลือก")

// Save keeps fields as the draft of an item, a new one if key is empty, and
// returns its key. A publication that was settled is called off: what was
// settled was another text. Its problems are Forbidden, NotFound, Invalid, and
// Conflict when somebody else saved or published since.
func (s *Service) Save(ctx context.Context, actor authz.Actor, k Kind, key string, in Saving) (string, error) {
	if err := actor.Require(models[k].edit); err != nil {
		return "", err
	}
	if key == "" {
		return s.start(ctx, actor, k, in)
	}
	return key, s.change(ctx, actor, k, key, in.FormKey, func(tx *audit.Tx, it Item) error {
		if it.Mark != in.Mark {
			return errMeanwhile
		}
		return s.keep(ctx, tx, it, in.Fields)
	})
}

// start keeps the draft of an item that is new. Its key is never used again, so
// that an address does not come to mean something else.
func (s *Service) start(ctx context.Context, actor authz.Actor, k Kind, in Saving) (string, error) {
	it, err := s.Open(ctx, actor, k, "")
	if err != nil {
		return "", err
	}
	key := newKey(k, actor.StaffID, in.FormKey)
	it.Key = key
	return key, s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, in.FormKey); err != nil {
			return err
		}
		return s.keep(ctx, tx, it, in.Fields)
	})
}

// newKey is the key of the item that a form begins: whoever sends the form a
// second time is led to the item that it began. It is long, so that nobody finds
// a form that begins an item which is there already.
func newKey(k Kind, staffID int64, form idempotency.Key) string {
	const length = 16 // of 5 bits each
	key := rand.Text()
	if form != "" {
		sum := sha256.Sum256(fmt.Append(nil, k, "\x00", staffID, "\x00", form))
		key = base32.StdEncoding.EncodeToString(sum[:])
	}
	return string(k) + "-" + strings.ToLower(key[:length])
}

// keep writes the draft of it within tx.
func (s *Service) keep(ctx context.Context, tx *audit.Tx, it Item, f Fields) error {
	m := models[it.Kind]
	if err := m.may(tx.Actor(), f); err != nil {
		return err
	}
	if err := check(m, it.Inputs, f, false); err != nil {
		return err
	}
	if m.name(it.Key, f) == "" {
		nameless := it.Inputs[slices.IndexFunc(it.Inputs, names)]
		return problem.Fields(map[string]string{nameless.Name: nameless.missing()})
	}
	before, after := changed(it.Fields(), f)
	if len(after) == 0 && it.Key != "" && (it.Draft != nil || it.Live != nil) {
		return audit.ErrUnchanged
	}
	if err := upsertDraft(ctx, tx, it, f, s.now()); err != nil {
		return err
	}
	if err := putFiles(ctx, tx, it.Kind, it.Key, draftNumber, f); err != nil {
		return err
	}
	return tx.Record(ActionDrafted, subject(it, f), audit.Diff{Before: before, After: after})
}

// names reports whether an item is called by the input: a draft may be unfinished,
// but its editors must find it in the list.
func names(in Input) bool { return in.Type == Line && in.Required }

// Discard throws the draft of an item away. What is live stays.
func (s *Service) Discard(ctx context.Context, actor authz.Actor, k Kind, key, mark string, form idempotency.Key) error {
	if err := actor.Require(models[k].edit); err != nil {
		return err
	}
	return s.change(ctx, actor, k, key, form, func(tx *audit.Tx, it Item) error {
		switch {
		case it.Draft == nil:
			return audit.ErrUnchanged
		case it.Mark != mark:
			return errMeanwhile
		}
		if err := deleteDraft(ctx, tx, k, key); err != nil {
			return err
		}
		return tx.Record(ActionDiscarded, subject(it, it.Draft.Fields), audit.Diff{Before: it.Draft.Fields})
	})
}

// Restore makes version number of an item its draft.
func (s *Service) Restore(ctx context.Context, actor authz.Actor, k Kind, key string, number int, mark string, form idempotency.Key) error {
	if err := actor.Require(models[k].edit); err != nil {
		return err
	}
	return s.change(ctx, actor, k, key, form, func(tx *audit.Tx, it Item) error {
		if it.Mark != mark {
			return errMeanwhile
		}
		f, err := selectVersion(ctx, tx, k, key, number)
		if err != nil {
			return err
		}
		return s.keep(ctx, tx, it, f.typedInto(it.Inputs))
	})
}

// change runs fn on an item as it is, in one transaction in which nobody else
// changes it.
func (s *Service) change(ctx context.Context, actor authz.Actor, k Kind, key string, form idempotency.Key, fn func(*audit.Tx, Item) error) error {
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, form); err != nil {
			return err
		}
		if err := lock(ctx, tx, k, key); err != nil {
			return err
		}
		it, err := load(ctx, tx, actor, k, key)
		if err != nil {
			return err
		}
		return fn(tx, it)
	})
}

func subject(it Item, f Fields) audit.Subject {
	return audit.Subject{Key: "content/" + string(it.Kind) + "/" + it.Key, Name: models[it.Kind].name(it.Key, f)}
}
