package e2e

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"

	"portal/internal/dev/testdb"
)

var writtenCode = regexp.MustCompile(`(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}`)

// branches adds n service points with long names under กรมการขนส่งทางบก.
func branches(t *testing.T, database string, n int) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, `INSERT INTO agencies (code, parent_id, kind, name)
		SELECT '0800400009' || lpad(i::text, 6, '0'), (SELECT id FROM agencies WHERE code = '08004000'), 'service_point',
			'สำนักงานขนส่งจังหวัดพระนครศรีอยุธยา สาขาอำเภอบางปะหัน จุดบริการที่ ' || i FROM generate_series(1, $1::int) i`, n)
	if err != nil {
		t.Fatal(err)
	}
}

func startWithBranches(t *testing.T, n int) portal {
	t.Helper()
	database := testdb.URL(t)
	p := startServer(t, database, "")
	t.Cleanup(p.kill)
	branches(t, database, n)
	return p
}

// TestTokenPagesAreClean looks at จัดการ Token as each role that has it.
func TestTokenPagesAreClean(t *testing.T) {
	t.Parallel()
	p := startWithBranches(t, 126)
	for _, who := range []string{"dga-admin", "central-officer"} {
		b := openTab(t, narrow, 900)
		b.signIn(p, "sample-"+who)
		b.open(p.base + "/backend/tokens")
		b.clean("tokens " + who)
		b.click(`button[value="ticked"]`)
		b.forget() // the browser notes every 422
		b.clean("tokens refused " + who)
		b.open(p.base + "/backend/tokens?state=ready")
		b.click(`form[action="/backend/tokens/refresh"] button`)
		b.clean("tokens refreshed " + who)
		b.open(p.base + "/backend/tokens?unit_q=zzz")
		b.clean("tokens empty " + who)
		b.open(p.base + "/backend/tokens")
		b.click(`button[value="all"]`)
		b.clean("batch " + who)
		b.click(`a[href$="/print"]`)
		b.clean("slips " + who)
	}
}

// TestTokensWithoutScripts shows, refreshes and prints on a telephone.
func TestTokensWithoutScripts(t *testing.T) {
	t.Parallel()
	p := startWithBranches(t, 5)
	b := openTab(t, 360, 740)
	b.withoutScripts()
	b.signIn(p, "sample-central-officer")
	b.open(p.base + "/backend/tokens?role=service_point_officer&state=ready")
	if b.click(`[data-show]`); !strings.Contains(evaluate[string](b, `document.querySelector("input[readonly]").value`), p.tokens["เจ้าหน้าที่จุดบริการ"]) {
		t.Errorf("the code is not shown:\n%s", b.text())
	}
	b.click(`form[action="/backend/tokens/refresh"] button`)
	if !strings.Contains(b.text(), "รหัสเดิมใช้ไม่ได้อีกต่อไป") || b.path() != "/backend/tokens" {
		t.Errorf("after Refresh: %s\n%s", b.path(), b.text())
	}
	code := evaluate[string](b, `document.querySelector("input[readonly]").value`)
	if code == p.tokens["เจ้าหน้าที่จุดบริการ"] || !writtenCode.MatchString(code) {
		t.Errorf("after Refresh the code is %q", code)
	}
	b.open(p.base + "/backend/tokens?role=service_point_officer&unit_q=" + "บางปะหัน")
	b.click(`button[value="all"]`)
	if !strings.Contains(b.text(), "มีรหัสพร้อมใช้ 5 รหัส") {
		t.Errorf("after many: %s", b.text())
	}
	b.click(`a[href$="/print"]`)
	if n := len(writtenCode.FindAllString(b.text(), -1)); n != 5 {
		t.Errorf("%d codes on the slips", n)
	}
}

func TestTokensWithScripts(t *testing.T) {
	t.Parallel()
	p := startWithBranches(t, 60)
	b := openTab(t, 1360, 900)
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, browser.SetPermission, browser.SetPermissionParams{
				Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
				BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID})
			return err
		}))
	}
	b.signIn(p, "sample-central-officer")
	b.open(p.base + "/backend/tokens?state=ready&role=service_point_officer")
	b.do(clickOn(`form[data-code] [data-copy]`))
	b.until("a word beside the button", `document.querySelector("form [data-said]").textContent !== ""`)
	if said := evaluate[string](b, `document.querySelector("form [data-said]").textContent`); said != "คัดลอกแล้ว" {
		t.Errorf("copying says %q", said)
	}
	if got := evaluate[string](b, `navigator.clipboard.readText()`, chromedp.EvalAwaitPromise); got != p.tokens["เจ้าหน้าที่จุดบริการ"] {
		t.Errorf("the clipboard holds %q", got)
	}
	b.do(clickOn(`[data-show]`), chromedp.WaitVisible(`form[data-code] input[readonly]`))
	if got := evaluate[string](b, `document.querySelector("form[data-code] input[readonly]").value`); got != p.tokens["เจ้าหน้าที่จุดบริการ"] {
		t.Errorf("the row shows %q", got)
	}
	b.clean("tokens shown in the row")
	b.open(p.base + "/backend/tokens")
	b.do(clickOn(`[data-tick-all] input`))
	if n := evaluate[int](b, `document.querySelectorAll("input[name=pair]:checked").length`); n != 25 {
		t.Errorf("%d boxes ticked", n)
	}
	if status := b.click(`button[value="ticked"]`); status != http.StatusOK || !strings.Contains(b.text(), "มีรหัสพร้อมใช้ 25 รหัส") {
		t.Errorf("%d\n%s", status, b.text())
	}
	b.click(`a[href$="/print"]`)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		return err
	}))
	b.picture("slips on paper")
	if n := b.pdf("slips"); n != 7 {
		t.Errorf("25 slips on %d sheets, want 7", n)
	}
}

// forget drops what the console said so far.
func (b *tab) forget() {
	evaluate[bool](b, "true") // what came before it has arrived
	b.mu.Lock()
	defer b.mu.Unlock()
	b.logs = nil
}

var sheetOfPDF = regexp.MustCompile(`/Type /Page\b`)

// pdf prints the page and returns the number of sheets; -screenshots keeps it.
func (b *tab) pdf(name string) int {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	var file []byte
	useCSS := true
	err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		res, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &useCSS})
		file = res.Data
		return err
	}))
	if err != nil {
		b.t.Fatal(err)
	}
	if *screenshots != "" {
		if err := os.WriteFile(filepath.Join(*screenshots, name+".pdf"), file, 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	return len(sheetOfPDF.FindAll(file, -1))
}
