package file

import (
	"context"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
)

// UseWords says where files are used, for the refusal to delete one.
type UseWords func([]Use) string

// Delete removes a file that nothing names, with its smaller sizes. Its
// Conflict problem says in words where the file is used. Whoever would name the
// file meanwhile waits for the lock on its row, and finds it gone.
func (s *Service) Delete(ctx context.Context, actor authz.Actor, hash string, key idempotency.Key, words UseWords) error {
	if err := actor.Require(authz.EditContent); err != nil {
		return err
	}
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		if err := idempotency.Claim(ctx, tx, actor.StaffID, key); err != nil {
			return err
		}
		if err := lockFile(ctx, tx, hash); err != nil {
			return err
		}
		l, err := selectListed(ctx, tx, hash)
		if err != nil {
			return err
		}
		uses, err := selectUses(ctx, tx, []string{hash})
		if err != nil {
			return err
		}
		if len(uses) > 0 {
			return problem.New(problem.Conflict, "ลบไม่ได้ เพราะไฟล์นี้ใช้อยู่ใน"+words(uses))
		}
		if err := deleteFile(ctx, tx, hash); err != nil {
			return err
		}
		gone := stored{made: made{size: size{l.Width, l.Height}, mediaType: mediaType(l.MediaType)}, name: l.Name, pages: l.Pages}
		before := gone.summary()
		before["size"] = l.Size
		before["added_at"] = l.CreatedAt
		return tx.Record(ActionDeleted, audit.Subject{Key: "file/" + hash, Name: l.Name}, audit.Diff{Before: before})
	})
}
