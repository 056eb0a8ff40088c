package web

import (
	"os"
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/web/kit"
)

// TestManualsTellOfEveryMenu keeps the manuals true: each names every menu that
// its readers have, and promises none of them for later. After a change of the
// text, `make manuals` prints them.
func TestManualsTellOfEveryMenu(t *testing.T) {
	t.Parallel()
	for role, name := range map[authz.Role]string{
		authz.DGAAdmin: "dga-admin", authz.OPDCAdmin: "opdc-admin", authz.CentralOfficer: "central-officer",
		authz.ManualAuthor: "manual-author", authz.ServicePointOfficer: "service-point-officer",
	} {
		b, err := os.ReadFile("../docs/manual-source/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range kit.Menu(authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: role, Agency: 1}}}) {
			for _, item := range group.Items {
				if !strings.Contains(string(b), item.Title) {
					t.Errorf("%s does not name the menu %s", name, item.Title)
				}
				for line := range strings.Lines(string(b)) {
					if strings.Contains(line, "รุ่นถัดไป") && strings.Contains(line, "“"+item.Title+"”") {
						t.Errorf("%s says of the menu %s: %s", name, item.Title, line)
					}
				}
			}
		}
	}
}
