package authz

import "slices"

// AgencyKind is an agency's level in the tree.
type AgencyKind string

// The kinds, top down.
const (
	Ministry     AgencyKind = "ministry"
	Department   AgencyKind = "department" // กรม or equal
	Division     AgencyKind = "division"
	ServicePoint AgencyKind = "service_point"
)

// AgencyKinds lists every kind, top down.
var AgencyKinds = []AgencyKind{Ministry, Department, Division, ServicePoint}

var kindNames = map[AgencyKind]string{
	Ministry: "กระทรวง", Department: "กรมหรือเทียบเท่า", Division: "กอง / สำนักงาน / ศูนย์", ServicePoint: "จุดบริการ",
}

// Name is the kind's name on screens, in Thai.
func (k AgencyKind) Name() string { return kindNames[k] }

// Valid reports whether k is one of AgencyKinds.
func (k AgencyKind) Valid() bool { return slices.Contains(AgencyKinds, k) }

// Codes of the two agencies that run the portal.
const (
	CodeDGA  = "01036001" // สพร.
	CodeOPDC = "01010000" // สำนักงาน ก.พ.ร.
)

// seat says where a role can be held: at agencies of these kinds, or at the one
// agency that has the code.
type seat struct {
	kinds []AgencyKind
	code  string
}

var seats = map[Role]seat{
	DGAAdmin:            {code: CodeDGA},
	OPDCAdmin:           {code: CodeOPDC},
	CentralOfficer:      {kinds: []AgencyKind{Department}},
	ManualAuthor:        {kinds: []AgencyKind{Department, Division}},
	ManualReviewer:      {kinds: []AgencyKind{Department, Division}},
	ServicePointOfficer: {kinds: []AgencyKind{ServicePoint}},
}

// HeldAt reports whether r can be held at an agency of that kind and code.
func (r Role) HeldAt(kind AgencyKind, code string) bool {
	s := seats[r]
	return s.code != "" && s.code == code || slices.Contains(s.kinds, kind)
}

// Seat is HeldAt as data, for queries: the kinds of agency where r can be held,
// or the code of the only one.
func (r Role) Seat() (kinds []AgencyKind, code string) { return seats[r].kinds, seats[r].code }
