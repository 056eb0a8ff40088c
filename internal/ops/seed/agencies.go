package seed

import (
	"context"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/org/agency"
	"portal/internal/people/staff"
)

// Codes of the agencies that sample people belong to.
const (
	CodeDLT          = "08004000"
	CodeDLTChiangMai = "080040005001"
)

var agencies = []struct {
	agency.Agency
	parent string
}{
	{agency.Agency{Code: "01000000", Kind: authz.Ministry, Name: "สำนักนายกรัฐมนตรี", NameEN: "Office of the Prime Minister", ShortName: "สปน."}, ""},
	{agency.Agency{Code: authz.CodeDGA, Kind: authz.Department, Name: "สำนักงานพัฒนารัฐบาลดิจิทัล (องค์การมหาชน)", NameEN: "Digital Government Development Agency", ShortName: "สพร."}, "01000000"},
	{agency.Agency{Code: authz.CodeOPDC, Kind: authz.Department, Name: "สำนักงานคณะกรรมการพัฒนาระบบราชการ", NameEN: "Office of the Public Sector Development Commission", ShortName: "สำนักงาน ก.พ.ร."}, "01000000"},
	{agency.Agency{Code: "08000000", Kind: authz.Ministry, Name: "กระทรวงคมนาคม", NameEN: "Ministry of Transport", ShortName: "คค."}, ""},
	{agency.Agency{Code: CodeDLT, Kind: authz.Department, Name: "กรมการขนส่งทางบก", NameEN: "Department of Land Transport", ShortName: "ขบ."}, "08000000"},
	{agency.Agency{Code: CodeDLTChiangMai, Kind: authz.ServicePoint, Name: "สำนักงานขนส่งจังหวัดเชียงใหม่", NameEN: "Chiang Mai Provincial Land Transport Office"}, CodeDLT},
}

func agencyItems() []item {
	var items []item
	for _, a := range agencies {
		items = append(items, item{"agency/" + a.Code, agency.ActionSeeded, func(ctx context.Context, tx *audit.Tx) error {
			_, err := agency.Add(ctx, tx, a.Agency, a.parent)
			return err
		}})
	}
	return items
}

// SampleAgency says where each role's sample person and sample token belong.
var SampleAgency = map[authz.Role]string{
	authz.DGAAdmin:            authz.CodeDGA,
	authz.OPDCAdmin:           authz.CodeOPDC,
	authz.CentralOfficer:      CodeDLT,
	authz.ManualAuthor:        CodeDLT,
	authz.ManualReviewer:      CodeDLT,
	authz.ServicePointOfficer: CodeDLTChiangMai,
}

// sampleRoles are those of the development provider's people, by the subject it
// gives them. Others have none yet.
var sampleRoles = map[string][]authz.Role{
	"sample-dga-admin":             {authz.DGAAdmin},
	"sample-opdc-admin":            {authz.OPDCAdmin},
	"sample-central-officer":       {authz.CentralOfficer},
	"sample-manual-author":         {authz.ManualAuthor},
	"sample-manual-reviewer":       {authz.ManualReviewer},
	"sample-service-point-officer": {authz.ServicePointOfficer},
	"sample-two-hats":              {authz.ManualAuthor, authz.ServicePointOfficer},
}

func sampleItems(people []staff.Identity) []item {
	var items []item
	for _, who := range people {
		if roles := sampleRoles[who.Subject]; len(roles) > 0 {
			items = append(items, item{"sample/" + who.Issuer + "/" + who.Subject, staff.ActionMembershipGiven, func(ctx context.Context, tx *audit.Tx) error {
				return addSample(ctx, tx, who, roles)
			}})
		}
	}
	return items
}

// addSample makes the person known as the provider will name them at sign-in.
func addSample(ctx context.Context, tx *audit.Tx, who staff.Identity, roles []authz.Role) error {
	now := time.Now()
	p, err := staff.SignIn(ctx, tx, who, now)
	if err != nil {
		return err
	}
	for _, role := range roles {
		a, err := agency.IDOf(ctx, tx, SampleAgency[role])
		if err != nil {
			return err
		}
		if err := staff.Join(ctx, tx, staff.Joining{Staff: p.ID, Agency: a, Role: role, Since: now}); err != nil {
			return err
		}
	}
	return nil
}
