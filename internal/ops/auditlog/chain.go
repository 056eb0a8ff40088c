package auditlog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// Anchor is the head of the chain at one time, kept where nobody who can
// change the database can change it.
type Anchor struct {
	ID   ID
	Hash []byte
}

// String is the anchor as the log and the command line write it: ID:HASH.
func (a Anchor) String() string { return fmt.Sprintf("%d:%x", a.ID, a.Hash) }

// ParseAnchor reads ID:HASH.
func ParseAnchor(text string) (Anchor, error) {
	id, hash, _ := strings.Cut(strings.TrimSpace(text), ":")
	n, err := strconv.ParseInt(id, 10, 64)
	h, herr := hex.DecodeString(hash)
	if err != nil || herr != nil || n < 1 || len(h) != sha256.Size {
		return Anchor{}, fmt.Errorf("%q is not ID:HASH, the number of an entry and its hash in hexadecimal", text)
	}
	return Anchor{ID(n), h}, nil
}

// Verified is what Verify found.
type Verified struct {
	Count       int64
	First, Last ID
	Head        []byte
}

// Broken is the first place where the chain does not hold.
type Broken struct {
	ID   ID
	At   time.Time // zero when the entry is not there
	What string
}

func (b *Broken) Error() string {
	if b.At.IsZero() {
		return fmt.Sprintf("entry %d: %s", b.ID, b.What)
	}
	return fmt.Sprintf("entry %d of %s: %s", b.ID, b.At.UTC().Format(time.RFC3339Nano), b.What)
}

// verifyLasts is how long reading the whole chain may take.
const verifyLasts = 12 * time.Hour

// progressEvery is after how many entries progress is told.
const progressEvery = 100_000

// Verify reads the whole chain, computes each hash anew and returns a *Broken
// for the first entry that does not fit: changed, put in, moved or taken out.
// Whoever holds the database could compute a whole new chain, or cut its end;
// that shows against an anchor, which may be nil. progress hears now and then
// how many entries were read.
func (s *Service) Verify(ctx context.Context, actor authz.Actor, anchor *Anchor, progress func(int64)) (Verified, error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return Verified{}, err
	}
	var v Verified
	err := db.Long(ctx, s.db, verifyLasts, func(r db.Reader) (err error) {
		v, err = verify(ctx, r, anchor, progress)
		return err
	})
	return v, err
}

// VerifyIn is Verify of the chain as tx sees it.
func (s *Service) VerifyIn(ctx context.Context, tx *audit.Tx, anchor *Anchor, progress func(int64)) (Verified, error) {
	if err := tx.Actor().Require(authz.KeepHouse); err != nil {
		return Verified{}, err
	}
	return verify(ctx, tx, anchor, progress)
}

func verify(ctx context.Context, r db.Reader, anchor *Anchor, progress func(int64)) (Verified, error) {
	c := chain{anchor: anchor}
	err := eachLink(ctx, r, func(l link) error {
		if err := c.add(l); err != nil {
			return err
		}
		if c.Count%progressEvery == 0 {
			progress(c.Count)
		}
		return nil
	})
	if err == nil {
		err = c.end()
	}
	return c.Verified, err
}

// link is an entry as the chain sees it.
type link struct {
	ID        ID
	At        time.Time
	Hash      []byte
	Canonical []byte
	Start     *start // with the first entry alone: what the last pruning left behind
}

// start is the detail of an audit.pruned entry: the last entry that went, its
// hash, and how many went.
type start struct {
	ThroughID ID     `json:"through_id"`
	Hash      string `json:"hash"`
	Count     int64  `json:"count"`
}

// chain is the state of a verification.
type chain struct {
	Verified
	anchor   *Anchor
	anchored bool
}

func (c *chain) add(l link) error {
	if c.Count == 0 {
		if err := c.begin(l); err != nil {
			return err
		}
	} else if l.ID != c.Last+1 {
		return &Broken{c.Last + 1, time.Time{}, missing(c.Last+1, l.ID-1)}
	}
	h := sha256.New()
	h.Write(c.Head)
	h.Write(l.Canonical)
	if !bytes.Equal(h.Sum(nil), l.Hash) {
		return &Broken{l.ID, l.At, "its hash does not fit: this entry or its place in the chain was changed"}
	}
	c.Count, c.Last, c.Head = c.Count+1, l.ID, l.Hash
	return c.meet(l.At)
}

