// Package seed fills an empty portal with its initial content. What it put
// there once it never puts there again, so that nobody's edit or removal is
// undone by a second run.
package seed

import (
	"context"
	"fmt"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/people/staff"
)

// Service seeds.
type Service struct {
	db  db.Reader
	log *audit.Log
}

// New returns a Service.
func New(r db.Reader, log *audit.Log) *Service { return &Service{r, log} }

// item is one thing to put there, under a key that never changes.
type item struct {
	key    string
	action audit.Action
	add    func(context.Context, *audit.Tx) error
}

// Content seeds agencies and all public content, and returns how many items
// were new.
func (s *Service) Content(ctx context.Context, actor authz.Actor) (added int, err error) {
	items, err := contentItems()
	if err != nil {
		return 0, err
	}
	return s.plant(ctx, actor, append(agencyItems(), items...))
}

// Samples seeds those of the development provider's sample people who have a role.
func (s *Service) Samples(ctx context.Context, actor authz.Actor, people []staff.Identity) (added int, err error) {
	return s.plant(ctx, actor, sampleItems(people))
}

func (s *Service) plant(ctx context.Context, actor authz.Actor, items []item) (added int, err error) {
	if err := actor.Require(authz.SeedContent); err != nil {
		return 0, err
	}
	done, err := selectSeeded(ctx, s.db)
	if err != nil {
		return 0, err
	}
	for _, it := range items {
		if done[it.key] {
			continue
		}
		fresh, err := s.plantOne(ctx, actor, it)
		if err != nil {
			return added, fmt.Errorf("seeding %s: %w", it.key, err)
		}
		if fresh {
			added++
		}
	}
	return added, nil
}
