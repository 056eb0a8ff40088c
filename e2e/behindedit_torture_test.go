//go:build torture

package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// formOn are the fields of the page's form that is sent to the address, as they
// stand there. Buttons and files are not among them.
func formOn(t *testing.T, page, action string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data == "form" && attributes(n)["action"] == action && attributes(n)["method"] == "post" {
			fields := url.Values{}
			for c := range n.Descendants() {
				readControl(c, fields)
			}
			return fields
		}
	}
	t.Fatalf("no form is sent to %s on\n%.600s", action, page)
	return nil
}

func attributes(n *html.Node) map[string]string {
	all := map[string]string{}
	for _, a := range n.Attr {
		all[a.Key] = a.Val
	}
	return all
}

func readControl(n *html.Node, fields url.Values) {
	a := attributes(n)
	_, checked := a["checked"]
	switch {
	case n.Type != html.ElementNode || a["name"] == "":
	case n.Data == "input" && a["type"] != "file" && a["type"] != "submit" && (checked || a["type"] != "checkbox" && a["type"] != "radio"):
		fields.Add(a["name"], a["value"])
	case n.Data == "textarea" && n.FirstChild != nil:
		fields.Set(a["name"], strings.TrimPrefix(n.FirstChild.Data, "\n"))
	case n.Data == "select":
		for o := range n.Descendants() {
			v := attributes(o)
			if _, selected := v["selected"]; o.Data == "option" && (selected || !fields.Has(a["name"])) {
				fields.Set(a["name"], v["value"])
			}
		}
	}
}

const question = "/backend/content/faq/closed-service-point"

// opens is a page that must be there.
func (c client) opens(path string) string {
	c.t.Helper()
	res, text, err := c.send(http.MethodGet, ownBase+path, nil)
	if err != nil || res.StatusCode != http.StatusOK || res.Request.URL.Path != strings.Split(path, "?")[0] {
		c.t.Fatalf("%s: %v, %v\n%.300s", path, res, err, text)
	}
	return text
}

// sends sends the form that a page shows, with other values, and returns when its
// answer came.
func (c client) sends(page, action string, values ...string) time.Time {
	c.t.Helper()
	fields := formOn(c.t, c.opens(page), action)
	for i := 0; i < len(values); i += 2 {
		fields.Set(values[i], values[i+1])
	}
	res, text, err := c.send(http.MethodPost, ownBase+action, fields)
	if err != nil || res.StatusCode != http.StatusOK || res.Request.Method != http.MethodGet { // it leads to a page
		c.t.Fatalf("%s: %v, %v\n%.900s", action, res, err, text)
	}
	return time.Now()
}

// TestTorture_EditsAreSeenBehindNginx publishes through one server, and measures
// when visitors read it from the other one and through nginx: within a second.
func TestTorture_EditsAreSeenBehindNginx(t *testing.T) {
	s := startStage(t)
	editor := newClient(t).through(s.door(s.nginx.site, "127.0.0.1"))
	editor.signIn(ownBase, "sample-dga-admin")
	editor = editor.through(s.door(s.servers[0].address, "127.0.0.1"))
	ways := map[string]client{
		"the other server": newClient(t).through(s.door(s.servers[1].address, "127.0.0.1")), "nginx": newClient(t).through(s.door(s.nginx.site, "127.0.0.1")),
		"nginx and a cache before everything": newClient(t).through(s.door(s.nginx.hasty, "127.0.0.1")),
	}
	latest := map[string]time.Duration{}
	for round := range 5 {
		words := fmt.Sprintf("คำตอบรอบที่-%d-แล้ว", round)
		editor.sends(question, question, "answer", words)
		published := editor.sends(question+"/publish", question+"/publish", "reason", "ทดสอบ")
		var looking sync.WaitGroup
		var mu sync.Mutex
		for name, visitor := range ways {
			looking.Go(func() {
				until(t, words+" is read through "+name, func() bool {
					return visitor.reads(words)
				})
				mu.Lock()
				latest[name] = max(latest[name], time.Since(published))
				mu.Unlock()
			})
		}
		looking.Wait()
		for range 20 { // through nginx both servers are asked in turn
			for name, visitor := range ways {
				if !visitor.reads(words) && time.Since(published) > time.Second {
					t.Errorf("%s shows the old answer again", name)
				}
			}
		}
	}
	t.Logf("at the latest: %v", latest)
	for name, took := range latest {
		if took > time.Second {
			t.Errorf("through %s after %s", name, took)
		}
	}
	ways["nginx"].returns()
}

// reads tells whether the words are on the page of questions.
func (c client) reads(words string) bool {
	_, text, err := c.send(http.MethodGet, ownBase+"/backend/faq", nil)
	if err != nil {
		c.t.Error(err)
	}
	return strings.Contains(text, words)
}

// returns comes back to a page that has not changed: nothing is sent again, once
// the last publication is on both servers, which are asked in turn, and packed there.
func (c client) returns() {
	c.t.Helper()
	for _, coding := range []string{"", "gzip, br"} { // the tag is the portal's own, not weakened on the way
		until(c.t, fmt.Sprintf("the page in %q is known again by both servers", coding), func() bool {
			status, tag := c.asks(coding, "")
			if status != http.StatusOK || !strings.HasPrefix(tag, `"`) {
				c.t.Fatalf("asking for %q: %d; tag %s", coding, status, tag)
			}
			for range 2 {
				again, same := c.asks(coding, tag)
				if again != http.StatusNotModified || same != tag {
					return false
				}
			}
			return true
		})
	}
}

// asks asks for the page of questions unless it is still the one with the
// tag, and returns the status and the tag that it has now.
func (c client) asks(coding, tag string) (int, string) {
	c.t.Helper()
	r, err := http.NewRequest(http.MethodGet, ownBase+"/backend/faq", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", coding)
	r.Header.Set("If-None-Match", tag)
	res, err := c.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode, res.Header.Get("ETag")
}
