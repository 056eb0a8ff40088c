// Package authz says who may do what. roles.go is the whole matrix.
package authz

import (
	"slices"

	"portal/internal/kit/problem"
)

// AgencyID names an agency, from a ministry down to a service point.
type AgencyID int64

// Grant is one role held in one agency.
type Grant struct {
	Role   Role
	Agency AgencyID
}

// Actor is the person or job asking. The zero Actor is a visitor.
type Actor struct {
	StaffID int64  // 0 for a visitor or a job
	Job     string // set for the command line and jobs, which may do everything
	Address string // network address the request came from, for the audit log
	Grants  []Grant
}

// System is the actor of the command line and of jobs: an operator who may run the
// binary on the server holds its keys and its database already.
func System(job string) Actor { return Actor{Job: job} }

// SignedIn reports whether a person is known.
func (a Actor) SignedIn() bool { return a.StaffID != 0 }

// HasRole reports whether the person holds any membership.
func (a Actor) HasRole() bool { return a.Job != "" || len(a.Grants) > 0 }

// Can reports whether a may do p in at least one agency.
func (a Actor) Can(p Permission) bool {
	return a.Job != "" ||
		a.SignedIn() && slices.Contains(everyone, p) ||
		slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(grants[g.Role], p) })
}

// Require returns nil if a may do p. Every use case begins with it or with
// RequireIn. Its errors are SignIn, NoRole and Forbidden.
func (a Actor) Require(p Permission) error {
	switch {
	case a.Can(p):
		return nil
	case !a.SignedIn():
		return problem.New(problem.SignIn, "กรุณาเข้าสู่ระบบก่อนใช้งานส่วนนี้")
	case !a.HasRole():
		return problem.New(problem.NoRole, "กรุณากรอกรหัส Token เพื่อรับสิทธิ์ใช้งานก่อน")
	default:
		return problem.New(problem.Forbidden, "ท่านไม่มีสิทธิ์"+p.describe())
	}
}

// RequireIn returns nil if a may do p in the agency whose chain, itself first
// and the root last, is lineage.
func (a Actor) RequireIn(p Permission, lineage []AgencyID) error {
	if err := a.Require(p); err != nil || a.Job != "" {
		return err
	}
	for _, g := range a.Grants {
		if slices.Contains(grants[g.Role], p) && (g.Role.national() || slices.Contains(lineage, g.Agency)) {
			return nil
		}
	}
	return problem.New(problem.Forbidden, "หน่วยงานนี้อยู่นอกสังกัดของท่าน ท่านจึงไม่มีสิทธิ์"+p.describe())
}

// RequireGive returns nil if a may, by permission p, give role to a person or
// take it away in the agency whose chain, itself first, is lineage.
func (a Actor) RequireGive(p Permission, role Role, lineage []AgencyID) error {
	if err := a.RequireIn(p, lineage); err != nil || a.Job != "" {
		return err
	}
	for _, g := range a.Grants {
		if slices.Contains(gives[g.Role], role) && (g.Role.national() || slices.Contains(lineage, g.Agency)) {
			return nil
		}
	}
	return problem.New(problem.Forbidden, "บทบาทของท่านให้สิทธิ์"+role.Name()+"ไม่ได้")
}

// Gives lists the roles that a may give out somewhere.
func (a Actor) Gives() []Role {
	var all []Role
	for _, role := range Roles {
		given := func(g Grant) bool { return slices.Contains(gives[g.Role], role) }
		if a.Job != "" || slices.ContainsFunc(a.Grants, given) {
			all = append(all, role)
		}
	}
	return all
}

// Reach says where a may do p: everywhere, or in roots and all that is under
// them. Lists show no more than this.
func (a Actor) Reach(p Permission) (everywhere bool, roots []AgencyID) {
	if a.Job != "" {
		return true, nil
	}
	for _, g := range a.Grants {
		if !slices.Contains(grants[g.Role], p) {
			continue
		}
		if g.Role.national() {
			return true, nil
		}
		roots = append(roots, g.Agency)
	}
	return false, roots
}

// GiveReach says where a may, by permission p, give role out: everywhere, or in
// roots and all that is under them. It is RequireGive as data, for lists.
func (a Actor) GiveReach(p Permission, role Role) (everywhere bool, roots []AgencyID) {
	if a.Job != "" {
		return true, nil
	}
	for _, g := range a.Grants {
		if !slices.Contains(gives[g.Role], role) || !slices.Contains(grants[g.Role], p) {
			continue
		}
		if g.Role.national() {
			return true, nil
		}
		roots = append(roots, g.Agency)
	}
	return false, roots
}
