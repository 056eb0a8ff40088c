package e2e

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jackc/pgx/v5"

	"portal/internal/dev/testdb"
)

const typedAgain = "ข้อมูลที่ท่านพิมพ์ไว้ยังอยู่ครบ กรุณาตรวจสอบแล้วส่งอีกครั้ง"

// TestSessionsFormComesBack loses the session while a form is open, from
// another device, sends the form and signs in again.
func TestSessionsFormComesBack(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			p := startPortal(t)
			b := openTab(t, 360, 740)
			if !scripts {
				b.withoutScripts()
			}
			b.signIn(p, "sample-newcomer")
			code := p.tokens["เจ้าหน้าที่ส่วนกลาง"]
			b.do(chromedp.Focus(`input[name="token"]`))
			b.insert(code)

			phone := newClient(t)
			phone.signIn(p.base, "sample-newcomer")
			_, page, err := phone.send(http.MethodPost, p.base+"/backend/profile/sessions/end-others", url.Values{"return": {"/backend/profile"}})
			if err != nil || !strings.Contains(page, "ออกจากระบบในอุปกรณ์อื่นทั้งหมดแล้ว 1 อุปกรณ์") {
				t.Fatalf("ending the others: %v\n%s", err, page)
			}

			b.click(`main form button`)
			if b.path() != "/backend/login" {
				t.Fatalf("the form led to %s", b.path())
			}
			b.click(`a[href^="/backend/login/digitalid"]`)
			b.click(`button[value="sample-newcomer"]`)
			if b.path() != "/backend/token" || !strings.Contains(b.text(), typedAgain) {
				t.Errorf("back at %s\n%s", b.path(), b.text())
			}
			if kept := evaluate[string](b, `document.querySelector('input[name="token"]').value`); kept != code {
				t.Errorf("what was typed is now %q", kept)
			}
			if scripts {
				b.clean("token form given back")
			}
			b.click(`main form button`)
			if b.path() != "/backend/profile" || !strings.Contains(b.text(), "ยืนยันสิทธิ์เรียบร้อยแล้ว") {
				t.Errorf("after the code: %s\n%s", b.path(), b.text())
			}
		})
	}
}

// TestSessionsProfile looks at the list of devices and puts out one, then all
// others.
func TestSessionsProfile(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	var phones [3]client
	for i := range phones {
		phones[i] = newClient(t)
		phones[i].signIn(p.base, "sample-two-hats")
	}
	b := openTab(t, narrow, 900)
	b.signIn(p, "sample-two-hats")
	b.clean("profile with devices")
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		b := openTab(t, 360, 740)
		if !scripts {
			b.withoutScripts()
		}
		b.signIn(p, "sample-two-hats")
		devices := func() int { return evaluate[int](b, `document.querySelectorAll(".devices tbody tr").length`) }
		before := devices()
		b.click(`.devices form button`)
		if b.path() != "/backend/profile" || devices() != before-1 || !strings.Contains(b.text(), "ออกจากระบบในอุปกรณ์ที่เลือกแล้ว") {
			t.Errorf("%s: one ended: %s, %d devices of %d\n%s", name, b.path(), devices(), before, b.text())
		}
		if scripts {
			continue
		}
		b.click(`form[action$="/end-others"] button`)
		if devices() != 1 || !strings.Contains(b.text(), "ออกจากระบบในอุปกรณ์อื่นทั้งหมดแล้ว") {
			t.Errorf("all others ended: %d devices\n%s", devices(), b.text())
		}
	}
	for _, phone := range phones {
		if res, _, err := phone.send(http.MethodGet, p.base+"/backend/profile", nil); err != nil || res.Request.URL.Path != "/backend/login" {
			t.Errorf("a telephone is at %s, %v", res.Request.URL, err)
		}
	}
}

const (
	warned  = `document.querySelector("[data-session]").open && !document.querySelector('[data-part="idle"]').hidden`
	goOn    = `[data-go-on]`
	settled = `!document.querySelector("[data-session]").open`
)

