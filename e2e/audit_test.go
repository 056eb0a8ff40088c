package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAuditPagesAreClean looks at the audit log as those who may read it.
func TestAuditPagesAreClean(t *testing.T) {
	p := startPortal(t)
	for _, who := range []string{"sample-dga-admin", "sample-central-officer"} {
		for _, width := range []int64{320, 768, 1360} {
			b := openTab(t, width, 900)
			b.signIn(p, who)
			b.open(p.base + "/backend/audit")
			b.clean("audit of " + who)
			if !strings.Contains(b.text(), "เข้าสู่ระบบ") {
				t.Errorf("%s: the sign-in is not in the log:\n%s", who, b.text())
			}
			b.open(p.base + "/backend/audit?q=ไม่มีคำนี้&from=2026-01-01&until=2026-01-31&unit=1")
			b.clean("audit of " + who + ", nothing found")
			b.open(p.base + "/backend/audit")
			b.click(`.audit__when`)
			b.do(chromedp.Click(`.audit-proof summary`))
			b.clean("audit entry of " + who)
		}
	}
}

// TestAuditJourney finds an entry and opens it, with and without scripts.
func TestAuditJourney(t *testing.T) {
	p := startPortal(t)
	for _, scripts := range []bool{true, false} {
		b := openTab(t, 360, 740)
		b.signIn(p, "sample-dga-admin")
		if !scripts {
			b.withoutScripts()
		}
		b.open(p.base + "/backend/audit")
		b.do(chromedp.Focus(`#person`))
		b.insert("อรุณี")
		b.do(chromedp.SetValue(`#action`, "staff.signed_in"))
		b.click(`.filters button[type="submit"]`)
		if text := b.text(); !strings.Contains(text, "อรุณี ศรีสุวรรณ") || strings.Contains(text, "ไม่พบ") {
			t.Errorf("the own sign-in is not found:\n%s", text)
		}
		b.click(`.audit__when`)
		if !strings.HasPrefix(b.path(), "/backend/audit/") || !strings.Contains(b.text(), "ใคร ทำอะไร เมื่อใด") {
			t.Errorf("%s\n%s", b.path(), b.text())
		}
	}
}