// begin takes the hash before the first entry: none, or the one that the last
// pruning recorded further up in the chain.
func (c *chain) begin(l link) error {
	c.First = l.ID
	if l.Start == nil {
		if l.ID != 1 {
			return &Broken{1, time.Time{}, missing(1, l.ID-1)}
		}
		return nil
	}
	before, err := hex.DecodeString(l.Start.Hash)
	if err != nil || l.Start.ThroughID+1 < l.ID {
		return &Broken{l.Start.ThroughID + 1, time.Time{}, missing(l.Start.ThroughID+1, l.ID-1)}
	}
	if l.Start.ThroughID+1 > l.ID {
		return &Broken{l.ID, l.At, "it is older than the last pruning: it was put in afterwards"}
	}
	c.Head, c.Last = before, l.Start.ThroughID
	if c.anchor != nil && c.anchor.ID == c.Last {
		return c.meet(time.Time{})
	}
	return nil
}

// meet compares the anchor with the entry just read.
func (c *chain) meet(at time.Time) error {
	if c.anchor == nil || c.Last != c.anchor.ID {
		return nil
	}
	c.anchored = true
	if !bytes.Equal(c.Head, c.anchor.Hash) {
		return &Broken{c.Last, at, "its hash is not the anchor's: the chain was computed anew up to here"}
	}
	return nil
}

func (c *chain) end() error {
	if c.anchor == nil || c.anchored {
		return nil
	}
	if c.anchor.ID < c.First {
		return fmt.Errorf("entry %d of the anchor is no longer kept; the oldest is %d: use a younger anchor", c.anchor.ID, c.First)
	}
	return &Broken{c.Last + 1, time.Time{}, "the end of the chain was cut off: " + missing(c.Last+1, c.anchor.ID)}
}

func missing(from, to ID) string {
	if from == to {
		return "this entry is missing"
	}
	return fmt.Sprintf("the entries %d to %d are missing", from, to)
}

// Head returns the newest entry's number and hash, for keeping outside of the
// database; false while the log is empty.
func (s *Service) Head(ctx context.Context, actor authz.Actor) (Anchor, bool, error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return Anchor{}, false, err
	}
	return selectHead(ctx, s.db)
}

// pruneAtOnce is how many entries one transaction removes.
const pruneAtOnce = 10_000

// errKeep is a setting that would remove what the law may ask for.
var errKeep = errors.New("auditlog: entries are kept for 366 days at least")

// Prune removes the entries that are older than keep, from the oldest on, and
// records how far it went and the hash of the last, from which the chain goes
// on. The newest entry stays in any case. It returns how many entries went.
func (s *Service) Prune(ctx context.Context, actor authz.Actor, keep time.Duration) (removed int64, err error) {
	if err := actor.Require(authz.KeepHouse); err != nil {
		return 0, err
	}
	if keep < MinimumKeep {
		return 0, problem.Wrap(problem.Internal, errKeep, "")
	}
	for more := true; more && err == nil; {
		var n int64
		n, err = s.pruneSome(ctx, actor, s.now().Add(-keep))
		removed, more = removed+n, n == pruneAtOnce
	}
	return removed, err
}

func (s *Service) pruneSome(ctx context.Context, actor authz.Actor, older time.Time) (n int64, err error) {
	err = s.log.Change(ctx, actor, func(tx *audit.Tx) error {
		last, found, err := selectOldest(ctx, tx, older, pruneAtOnce)
		if err != nil {
			return err
		}
		if !found {
			return audit.ErrUnchanged
		}
		if n, err = deleteThrough(ctx, tx, last.ID); err != nil {
			return err
		}
		if n == 0 { // another server removed them meanwhile, and recorded it
			return audit.ErrUnchanged
		}
		about := audit.Subject{Key: "audit", Name: "บันทึกการใช้งาน"}
		return tx.Record(ActionPruned, about, start{last.ID, hex.EncodeToString(last.Hash), n})
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
