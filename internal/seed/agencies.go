package seed

import (
	"context"
	"time"

	"portal/internal/agency"
	"portal/internal/audit"
	"portal/internal/authz"
	"portal/internal/staff"
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
		items = append(items, item{"agency/" + a.Code, audit.AgencySeeded, func(ctx context.Context, tx *audit.Tx) error {
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

// samples are the development provider's people who have a membership, by the
// subject it gives them.
var samples = []struct {
	subject string
	roles   []authz.Role
}{
	{"sample-dga-admin", []authz.Role{authz.DGAAdmin}},
	{"sample-opdc-admin", []authz.Role{authz.OPDCAdmin}},
	{"sample-central-officer", []authz.Role{authz.CentralOfficer}},
	{"sample-manual-author", []authz.Role{authz.ManualAuthor}},
	{"sample-manual-reviewer", []authz.Role{authz.ManualReviewer}},
	{"sample-service-point-officer", []authz.Role{authz.ServicePointOfficer}},
	{"sample-two-hats", []authz.Role{authz.ManualAuthor, authz.ServicePointOfficer}},
}

func sampleItems(issuer string) []item {
	var items []item
	for _, sample := range samples {
		key := "sample/" + issuer + "/" + sample.subject
		items = append(items, item{key, audit.MembershipGiven, func(ctx context.Context, tx *audit.Tx) error {
			return addSample(ctx, tx, issuer, sample.subject, sample.roles)
		}})
	}
	return items
}

// addSample makes the person known as the provider will name them at sign-in.
func addSample(ctx context.Context, tx *audit.Tx, issuer, subject string, roles []authz.Role) error {
	now := time.Now()
	p, err := staff.SignIn(ctx, tx, staff.Identity{Issuer: issuer, Subject: subject, Name: subject}, now)
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
