package e2e

import (
	"encoding/base64"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"portal/internal/dev/testdb"
)

// TestA68_VerifyOnTheCommandLine asks the binary itself, as an auditor would.
func TestA68_VerifyOnTheCommandLine(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	run := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	verify := func(more ...string) (string, int) {
		cmd := exec.Command(binary, append([]string{"audit", "verify"}, more...)...)
		cmd.Env = append(os.Environ(), "DATABASE_URL="+pool.Config().ConnString(), "PORTAL_TOKEN_KEYS="+base64.StdEncoding.EncodeToString(make([]byte, 32)))
		out, _ := cmd.CombinedOutput() // its status says it
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, status := verify(); status != 0 || !strings.Contains(out, "empty") {
		t.Errorf("an empty log: %d, %s", status, out)
	}
	run(`INSERT INTO audit_entries (action, subject) SELECT 'content.seeded', 'x' FROM generate_series(1, 9)`)
	out, status := verify()
	head := regexp.MustCompile(`head (9:[0-9a-f]{64}), in `).FindStringSubmatch(out)
	if status != 0 || head == nil || !strings.Contains(out, "good: 9 entries, 1 to 9") {
		t.Fatalf("%d, %s", status, out)
	}
	forge := `DO $$ BEGIN SET LOCAL session_replication_role = replica; %; END $$`
	run(strings.Replace(forge, "%", `DELETE FROM audit_entries WHERE id = 9`, 1))
	if out, status := verify(); status != 0 {
		t.Errorf("%d, %s", status, out)
	}
	if out, status := verify("--anchor", head[1]); status != 1 || !strings.Contains(out, "entry 9: the end of the chain was cut off") {
		t.Errorf("a cut end: %d, %s", status, out)
	}
	run(strings.Replace(forge, "%", `UPDATE audit_entries SET subject = 'y' WHERE id = 4`, 1))
	if out, status := verify(); status != 1 || !strings.Contains(out, "entry 4 of 20") || !strings.Contains(out, "3 entries before it are good") {
		t.Errorf("a changed entry: %d, %s", status, out)
	}
	for _, wrong := range [][]string{{"--anchor", "9:12"}, {"--anchor"}, {"--what"}} {
		if out, status := verify(wrong...); status != 1 || strings.Contains(out, "good") {
			t.Errorf("%v: %d, %s", wrong, status, out)
		}
	}
}

// TestAuditPagesAreClean looks at the audit log as those who may read it.
func TestAuditPagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	for _, who := range []string{"sample-dga-admin", "sample-central-officer"} {
		b := openTab(t, narrow, 900)
		b.signIn(p, who)
		b.open(p.base + "/backend/audit")
		b.clean("audit of " + who)
		if !strings.Contains(b.text(), "เข้าสู่ระบบ") {
			t.Errorf("%s: the sign-in is not in the log:\n%s", who, b.text())
		}
		b.open(p.base + "/backend/audit?q=ไม่มีคำนี้&from=2026-01-01&until=2026-01-31&unit_q=ขนส่งทางบก")
		b.clean("audit of " + who + ", nothing found")
		b.open(p.base + "/backend/audit")
		b.click(`.audit__when`)
		b.do(clickOn(`.audit-proof summary`))
		b.clean("audit entry of " + who)
	}
}

// TestAuditJourney finds an entry and opens it, with and without scripts.
func TestAuditJourney(t *testing.T) {
	t.Parallel()
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