// TestSessionsWarning has an idle limit of two minutes and a few seconds, so
// that the warning comes after these seconds.
func TestSessionsWarning(t *testing.T) {
	t.Setenv("PORTAL_SESSION_IDLE", "124s")
	p := startPortal(t)
	b := openTab(t, 360, 740)
	b.signIn(p, "sample-newcomer")
	b.do(chromedp.Focus(`input[name="token"]`))
	b.insert("7kqf")
	b.until("the warning", warned)
	b.clean("session warning")
	if !evaluate[bool](b, `document.activeElement.matches("`+goOn+`")`) {
		t.Error("the button to go on has not the focus")
	}
	if said := evaluate[string](b, `document.querySelector("[data-say]").textContent`); !strings.Contains(said, "2 นาที") && !strings.Contains(said, "1 นาที") {
		t.Errorf("a screen reader hears %q", said)
	}
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until("the end of the warning", settled)
	if !evaluate[bool](b, `document.activeElement.matches('input[name="token"]') && document.activeElement.value === "7kqf"`) {
		t.Error("the field has lost the focus or what was typed")
	}
	b.until("the second warning", warned) // the limit began anew
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until("the end of the second warning", settled)

	// Now the time runs out: the page's clock goes on, the server's does not.
	evaluate[bool](b, `{ const real = Date.now; Date.now = () => real() + 125000; document.dispatchEvent(new Event("visibilitychange")); true }`)
	b.until("the end", `document.querySelector("[data-session]").open && !document.querySelector('[data-part="over"]').hidden`)
	b.clean("session over")
	b.do(clickOn(`[data-close]`))
	b.until("the page below", settled)
	if kept := evaluate[string](b, `document.querySelector('input[name="token"]').value`); kept != "7kqf" {
		t.Errorf("what was typed is now %q", kept)
	}
}

// TestSessionsWarningInTabs goes on in one tab and sees the other's warning go.
func TestSessionsWarningInTabs(t *testing.T) {
	t.Setenv("PORTAL_SESSION_IDLE", "124s")
	p := startPortal(t)
	b := openTab(t, 1360, 900)
	b.signIn(p, "sample-two-hats")
	b.until("the warning", warned)
	b.clean("session warning")
	// A tab beside it: opening a page is a request, and it says so.
	evaluate[bool](b, `{ const tabs = new BroadcastChannel("portal-session"); tabs.postMessage({ idle: Date.now() + 900000, end: Date.now() + 9000000 }); true }`)
	b.until("the end of the warning", settled)
	evaluate[bool](b, `{ const real = Date.now; Date.now = () => real() + 12 * 3600000 - 60000; new BroadcastChannel("portal-session").postMessage({ idle: Date.now() + 900000, end: 0 }); true }`)
	b.until("the warning before the last end", `document.querySelector("[data-session]").open && !document.querySelector('[data-part="end"]').hidden`)
	b.clean("session ends at last")
}

// TestSessionsBackChannelLogout ends the session at the provider from another
// browser, as the provider's own pages do.
func TestSessionsBackChannelLogout(t *testing.T) {
	database := testdb.URL(t)
	p := startServer(t, database, "")
	t.Cleanup(p.kill)
	desk, phone := newClient(t), newClient(t)
	desk.signIn(p.base, "sample-two-hats")
	hint := idToken(t, database)
	phone.signIn(p.base, "sample-two-hats")
	where := func(c client) string {
		res, _, err := c.send(http.MethodGet, p.base+"/backend/profile", nil)
		if err != nil {
			t.Fatal(err)
		}
		return res.Request.URL.Path
	}
	if where(desk) != "/backend/profile" || where(phone) != "/backend/profile" {
		t.Fatal("not signed in")
	}
	if res, _, err := newClient(t).send(http.MethodGet, p.issuer+"/connect/endsession?id_token_hint="+url.QueryEscape(hint), nil); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("end of session at the provider: %v, %v", res, err)
	}
	for start := time.Now(); where(desk) != "/backend/login"; { // the provider tells us on its own time
		if time.Since(start) > patience {
			t.Fatal("the session at the desk lives on")
		}
	}
	if where(phone) != "/backend/profile" {
		t.Error("the other session ended, too")
	}
}

// idToken finds the hint that the newest session keeps for the provider.
func idToken(t *testing.T, database string) string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var data []byte
	if err := conn.QueryRow(ctx, `SELECT data FROM staff_sessions ORDER BY id DESC LIMIT 1`).Scan(&data); err != nil {
		t.Fatal(err)
	}
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	token, _ := values["id_token"].(string)
	return token
}
