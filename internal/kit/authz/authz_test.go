package authz

import (
	"testing"

	"portal/internal/kit/problem"
)

func TestRequire(t *testing.T) {
	const dga, dlt = AgencyID(1), AgencyID(2)
	visitor, newcomer := Actor{}, Actor{StaffID: 7}
	admin := Actor{StaffID: 8, Grants: []Grant{{DGAAdmin, dga}}}
	author := Actor{StaffID: 9, Grants: []Grant{{ManualAuthor, dlt}}}
	for name, tt := range map[string]struct {
		actor Actor
		p     Permission
		want  problem.Kind
		ok    bool
	}{
		"visitor":                   {visitor, IssueToken, problem.SignIn, false},
		"visitor, for everyone":     {visitor, ViewProfile, problem.SignIn, false},
		"newcomer":                  {newcomer, EnterOffice, problem.NoRole, false},
		"newcomer, for everyone":    {newcomer, RedeemToken, 0, true},
		"author, not theirs":        {author, IssueToken, problem.Forbidden, false},
		"author, theirs":            {author, EnterOffice, 0, true},
		"administrator":             {admin, IssueToken, 0, true},
		"administrator, not theirs": {admin, SeedContent, problem.Forbidden, false},
		"command line, may do all":  {System("test"), SeedContent, 0, true},
	} {
		err := tt.actor.Require(tt.p)
		if (err == nil) != tt.ok || err != nil && !problem.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRequireInKeepsToTheOwnTree(t *testing.T) {
	grants[CentralOfficer] = append(grants[CentralOfficer], "test.permission")
	defer func() { grants[CentralOfficer] = grants[CentralOfficer][:len(grants[CentralOfficer])-1] }()
	officer := Actor{StaffID: 1, Grants: []Grant{{CentralOfficer, 20}}}
	for name, tt := range map[string]struct {
		lineage []AgencyID
		ok      bool
	}{
		"own":     {[]AgencyID{20, 2}, true},
		"below":   {[]AgencyID{201, 20, 2}, true},
		"above":   {[]AgencyID{2}, false},
		"sibling": {[]AgencyID{21, 2}, false},
		"nowhere": {nil, false},
	} {
		if err := officer.RequireIn("test.permission", tt.lineage); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryPermissionAndRoleHasItsWords(t *testing.T) {
	for _, ps := range grants {
		for _, p := range append(ps, everyone...) {
			if p.describe() == "" {
				t.Errorf("%s has no description", p)
			}
		}
	}
	for _, r := range Roles {
		if r.Name() == "" || !r.Valid() || len(grants[r]) == 0 {
			t.Errorf("%s lacks a name or any permission", r)
		}
	}
}
