// Package e2e tries the portal as people use it: a real browser, the real
// binary, a real Postgres and the local Digital ID.
package e2e

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

//go:embed testdata/axe.min.js
var axe string

// tab is the browser of a person: a window with cookies of its own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	mu   sync.Mutex
	logs []string
}

// chromium is what all tests look through; starting one takes longer than most of
// them.
var chromium, closeChromium = context.WithCancel(context.Background())

var startChromium = sync.OnceValue(func() error {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-prefers-reduced-motion", true), // what still scrolls cannot be clicked on
		// Many tabs share few cores: helping threads only get in each other's way.
		chromedp.Flag("js-flags", "--single-threaded --min-semi-space-size=32"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	chromium, _ = chromedp.NewExecAllocator(chromium, options...)
	chromium, closeChromium = chromedp.NewContext(chromium)
	return chromedp.Do(chromium)
})

func TestMain(m *testing.M) {
	code := m.Run()
	closeChromium()
	os.Exit(code)
}

func openTab(t *testing.T, width, height int64) *tab {
	t.Helper()
	if err := startChromium(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx}
	t.Cleanup(cancel)
	b.do(chromedp.EmulateViewport(width, height))
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.logs = append(b.logs, m.Text)
			b.mu.Unlock()
		}
	}()
	return b
}

// patience is how long anything may take in a browser on a busy machine.
const patience = 30 * time.Second

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	// The first call starts the browser, which a deadline of its own would end.
	if chromedp.FromContext(b.ctx).Target == nil {
		if err := chromedp.Do(b.ctx); err != nil {
			b.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func evaluate[T any](b *tab, script string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, options...))
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// open goes to an address and returns its status.
func (b *tab) open(url string) int64 {
	b.t.Helper()
	return b.follow(chromedp.Navigate(url))
}

// follow does what leads to another page and waits for that page.
func (b *tab) follow(step chromedp.Action[chromedp.Void]) int64 {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	res, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.Status
}

func (b *tab) click(css string) int64 {
	b.t.Helper()
	return b.follow(clickOn(css))
}

// clickOn clicks on an element when the page's fonts have come: whoever aims
// earlier may hit what was there before.
func clickOn(css string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.Func(fontsCome), chromedp.Click(css))
}

func fontsCome(ctx context.Context, t *chromedp.Target) error {
	look := chromedp.Evaluate[bool](`document.body?.offsetHeight > 0 && document.fonts.status === "loaded"`) // a layout asks for fonts
	for {
		if come, err := look(ctx, t); come || err != nil {
			return err
		}
	}
}

func (b *tab) path() string { b.t.Helper(); return evaluate[string](b, `location.pathname`) }

func (b *tab) text() string { b.t.Helper(); return evaluate[string](b, `document.body.innerText`) }

// insert types into the field that has the focus.
func (b *tab) insert(text string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

func (b *tab) withoutScripts() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

var screenshots = flag.String("screenshots", "", "folder to keep a picture of every page in, to look at")

// picture keeps a picture of the whole page if -screenshots asks for it.
func (b *tab) picture(name string) {
	b.t.Helper()
	if *screenshots == "" {
		return
	}
	const quality = 100 // PNG
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(quality))
	if err != nil {
		b.t.Fatal(err)
	}
	width := evaluate[int](b, "innerWidth")
	file := fmt.Sprintf("%s-%d.png", strings.Trim(strings.ReplaceAll(name, "/", "-"), "-"), width)
	if err := os.WriteFile(filepath.Join(*screenshots, file), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Widths in CSS pixels at which a page is looked at: the narrowest that WCAG 2.2
// asks for (1.4.10), a tablet, a small laptop, a desk.
const narrow, middle, laptop, wide = 320, 768, 1024, 1360

// whole says that every page is looked at in every width, and by axe on phone and
// desk. Without it, as in `make test`, the narrowest and the widest must do, and axe
// looks at the phone.
var whole = os.Getenv("PORTAL_LOOKS") == "all"

// looks are the widths at which a page is looked at, and those at which axe does.
func looks() (widths, axes []int64) {
	if whole {
		return []int64{narrow, middle, laptop, wide}, []int64{narrow, wide}
	}
	return []int64{narrow, wide}, []int64{narrow}
}

// clean checks that the page has no accessibility fault that axe knows, scrolls
// sideways at no width, and wrote nothing to the console.
func (b *tab) clean(name string) {
	b.t.Helper()
	width := evaluate[int64](b, `innerWidth`)
	widths, axes := looks()
	for _, w := range widths {
		b.do(chromedp.EmulateViewport(w, 900))
		b.picture(name)
		b.fits(name, w)
		if slices.Contains(axes, w) {
			b.accessible(fmt.Sprintf("%s at %d", name, w), allRules)
		}
	}
	b.do(chromedp.EmulateViewport(width, 900))
	b.noted(name)
}

// fits checks that nothing sticks out of the page, which is w wide, or hides in a list.
func (b *tab) fits(name string, w int64) {
	b.t.Helper()
	if beyond := evaluate[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); beyond > 0 {
		b.t.Errorf("%s: scrolls sideways by %d px at %d", name, beyond, w)
	}
	if hidden := evaluate[int](b, `Math.max(0, ...[...document.querySelectorAll(".table-wrap:has(.tokens, .people, .audit)")].map(e => e.scrollWidth - e.clientWidth))`); hidden > 0 {
		b.t.Errorf("%s: a list hides %d px of its columns at %d", name, hidden, w)
	}
}

// colours checks what a theme changes of a page that is clean otherwise: its colours
// and borders.
func (b *tab) colours(name string) {
	b.t.Helper()
	width := evaluate[int64](b, `innerWidth`)
	_, axes := looks()
	for _, w := range axes {
		b.do(chromedp.EmulateViewport(w, 900))
		b.picture(name)
		b.fits(name, w)
		b.accessible(fmt.Sprintf("%s at %d", name, w), colourRules)
	}
	b.do(chromedp.EmulateViewport(width, 900))
	b.noted(name)
}

// What axe is asked to look for.
const (
	allRules    = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	colourRules = `["color-contrast", "link-in-text-block"]`
)

// accessible checks the page with axe, as it stands, by those rules.
func (b *tab) accessible(name, rules string) {
	b.t.Helper()
	if !evaluate[bool](b, "Boolean(window.axe)") {
		evaluate[bool](b, axe+"; true")
	}
	faults := evaluate[[]string](b, `axe.run(document, {resultTypes: ["violations"], selectors: false, iframes: false, runOnly: `+rules+`})
		.then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 200)).join(" | ")))`, chromedp.EvalAwaitPromise)
	for _, f := range faults {
		b.t.Errorf("%s: %s", name, f)
	}
}

// until waits for something to become true in the page.
func (b *tab) until(what, condition string) {
	b.t.Helper()
	script := `new Promise((done, fail) => { const start = performance.now(); (function look() {
		if (` + condition + `) done(true); else if (performance.now() - start > 20000) done(false); else setTimeout(look, 50);
	})() })`
	if !evaluate[bool](b, script, chromedp.EvalAwaitPromise) {
		b.t.Fatalf("%s did not come:\n%s", what, b.text())
	}
}
