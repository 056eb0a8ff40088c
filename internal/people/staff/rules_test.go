package staff

import (
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

const (
	dga, opdc, dlt, point, other = authz.AgencyID(1), authz.AgencyID(2), authz.AgencyID(20), authz.AgencyID(201), authz.AgencyID(30)
)

func who(id int64, role authz.Role, at authz.AgencyID) authz.Actor {
	return authz.Actor{StaffID: id, Grants: []authz.Grant{{Role: role, Agency: at}}}
}

func TestWhoMayChangeAMembership(t *testing.T) {
	admin, officer, author := who(1, authz.DGAAdmin, dga), who(2, authz.CentralOfficer, dlt), who(3, authz.ManualAuthor, dlt)
	for name, tt := range map[string]struct {
		actor        authz.Actor
		h            Held
		edit, remove bool
	}{
		"admin, admin":            {admin, Held{StaffID: 9, Role: authz.DGAAdmin, Lineage: []authz.AgencyID{dga}}, true, true},
		"admin, central officer":  {admin, Held{StaffID: 9, Role: authz.CentralOfficer, Lineage: []authz.AgencyID{dlt}}, true, true},
		"admin, author":           {admin, Held{StaffID: 9, Role: authz.ManualAuthor, Lineage: []authz.AgencyID{dlt}}, false, true},
		"officer, author":         {officer, Held{StaffID: 9, Role: authz.ManualAuthor, Lineage: []authz.AgencyID{dlt, 8}}, true, true},
		"officer, below":          {officer, Held{StaffID: 9, Role: authz.ServicePointOfficer, Lineage: []authz.AgencyID{point, dlt, 8}}, true, true},
		"officer, other":          {officer, Held{StaffID: 9, Role: authz.ManualAuthor, Lineage: []authz.AgencyID{other, 8}}, false, false},
		"officer, another of own": {officer, Held{StaffID: 9, Role: authz.CentralOfficer, Lineage: []authz.AgencyID{dlt}}, false, false},
		"officer, own":            {officer, Held{StaffID: 2, Role: authz.CentralOfficer, Lineage: []authz.AgencyID{dlt}}, false, true},
		"author, own":             {author, Held{StaffID: 3, Role: authz.ManualAuthor, Lineage: []authz.AgencyID{dlt}}, false, true},
		"author, another":         {author, Held{StaffID: 9, Role: authz.ManualAuthor, Lineage: []authz.AgencyID{dlt}}, false, false},
		"visitor":                 {authz.Actor{}, Held{StaffID: 0, Role: authz.ManualAuthor, Lineage: []authz.AgencyID{dlt}}, false, false},
	} {
		if got := tt.h.mayEdit(tt.actor); (got == nil) != tt.edit {
			t.Errorf("%s: edit: %v", name, got)
		}
		if got := tt.h.mayRemove(tt.actor); (got == nil) != tt.remove {
			t.Errorf("%s: remove: %v", name, got)
		}
	}
}

func TestWhatAMembershipMayBecome(t *testing.T) {
	officer := who(2, authz.CentralOfficer, dlt)
	h := Held{StaffID: 9, Role: authz.ManualAuthor, AgencyID: dlt, Lineage: []authz.AgencyID{dlt, 8}}
	department := Place{ID: dlt, Kind: authz.Department, Lineage: []authz.AgencyID{dlt, 8}}
	servicePoint := Place{ID: point, Kind: authz.ServicePoint, Lineage: []authz.AgencyID{point, dlt, 8}}
	foreign := Place{ID: other, Kind: authz.Department, Lineage: []authz.AgencyID{other, 8}}
	for name, tt := range map[string]struct {
		role authz.Role
		at   Place
		want problem.Kind
		ok   bool
	}{
		"another role":             {authz.ManualReviewer, department, 0, true},
		"another place":            {authz.ServicePointOfficer, servicePoint, 0, true},
		"where it cannot be held":  {authz.ManualReviewer, servicePoint, problem.Invalid, false},
		"outside the own tree":     {authz.ManualReviewer, foreign, problem.Forbidden, false},
		"above what one may give":  {authz.CentralOfficer, department, problem.Forbidden, false},
		"far above":                {authz.DGAAdmin, Place{ID: dga, Code: authz.CodeDGA}, problem.Forbidden, false},
		"the same":                 {authz.ManualAuthor, department, problem.Invalid, false},
		"a role that is none":      {"king", department, problem.Invalid, false},
		"a role that is not there": {"", department, problem.Invalid, false},
	} {
		err := h.mayBecome(officer, tt.role, tt.at)
		if (err == nil) != tt.ok || err != nil && !problem.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReasons(t *testing.T) {
	for text, ok := range map[string]bool{"": false, " \n": false, "ย้าย": true, strings.Repeat("ก", 500): true, strings.Repeat("ก", 501): false} {
		if _, fix := checkReason(text, true); (fix == "") != ok {
			t.Errorf("%d letters: %q", len([]rune(text)), fix)
		}
	}
	if reason, fix := checkReason("  ", false); reason != "" || fix != "" {
		t.Errorf("none is needed: %q, %q", reason, fix)
	}
	if reason, _ := checkReason("  ย้าย ", true); reason != "ย้าย" {
		t.Errorf("%q", reason)
	}
}

func TestEveryRoleHasWordsForItsPlace(t *testing.T) {
	for _, r := range authz.Roles {
		if seatName(r) == "" {
			t.Errorf("%s", r)
		}
	}
}
