package audit

// Action names something a person or a job did. The list is the catalogue shown
// in the audit viewer; add to it, never rename.
type Action string

// The catalogue.
const (
	ContentSeeded   Action = "content.seeded"
	AgencySeeded    Action = "agency.seeded"
	StaffSignedIn   Action = "staff.signed_in"
	StaffSignedOut  Action = "staff.signed_out"
	SignInRefused   Action = "signin.refused"
	TokenIssued     Action = "token.issued"
	TokenRedeemed   Action = "token.redeemed"
	TokenRefused    Action = "token.refused"
	MembershipGiven Action = "membership.given"
)
