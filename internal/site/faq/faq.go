// Package faq holds the questions and answers of the public FAQ page, in two
// groups. Anyone may read them.
package faq

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/db"
)

// Entry is one question with its answer.
type Entry struct {
	Slug     string // stable: the entry's address is /backend/faq#<slug>
	Group    string // slug of its group
	Position int
	Question string
	Answer   string // Markdown
	Featured bool   // among the most read, shown on the landing page
}

// Group is a set of entries under one heading.
type Group struct {
	Slug     string
	Title    string
	Position int
	Entries  []Entry `db:"-"`
}

// Service answers questions about the FAQ.
type Service struct{ db db.Reader }

// New returns a Service that reads from r.
func New(r db.Reader) *Service { return &Service{r} }

// Groups lists the groups with their entries, in order. Public: no actor.
func (s *Service) Groups(ctx context.Context) ([]Group, error) {
	groups, err := selectGroups(ctx, s.db)
	if err != nil {
		return nil, err
	}
	entries, err := selectEntries(ctx, s.db, false)
	if err != nil {
		return nil, err
	}
	for i := range groups {
		for _, e := range entries {
			if e.Group == groups[i].Slug {
				groups[i].Entries = append(groups[i].Entries, e)
			}
		}
	}
	return groups, nil
}

// Featured lists the most read entries. Public: no actor.
func (s *Service) Featured(ctx context.Context) ([]Entry, error) {
	return selectEntries(ctx, s.db, true)
}

// MostHelpful lists at most n entries that readers called helpful most often
// since a day. Public: no actor.
func (s *Service) MostHelpful(ctx context.Context, n int, since time.Time) ([]Entry, error) {
	return selectMostHelpful(ctx, s.db, n, since)
}

// AddGroup adds a group within tx.
func AddGroup(ctx context.Context, tx *audit.Tx, g Group) error { return insertGroup(ctx, tx, g) }

// Add adds an entry within tx.
func Add(ctx context.Context, tx *audit.Tx, e Entry) error { return insertEntry(ctx, tx, e) }
