package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestA47_TooMuch sends requests that are too large to the real server, which must
// refuse or answer them, read no more than it has to, and live.
func TestA47_TooMuch(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	host := strings.TrimPrefix(p.base, "http://")
	const form = "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	body := func(s string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(s), s) }
	for name, c := range map[string]struct {
		request string
		want    []int
		thai    bool
	}{
		"a header of 40 KB":     {"GET /backend/profile HTTP/1.1\r\nX-A: " + strings.Repeat("a", 40<<10) + "\r\n", []int{431}, false},
		"headers of 40 KB":      {"GET /backend/profile HTTP/1.1\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 100)+"\r\n", 400), []int{431}, false},
		"3,000 cookies":         {"GET /backend/profile HTTP/1.1\r\nCookie: " + strings.Repeat("a=b; ", 3000) + "\r\n", []int{303, 400, 431}, false},
		"9,000 cookies":         {"GET /backend/profile HTTP/1.1\r\nCookie: " + strings.Repeat("a=b; ", 9000) + "\r\n", []int{431}, false},
		"an address of 40 KB":   {"GET /backend/search?q=" + strings.Repeat("a", 40<<10) + " HTTP/1.1\r\n", []int{431, 414}, false},
		"a form of 1 MB":        {"POST /backend/display HTTP/1.1\r\n" + form + body("set="+strings.Repeat("a", 1<<20)), []int{413}, true},
		"a form without an end": {"POST /backend/display HTTP/1.1\r\n" + form + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("400\r\n"+strings.Repeat("a", 1024)+"\r\n", 200), []int{413}, true},
		"10,000 fields":         {"POST /backend/display HTTP/1.1\r\n" + form + body(strings.Repeat("a=1&", 10_000)), []int{400, 413}, true},
		"10,000 names":          {"POST /backend/display HTTP/1.1\r\n" + form + body(names(10_000)), []int{400, 413}, true},
		"it says 1 TB":          {"POST /backend/display HTTP/1.1\r\n" + form + "Content-Length: 1099511627776\r\n\r\nset=x", []int{413}, true},
	} {
		line, rest, _ := strings.Cut(c.request, "\r\n")
		head, sent, hasBody := strings.Cut(rest, "\r\n\r\n")
		if !hasBody {
			head = strings.TrimSuffix(rest, "\r\n")
		}
		conn, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(patience))
		go func() { // the server may close before it has read everything
			_, _ = io.WriteString(conn, line+"\r\nHost: "+host+"\r\n"+strings.TrimSuffix(head, "\r\n")+"\r\n\r\n"+sent)
		}()
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			_ = conn.Close()
			continue
		}
		text, _ := io.ReadAll(res.Body) // what comes before the connection ends
		_ = conn.Close()
		if !slices.Contains(c.want, res.StatusCode) || c.thai && !strings.Contains(string(text), `lang="th"`) {
			t.Errorf("%s: %d\n%.200s", name, res.StatusCode, text)
		}
	}
	if res, _, err := fetch(p.base + "/backend/login"); err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %v", err)
	}
}

// names are as many fields, each with a name of its own.
func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%x=&", i)
	}
	return b.String()
}
