package templates_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
	"portal/internal/people/token"
	"portal/internal/site/settings"
	"portal/templates/component"
	"portal/templates/people/roletokenview"
)

func tokenViews() map[string]templ.Component {
	id, by := token.ID(7), evil
	pair := token.Pair{Agency: 3, Role: authz.ManualAuthor}
	var rows []token.Row
	var keys []string
	for _, state := range append([]token.State{token.Replaced}, token.States...) {
		rows = append(rows, token.Row{Pair: pair, AgencyName: evil, TokenID: &id, ExpiresAt: &day, UsedAt: &day, UsedBy: &by, State: state})
		keys = append(keys, evil)
	}
	list := roletokenview.List{
		Listing: token.Listing{Page: listing.Page[token.Row]{Rows: rows, Next: "n", Previous: "p", Count: 1000, More: true}, Roles: authz.Roles, UnitName: evil},
		Filter:  token.Filter{Query: evil, Unit: 3, Role: authz.ManualAuthor, State: token.Ready}, Address: url.URL{Path: "/backend/tokens"},
		Return: evil, Keys: keys, Key: evil, Ticked: []string{"3/manual_author"}, Anew: true,
		Shown:   &token.Shown{Token: token.Token{Role: authz.ManualAuthor, AgencyName: evil, ExpiresAt: day}, Code: "7KQFM3TX9W4H2CDR"},
		Problem: problem.Of(problem.New(problem.Conflict, evil)),
	}
	slips := []token.BatchRow{{Code: "7KQFM3TX9W4H2CDR", State: token.Ready}, {State: token.Used}, {State: token.Expired}, {State: token.Replaced}, {State: token.Ready}}
	for i := range slips {
		slips[i].Token = token.Token{Role: authz.ServicePointOfficer, AgencyName: evil, ExpiresAt: day}
	}
	qr, err := component.NewQRCode("https://admin.info.go.th/backend/login")
	if err != nil {
		panic(err)
	}
	page := token.BatchPage{Batch: token.Batch{Key: "K"}, Page: listing.Page[token.BatchRow]{Rows: slips}, Counts: map[token.State]int{token.Ready: 2}}
	return map[string]templ.Component{
		"tokens":        roletokenview.Tokens(office(), list),
		"tokens, empty": roletokenview.Tokens(office(), roletokenview.List{}),
		"batch":         roletokenview.Issued(office(), roletokenview.Batch{BatchPage: page}),
		"slips":         roletokenview.Slips(office(), roletokenview.Print{Rows: slips, SignIn: evil, QR: qr}),
		"slips, empty":  roletokenview.Slips(office(), roletokenview.Print{}),
	}
}

func TestSlipsShowWhatWorks(t *testing.T) {
	var b strings.Builder
	if err := tokenViews()["slips"].Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if got := regexp.MustCompile(`7KQF-M3TX-9W4H-2CDR|ใช้แล้ว|>หมดอายุ|มีรหัสใหม่แทนแล้ว`).FindAllString(b.String(), -1); len(got) != 4 {
		t.Errorf("%q", got)
	}
	if n := strings.Count(b.String(), `class="slip-sheet"`); n != 2 {
		t.Errorf("%d sheets for 5 slips", n)
	}
}

func TestSlipsSayWhomToAsk(t *testing.T) {
	const officer, center = "กรุณาติดต่อเจ้าหน้าที่ส่วนกลางต้นสังกัด", "กรุณาติดต่อ DGA Contact Center โทร. 0 2612 6060"
	p := office()
	p.Site.Contact = settings.Contact{Center: "DGA Contact Center", CenterTel: "0 2612 6060"}
	for role, want := range map[authz.Role]string{authz.CentralOfficer: center, authz.DGAAdmin: center, authz.OPDCAdmin: center, authz.ManualAuthor: officer, authz.ServicePointOfficer: officer} {
		var b strings.Builder
		row := token.BatchRow{Token: token.Token{Role: role}, Code: "7KQFM3TX9W4H2CDR", State: token.Ready}
		if err := roletokenview.Slips(p, roletokenview.Print{Rows: []token.BatchRow{row}}).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: no %q", role, want)
		}
	}
}

func TestQRCodeHasItsQuietZone(t *testing.T) {
	qr, err := component.NewQRCode("https://admin.info.go.th/backend/login")
	if err != nil {
		t.Fatal(err)
	}
	// Version 3 has 29 modules; its finder begins with seven dark ones.
	if qr.Size != 29+8 || !strings.HasPrefix(qr.Path, "M4 4h7v1h-7z") || qr.ViewBox() != "0 0 37 37" {
		t.Errorf("%d modules, %.30s", qr.Size, qr.Path)
	}
	if _, err := component.NewQRCode(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text that does not fit was encoded")
	}
}
