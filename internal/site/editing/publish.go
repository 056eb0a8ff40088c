package editing

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// Publishing is what an editor says when a draft is to be seen by visitors.
type Publishing struct {
	FormKey idempotency.Key
	Mark    string
	Reason  string
	At      string // a moment, as forms write it; "" is now
}

// maxReason is the longest reason, in characters.
const maxReason = 300

// Publish makes the draft of an item what visitors see, now or at a time to
// come. It reports whether that is done. Its problems are Forbidden, NotFound,
// Invalid and Conflict.
func (s *Service) Publish(ctx context.Context, actor authz.Actor, k Kind, key string, p Publishing) (done bool, err error) {
	if err := actor.Require(models[k].edit); err != nil {
		return false, err
	}
	at, err := s.check(p)
	if err != nil {
		return false, err
	}
	return at == nil, s.change(ctx, actor, k, key, p.FormKey, func(tx *audit.Tx, it Item) error {
		if it.Mark != p.Mark || it.Draft == nil {
			return errMeanwhile
		}
		if err := check(models[k], it.Inputs, it.Draft.Fields, true); err != nil {
			return err
		}
		if at == nil {
			return s.publish(ctx, tx, it, p.Reason, actor.StaffID)
		}
		if err := setSchedule(ctx, tx, it, *at, p.Reason); err != nil {
			return err
		}
		return tx.Record(ActionScheduled, subject(it, it.Draft.Fields), audit.Diff{After: map[string]string{"publish_at": p.At}, Reason: p.Reason})
	})
}

func (s *Service) check(p Publishing) (at *time.Time, err error) {
	wrong := map[string]string{}
	switch n := utf8.RuneCountInString(p.Reason); {
	case n == 0:
		wrong["reason"] = "กรุณากรอกเหตุผลของการเผยแพร่"
	case n > maxReason:
		wrong["reason"] = "เหตุผลยาวเกินไป กรอกได้ไม่เกิน 300 ตัวอักษร"
	}
	if p.At != "" {
		switch at = timeOf(p.At); {
		case at == nil:
			wrong["at"] = invalid[Moment]
		case !at.After(s.now()):
			wrong["at"] = "เวลาเผยแพร่ต้องเป็นเวลาในอนาคต"
		}
	}
	return at, problem.Fields(wrong)
}

// publish makes the draft of it live within tx, as the next version; by is 0
// for nobody in particular.
func (s *Service) publish(ctx context.Context, tx *audit.Tx, it Item, reason string, by int64) error {
	f := it.Draft.Fields
	if err := keepFirst(ctx, tx, it, s.now()); err != nil {
		return err
	}
	number := max(it.Number, 0) + 1
	if err := insertVersion(ctx, tx, it, number, f, by, s.now(), reason); err != nil {
		return err
	}
	if err := deleteDraft(ctx, tx, it.Kind, it.Key); err != nil {
		return err
	}
	if err := models[it.Kind].apply(ctx, tx, it.Key, f); err != nil {
		return err
	}
	before, after := changed(it.Live, f)
	return tx.Record(ActionPublished, subject(it, f), audit.Diff{Before: before, After: after, Reason: reason})
}

// keepFirst writes down what was live before anybody edited it.
func keepFirst(ctx context.Context, tx *audit.Tx, it Item, now time.Time) error {
	if it.Live == nil || it.Number > 0 {
		return nil
	}
	return insertVersion(ctx, tx, it, 0, it.Live, 0, now, "เนื้อหาก่อนการแก้ไขครั้งแรก")
}

// Hold calls a settled publication off; the draft stays.
func (s *Service) Hold(ctx context.Context, actor authz.Actor, k Kind, key string, form idempotency.Key) error {
	if err := actor.Require(models[k].edit); err != nil {
		return err
	}
	return s.change(ctx, actor, k, key, form, func(tx *audit.Tx, it Item) error {
		if it.Draft == nil || it.Draft.PublishAt == nil {
			return audit.ErrUnchanged
		}
		if err := clearSchedule(ctx, tx, it); err != nil {
			return err
		}
		return tx.Record(ActionHeld, subject(it, it.Draft.Fields), audit.Diff{Before: map[string]string{"publish_at": moment(it.Draft.PublishAt)}})
	})
}

// Preview lets show read what visitors would read if the draft of an item were
// published, whatever its dates; nothing of it remains.
func (s *Service) Preview(ctx context.Context, actor authz.Actor, k Kind, key string, show func(*audit.Tx, Item) error) error {
	if err := actor.Require(models[k].edit); err != nil {
		return err
	}
	return s.change(ctx, actor, k, key, "", func(tx *audit.Tx, it Item) error {
		f := Fields{}
		for name, value := range it.Fields() {
			f[name] = value
		}
		f["from"], f["until"], f[shownField] = "", "", "1"
		if err := check(models[k], it.Inputs, f, true); err != nil {
			return err
		}
		if err := models[k].apply(ctx, tx, key, f); err != nil {
			return err
		}
		if err := show(tx, it); err != nil {
			return err
		}
		return audit.ErrUnchanged // so that it is rolled back
	})
}

// Arrange puts the items of a kind into the order of keys; was is the order
// that the editor saw.
func (s *Service) Arrange(ctx context.Context, actor authz.Actor, k Kind, keys, was []string, form idempotency.Key) error {
	m := models[k]
	if err := actor.Require(m.edit); err != nil {
		return err
	}
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, form); err != nil {
			return err
		}
		if err := lock(ctx, tx, k, "order"); err != nil {
			return err
		}
		live, err := m.list(ctx, tx)
		if err != nil {
			return err
		}
		before, after, err := arranged(m, actor, live, keys, was)
		if err != nil {
			return err
		}
		if slices.Equal(keys, was) {
			return audit.ErrUnchanged
		}
		if err := m.place(ctx, tx, keys); err != nil {
			return err
		}
		return tx.Record(ActionOrdered, audit.Subject{Key: "content/" + string(k), Name: m.title}, audit.Diff{Before: before, After: after})
	})
}

// due publishes what is to be published by now; each draft on its own.
func (s *Service) due(ctx context.Context, fail func(error)) error {
	all, err := selectDue(ctx, s.db, s.now())
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := s.publishDue(ctx, d); err != nil {
			fail(err)
		}
	}
	return nil
}

// publishDue publishes a draft whose time has come, unless another server has.
// What cannot be published is held, so that its editor sees it in the list.
func (s *Service) publishDue(ctx context.Context, d dueDraft) error {
	job := authz.System("scheduled publication")
	err := s.change(ctx, job, d.Kind, d.Key, "", func(tx *audit.Tx, it Item) error {
		if it.Draft == nil || it.Draft.PublishAt == nil || it.Draft.PublishAt.After(s.now()) {
			return audit.ErrUnchanged
		}
		if err := check(models[d.Kind], it.Inputs, it.Draft.Fields, true); err != nil {
			return err
		}
		return s.publish(ctx, tx, it, it.Draft.Reason, d.PublishBy)
	})
	if problem.Is(err, problem.Invalid) {
		return s.Hold(ctx, job, d.Kind, d.Key, "")
	}
	return err
}

// tick is how often settled publications are looked for.
const tick = time.Second

// Keep publishes what is due until ctx ends. Errors go to fail. Public: it is the
// server's own work; editors settled it before.
func (s *Service) Keep(ctx context.Context, fail func(error)) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if err := s.due(ctx, fail); err != nil && ctx.Err() == nil {
				fail(err)
			}
		}
	}
}
