// Package auditlog reads the audit log: the list and the export of entries, the
// proof that nobody changed them, and their end after years. Writing is
// package audit's.
package auditlog

import (
	"context"
	"encoding/json"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
)

// ID is an entry's number in the chain, from 1 without gaps.
type ID int64

// Entry is one entry, as it was written.
type Entry struct {
	ID          ID
	At          time.Time
	StaffID     *int64 // nil for a visitor or a job
	StaffName   string // as it was
	Job         string // empty for a person
	Address     string
	Action      audit.Action
	Subject     string // such as staff/12
	SubjectName string
	Agencies    map[authz.AgencyID]string // the agencies it concerns and what they are called now
	Detail      json.RawMessage           // see Described.Words
	Hash        []byte
}

// Filter says which entries are looked for. The zero Filter finds all.
type Filter struct {
	Person      string // a part of the name of who did it
	Text        string // a part of any name, the network address or the reason
	Action      audit.Action
	From, Until time.Time      // Until excluded; zero is open
	Unit        authz.AgencyID // concerning it or what is under it
}

// pageSize is the length of a page of the list.
const pageSize = 50

// List is a page of the log, newest first.
type List struct {
	listing.Page[Entry]
	// Partial says that only a part of the log was looked through for so short a
	// text; the next page looks further back.
	Partial bool
}

// Service reads the log.
type Service struct {
	db  db.Pool
	log *audit.Log
	now func() time.Time
}

// New returns a Service that reads from r.
func New(r db.Pool, log *audit.Log, now func() time.Time) *Service { return &Service{r, log, now} }

// Entries returns a page of what f finds within the actor's reach.
func (s *Service) Entries(ctx context.Context, actor authz.Actor, f Filter, cursor string) (List, error) {
	if err := actor.Require(authz.ViewAudit); err != nil {
		return List{}, err
	}
	c, err := order.Parse(cursor)
	if err != nil {
		return List{}, err
	}
	q := find(f, listing.ReachOf(actor, authz.ViewAudit))
	if q.recent > 0 {
		return s.recentPage(ctx, q, c)
	}
	return s.page(ctx, q, c)
}

// page lets Postgres choose the way to a page.
func (s *Service) page(ctx context.Context, q query, c listing.Cursor) (List, error) {
	rows, err := selectPage(ctx, s.db, q, c, pageSize+1)
	if err != nil {
		return List{}, err
	}
	n, err := countFound(ctx, s.db, q, listing.CountLimit+1)
	if err != nil {
		return List{}, err
	}
	return List{Page: listing.Collect(rows, c, pageSize, Entry.keys).Counted(n, listing.CountLimit)}, nil
}

// recentPage looks for a text among the newest that the rest of the filter finds. A
// text that is frequent fills its page there. One that is not is looked for in
// the whole log if it is long enough for the index; a shorter one further back
// on the next page.
func (s *Service) recentPage(ctx context.Context, q query, c listing.Cursor) (List, error) {
	rows, edge, err := selectRecent(ctx, s.db, q, c, pageSize+1)
	if err != nil {
		return List{}, err
	}
	whole := edge == 0
	if !whole && len(rows) <= pageSize && !q.short {
		if rows, err = s.fullPage(ctx, q, c); err != nil {
			return List{}, err
		}
		whole = true
	}
	// Not counted: a text among the entries of an agency takes long to find.
	l := List{Page: listing.Collect(rows, c, pageSize, Entry.keys).Counted(len(rows), pageSize)}
	l.More = l.More || !whole || !c.First()
	if !whole && len(rows) <= pageSize {
		l.Partial = true
		l.Next, l.Previous = onward(l.Next, l.Previous, c, ID(edge))
	}
	return l, err
}

// fullPage looks in the whole log for a text that fills no page nearby. In an
// agency's part that is done by the index, unless too many elsewhere have the
// text, too: then entry by entry. Left to choose, Postgres may read the whole log
// beside that part.
func (s *Service) fullPage(ctx context.Context, q query, c listing.Cursor) ([]Entry, error) {
	if !q.reach {
		return selectPage(ctx, s.db, q, c, pageSize+1)
	}
	rows, all, err := selectIndexed(ctx, s.db, q, c, pageSize+1)
	if err != nil || all {
		return rows, err
	}
	q.recent = unlimited
	rows, _, err = selectRecent(ctx, s.db, q, c, pageSize+1)
	return rows, err
}

// Entry returns one entry and the hash of the one before it, which its own
// covers; nil if that one is no longer kept.
func (s *Service) Entry(ctx context.Context, actor authz.Actor, id ID) (e Entry, previous []byte, err error) {
	if err := actor.Require(authz.ViewAudit); err != nil {
		return Entry{}, nil, err
	}
	e, previous, found, err := selectEntry(ctx, s.db, id)
	if err != nil {
		return Entry{}, nil, err
	}
	if !found {
		return Entry{}, nil, problem.New(problem.NotFound, "ไม่พบบันทึกเลขที่นี้ อาจครบกำหนดเก็บและถูกลบแล้ว")
	}
	if sc := listing.ReachOf(actor, authz.ViewAudit); !sc.Everywhere {
		own, err := concerns(ctx, s.db, id, sc.Roots)
		if err != nil {
			return Entry{}, nil, err
		}
		if !own {
			return Entry{}, nil, problem.New(problem.Forbidden, "บันทึกนี้เป็นของหน่วยงานนอกสังกัดของท่าน ท่านจึงไม่มีสิทธิ์ดู")
		}
	}
	return e, previous, nil
}

// exportLasts is how long one export may read.
const exportLasts = 10 * time.Minute

// Export gives each all that f finds within the actor's reach, newest first,
// one after the other. That it was taken away is recorded before the first.
func (s *Service) Export(ctx context.Context, actor authz.Actor, f Filter, format string, each func(Entry) error) error {
	if err := actor.Require(authz.ViewAudit); err != nil {
		return err
	}
	sc := listing.ReachOf(actor, authz.ViewAudit)
	about := audit.Subject{Key: "audit", Name: "บันทึกการใช้งาน", Agencies: sc.Roots}
	err := s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		return tx.Record(ActionExported, about, map[string]any{"format": format, "filter": f.detail()})
	})
	if err != nil {
		return err
	}
	return db.Long(ctx, s.db, exportLasts, func(r db.Reader) error { return eachFound(ctx, r, find(f, sc), each) })
}

// Refused records that the portal refused the actor what they asked for: method
// and path, without the query, and what they were told. Of one person at one
// path it keeps one entry each minute, so that a program that asks on and on
// does not fill the log. Public: it is about whoever has no right.
func (s *Service) Refused(ctx context.Context, actor authz.Actor, method, path, message string) error {
	if !actor.SignedIn() {
		return nil
	}
	about := audit.Subject{Key: printable(path, maxPath), Agencies: own(actor)}
	return s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		recent, err := lockRefusal(ctx, tx, actor.StaffID, about.Key, refusalEvery)
		if err != nil {
			return err
		}
		if recent {
			return audit.ErrUnchanged
		}
		return tx.Record(ActionAccessRefused, about, map[string]string{"method": printable(method, 10), "message": message})
	})
}
