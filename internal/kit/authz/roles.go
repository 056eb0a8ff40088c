package authz

import "slices"

// Role is what a membership lets a person do in its agency and below.
type Role string

// The roles of the portal.
const (
	DGAAdmin            Role = "dga_admin"
	OPDCAdmin           Role = "opdc_admin"
	CentralOfficer      Role = "central_officer"
	ManualAuthor        Role = "manual_author"
	ManualReviewer      Role = "manual_reviewer"
	ServicePointOfficer Role = "service_point_officer"
)

// Roles lists every role, widest reach first.
var Roles = []Role{DGAAdmin, OPDCAdmin, CentralOfficer, ManualAuthor, ManualReviewer, ServicePointOfficer}

var roleNames = map[Role]string{
	DGAAdmin:            "ผู้ดูแลระบบ สพร.",
	OPDCAdmin:           "ผู้ดูแลระบบ ก.พ.ร.",
	CentralOfficer:      "เจ้าหน้าที่ส่วนกลาง",
	ManualAuthor:        "เจ้าหน้าที่จัดทำคู่มือ",
	ManualReviewer:      "เจ้าหน้าที่ตรวจคู่มือ",
	ServicePointOfficer: "เจ้าหน้าที่จุดบริการ",
}

// Name is the role's name on screens, in Thai.
func (r Role) Name() string { return roleNames[r] }

// Valid reports whether r is one of Roles.
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// national reports whether the role reaches every agency.
func (r Role) national() bool { return r == DGAAdmin || r == OPDCAdmin }

// Permission is one thing a person may do.
type Permission string

// The permissions. Each is required by at least one use case.
const (
	ViewProfile    Permission = "profile.view"
	RedeemToken    Permission = "token.redeem"
	EnterOffice    Permission = "office.enter"
	ViewAgencies   Permission = "agency.view"
	EditAgencies   Permission = "agency.edit"
	IssueToken     Permission = "token.issue"
	ViewStaff      Permission = "staff.view"
	EditMembership Permission = "membership.edit"
	SuspendStaff   Permission = "staff.suspend"

	RemoveMembership Permission = "membership.remove" // any, of whatever role
	ViewAudit        Permission = "audit.view"
	ViewSearches     Permission = "search.view"
	ViewStatus       Permission = "status.view"

	EditBanners       Permission = "banner.edit"
	EditAnnouncements Permission = "announcement.edit"
	EditFAQ           Permission = "faq.edit"        // the own group's
	EditAllFAQ        Permission = "faq.edit_all"    // every group's, and the groups
	EditManuals       Permission = "manual.edit"     // the own role's
	EditAllManuals    Permission = "manual.edit_all" // every role's
	EditPages         Permission = "page.edit"
	EditSite          Permission = "site.edit"
	CheckLinks        Permission = "link.check"
	EditContent       Permission = "content.edit" // the store of files

	SeedContent Permission = "content.seed"
	KeepHouse   Permission = "house.keep"
)

var descriptions = map[Permission]string{ // #nosec G101 -- words on screens
	ViewProfile:    "ดูบัญชีผู้ใช้งาน",
	RedeemToken:    "ใช้รหัส Token",
	EnterOffice:    "ใช้งานส่วนของเจ้าหน้าที่",
	ViewAgencies:   "ดูหน่วยงานและโครงสร้าง",
	EditAgencies:   "แก้ไขหน่วยงานและโครงสร้าง",
	IssueToken:     "ออกรหัส Token",
	ViewStaff:      "ดูรายละเอียดผู้ใช้งาน",
	EditMembership: "แก้ไขสิทธิ์ผู้ใช้งาน",
	SuspendStaff:   "ระงับบัญชีผู้ใช้งาน",

	RemoveMembership: "ลบสิทธิ์ผู้ใช้งานทุกบทบาท",

	ViewAudit:    "ดูบันทึกการใช้งาน",
	ViewSearches: "ดูคำค้นและความเห็นของผู้อ่าน",
	ViewStatus:   "ดูสถานะระบบ",

	EditBanners:       "แก้ไขแบนเนอร์",
	EditAnnouncements: "แก้ไขประกาศข่าวสาร",
	EditFAQ:           "แก้ไข FAQ",
	EditAllFAQ:        "แก้ไข FAQ ทุกหมวด",
	EditManuals:       "แก้ไขคู่มือ",
	EditAllManuals:    "แก้ไขคู่มือทุกบทบาท",
	EditPages:         "แก้ไขหน้าเนื้อหา",
	EditSite:          "แก้ไขหน้าหลักและข้อมูลติดต่อ",
	CheckLinks:        "ตรวจลิงก์ในเนื้อหา",
	EditContent:       "จัดการคลังไฟล์",

	SeedContent: "นำเข้าเนื้อหาเริ่มต้น",
	KeepHouse:   "ล้างข้อมูลที่หมดอายุ",
}

func (p Permission) describe() string { return descriptions[p] }

// everyone is what any signed-in person may do, with or without a membership.
var everyone = []Permission{ViewProfile, RedeemToken}

// gives says which roles a role may give to people, and take from them.
var gives = map[Role][]Role{
	DGAAdmin:       {DGAAdmin, OPDCAdmin, CentralOfficer},
	CentralOfficer: {ManualAuthor, ManualReviewer, ServicePointOfficer},
}

// grants is the rest of the permission matrix.
var grants = map[Role][]Permission{
	DGAAdmin: {EnterOffice, ViewAgencies, EditAgencies, IssueToken, ViewStaff, EditMembership, RemoveMembership, SuspendStaff, ViewAudit, ViewSearches, ViewStatus,
		EditBanners, EditAnnouncements, EditFAQ, EditAllFAQ, EditManuals, EditAllManuals, EditPages, EditSite, CheckLinks, EditContent},
	OPDCAdmin:           {EnterOffice, ViewSearches, EditAnnouncements, EditFAQ, EditManuals, CheckLinks, EditContent},
	CentralOfficer:      {EnterOffice, ViewAgencies, IssueToken, ViewStaff, EditMembership, ViewAudit},
	ManualAuthor:        {EnterOffice},
	ManualReviewer:      {EnterOffice},
	ServicePointOfficer: {EnterOffice},
}
