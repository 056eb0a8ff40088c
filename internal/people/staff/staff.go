// Package staff holds the people who use the portal and their memberships: one
// person holding one role in one agency.
//
// A person is known by (issuer, subject) of the OpenID provider, never by
// e-mail or name.
package staff

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// ID names a person.
type ID int64

// Identity is what the provider says of a person at sign-in.
type Identity struct {
	Issuer   string
	Subject  string
	Name     string
	Email    string
	Username string
	IAL      string // identity assurance level, such as 2.3; empty when not told
}

// Person is somebody who has signed in at least once.
type Person struct {
	ID          ID
	Name        string
	Email       string
	Username    string
	IAL         string
	SuspendedAt *time.Time
	Epoch       int // rises when all sessions of the person are ended
	SignedInAt  *time.Time
}

// Membership is one role held in one agency.
type Membership struct {
	Role       authz.Role
	AgencyID   authz.AgencyID
	AgencyName string
	Since      time.Time
	GivenBy    string // name of who issued the token; empty for the command line
}

// Service answers questions about people and changes what they may do.
type Service struct {
	db  db.Pool
	log *audit.Log
	now func() time.Time
}

// New returns a Service that reads from pool.
func New(pool db.Pool, log *audit.Log, now func() time.Time) *Service {
	return &Service{pool, log, now}
}

// Own returns the actor's own person and memberships.
func (s *Service) Own(ctx context.Context, actor authz.Actor) (Person, []Membership, error) {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return Person{}, nil, err
	}
	p, err := selectPerson(ctx, s.db, ID(actor.StaffID))
	if err != nil {
		return Person{}, nil, err
	}
	ms, err := selectMemberships(ctx, s.db, p.ID)
	return p, ms, err
}

// SignIn finds or makes the person with the identity within tx, renews what
// the provider says of them, and returns them as they were locked. A suspended
// person is a Forbidden problem, whatever the provider says.
func SignIn(ctx context.Context, tx *audit.Tx, i Identity, now time.Time) (Person, error) {
	p, err := upsertPerson(ctx, tx, i, now)
	if err != nil {
		return Person{}, err
	}
	return p, p.maySignIn()
}

// IsMember reports within tx whether the person holds any role.
func IsMember(ctx context.Context, tx *audit.Tx, id ID) (bool, error) {
	ms, err := selectMemberships(ctx, tx, id)
	return len(ms) > 0, err
}

// maySignIn is every rule about who may come in.
func (p Person) maySignIn() error {
	if p.SuspendedAt != nil {
		return problem.New(problem.Forbidden, "บัญชีนี้ถูกระงับการใช้งาน กรุณาติดต่อเจ้าหน้าที่ส่วนกลางต้นสังกัด")
	}
	return nil
}

// Lock holds the person's row until tx ends, so that what one person does in
// two places at once happens one after the other.
func Lock(ctx context.Context, tx *audit.Tx, id ID) error { return lockPerson(ctx, tx, id) }

// Join gives the person a role in an agency within tx. Having it already is a
// Conflict problem.
func Join(ctx context.Context, tx *audit.Tx, j Joining) error {
	if err := insertMembership(ctx, tx, j); err != nil {
		return err
	}
	about := audit.Person(int64(j.Staff))
	about.Agencies = []authz.AgencyID{j.Agency}
	return tx.Record(ActionMembershipGiven, about, map[string]any{"role": j.Role, "agency": j.Agency, "token": j.Token})
}

// Joining is a membership about to be made.
type Joining struct {
	Staff   ID
	Agency  authz.AgencyID
	Role    authz.Role
	Token   *int64 // the role token that was used up for it
	GivenBy *int64 // who issued that token
	Since   time.Time
}
