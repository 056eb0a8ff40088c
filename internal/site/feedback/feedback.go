// Package feedback counts whether answers helped: numbers of a day for each
// question, never who said so or from where (docs/adr/0005-search.md).
package feedback

import (
	"context"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
	"portal/internal/text/thaidate"
)

// Votes are what readers said of an answer.
type Votes struct {
	Slug     string
	Question string
	Helpful  int
	Useless  int
}

// Service counts.
type Service struct {
	db   db.Reader
	keep db.Bookkeeper
	now  func() time.Time
	seen *presses
}

// New returns a Service that reads from r and counts through keep.
func New(r db.Reader, keep db.Bookkeeper, now func() time.Time) *Service {
	return &Service{r, keep, now, newPresses()}
}

// Vote counts one opinion on the answer to a question. reader tells readers
// apart for some seconds, so that a double click counts once; it is kept
// nowhere. Public: no actor.
func (s *Service) Vote(ctx context.Context, reader, slug string, helpful bool) error {
	first, undo := s.seen.first(reader, slug, s.now())
	if !first {
		return nil
	}
	known, err := addVote(ctx, s.keep, slug, s.now().In(thaidate.Bangkok).Format(time.DateOnly), helpful)
	if err == nil && !known {
		err = problem.New(problem.NotFound, "ไม่พบคำถามนี้ในระบบ")
	}
	if err != nil {
		undo()
	}
	return err
}

// Counts are the votes of all days by the questions' slugs.
func (s *Service) Counts(ctx context.Context, actor authz.Actor) (map[string]Votes, error) {
	if err := actor.Require(authz.ViewSearches); err != nil {
		return nil, err
	}
	list, err := selectVotes(ctx, s.db, "-infinity")
	counts := make(map[string]Votes, len(list))
	for _, v := range list {
		counts[v.Slug] = v
	}
	return counts, err
}

// Latest lists the votes of the last days, the answers that helped least first.
func (s *Service) Latest(ctx context.Context, actor authz.Actor, days int) ([]Votes, error) {
	if err := actor.Require(authz.ViewSearches); err != nil {
		return nil, err
	}
	return selectVotes(ctx, s.db, s.now().In(thaidate.Bangkok).AddDate(0, 0, 1-max(1, days)).Format(time.DateOnly))
}
