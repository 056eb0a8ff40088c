// Package agency holds the tree of government agencies, from ministries down to
// service points. An agency is never deleted, only hidden.
package agency

import (
	"context"
	"fmt"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/db"
	"portal/internal/kit/problem"
)

// ID names an agency.
type ID = authz.AgencyID

// Kind is an agency's level in the tree.
type Kind = authz.AgencyKind

// Agency is one agency or service point.
type Agency struct {
	ID        ID
	Code      string // digits; unique across government
	ParentID  *ID
	Kind      Kind
	Name      string
	NameEN    string
	ShortName string
	Address   string
	Telephone string
	Website   string // an https address
	Email     string
	Hidden    bool
	Version   int // goes up with every change
}

// Service answers questions about agencies and changes them.
type Service struct {
	db       db.Reader
	log      *audit.Log
	planning chan struct{} // holds one file at a time
}

// New returns a Service that reads from r and changes through log.
func New(r db.Reader, log *audit.Log) *Service {
	return &Service{r, log, make(chan struct{}, 1)}
}

// ByCode returns the agency with the code, or a NotFound problem. Public: the
// tree of agencies is public knowledge.
func (s *Service) ByCode(ctx context.Context, code string) (Agency, error) {
	return selectByCode(ctx, s.db, code)
}

// Lineage lists id and the agencies above it, the root last. Public: see ByCode.
func (s *Service) Lineage(ctx context.Context, id ID) ([]ID, error) {
	return selectLineage(ctx, s.db, id)
}

// Add adds an agency within tx, under the parent that has parentCode unless
// that is empty, and returns its id.
func Add(ctx context.Context, tx *audit.Tx, a Agency, parentCode string) (ID, error) {
	if parentCode != "" {
		parent, err := selectByCode(ctx, tx, parentCode)
		if err != nil {
			return 0, fmt.Errorf("parent %s: %w", parentCode, err)
		}
		a.ParentID = &parent.ID
	}
	return insertAgency(ctx, tx, a)
}

// IDOf returns the id of the agency with the code, within tx.
func IDOf(ctx context.Context, tx *audit.Tx, code string) (ID, error) {
	a, err := selectByCode(ctx, tx, code)
	return a.ID, err
}

// Line is an agency and those above it, itself first. It is never empty.
type Line []Agency

// Self is the agency that the line leads up from.
func (l Line) Self() Agency { return l[0] }

// Above is what stands above it, the root first, as a way down is read.
func (l Line) Above() []Agency {
	var above []Agency
	for i := len(l) - 1; i > 0; i-- {
		above = append(above, l[i])
	}
	return above
}

func (l Line) ids() []ID {
	var ids []ID
	for _, a := range l {
		ids = append(ids, a.ID)
	}
	return ids
}

// line reads an agency that actor may see. One outside the own reach is as if
// it were not there.
func (s *Service) line(ctx context.Context, r db.Reader, actor authz.Actor, id ID) (Line, error) {
	if err := actor.Require(authz.ViewAgencies); err != nil {
		return nil, err
	}
	l, err := selectLine(ctx, r, id)
	if err != nil {
		return nil, err
	}
	if len(l) == 0 || actor.RequireIn(authz.ViewAgencies, l.ids()) != nil {
		return nil, notFound()
	}
	return l, nil
}

// About is an agency's own page.
type About struct {
	Line
	Below   []Row // the first units directly under it
	More    bool  // there are more than Below
	History []Event
	MayEdit bool
	Seen    func(ID) bool // may the viewer open this one?
}

// How much of what is below and of what happened an agency's page shows.
const (
	belowShown   = 10
	historyShown = 20
)

// ByID returns the agency, what is around it and what happened to it.
func (s *Service) ByID(ctx context.Context, actor authz.Actor, id ID) (About, error) {
	l, err := s.line(ctx, s.db, actor, id)
	if err != nil {
		return About{}, err
	}
	a := About{Line: l, MayEdit: actor.Can(authz.EditAgencies), Seen: seen(actor, l)}
	if a.Below, err = selectBelow(ctx, s.db, id, belowShown+1); err != nil {
		return About{}, err
	}
	if len(a.Below) > belowShown {
		a.Below, a.More = a.Below[:belowShown], true
	}
	if actor.Can(authz.ViewAudit) {
		a.History, err = selectHistory(ctx, s.db, id, historyShown)
	}
	return a, err
}

// seen tells which agencies of the line actor may open.
func seen(actor authz.Actor, l Line) func(ID) bool {
	open := map[ID]bool{}
	for i := range l {
		open[l[i].ID] = actor.RequireIn(authz.ViewAgencies, l[i:].ids()) == nil
	}
	return func(id ID) bool { return open[id] }
}

// ToEdit returns the agency for a form that changes it.
func (s *Service) ToEdit(ctx context.Context, actor authz.Actor, id ID) (Line, error) {
	if err := actor.Require(authz.EditAgencies); err != nil {
		return nil, err
	}
	return s.line(ctx, s.db, actor, id)
}

// MayAdd returns nil if actor may add agencies.
func (s *Service) MayAdd(_ context.Context, actor authz.Actor) error {
	return actor.Require(authz.EditAgencies)
}

var errMoved = problem.New(problem.Conflict, "มีผู้อื่นแก้ไขหน่วยงานนี้ไปก่อน กรุณาตรวจสอบค่าล่าสุดที่แสดงไว้ แล้วส่งอีกครั้งหากยังต้องการเปลี่ยน")
