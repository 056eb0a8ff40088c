//go:build torture

package e2e

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// answer is one of the answers on a connection.
type answer struct {
	status int
	text   string // headers and body
}

// says sends bytes to nginx over TLS and reads the answers until the connection
// ends, or until nobody says anything more.
func (s *stage) says(t *testing.T, text string) (all []answer) {
	t.Helper()
	conn, err := tls.Dial("tcp", s.nginx.site, &tls.Config{RootCAs: s.roots, ServerName: ownName, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return answersOn(conn)
}

func answersOn(conn net.Conn) (all []answer) {
	in := bufio.NewReader(conn)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second)) // what is not answered by then is waited for in vain
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return all
		}
		body, err := io.ReadAll(res.Body)
		all = append(all, answer{res.StatusCode, fmt.Sprint(res.Header, string(body))})
		if err != nil {
			return all
		}
	}
}

// TestA46_Torture_AmbiguousBehindNginx sends bytes to nginx that it and a server
// behind it could take for different requests, with a second request among them:
// it must be refused, and no server may ever be asked for what was hidden.
func TestA46_Torture_AmbiguousBehindNginx(t *testing.T) {
	s := startStage(t)
	const get, post = "GET /backend HTTP/1.1\r\nHost: %[1]s\r\n", "POST /backend/display HTTP/1.1\r\nHost: %[1]s\r\n"
	const hidden = "GET /backend/hidden HTTP/1.1\r\nHost: %[1]s\r\nConnection: close\r\n\r\n"
	length := len(fmt.Sprintf(hidden, ownName))
	for name, c := range map[string]struct {
		text string
		// nginx takes a bare LF for the end of a line, as RFC 9112 (2.2) lets it, and
		// tells the portal what it has understood in lines of its own.
		one bool
	}{
		"two lengths":                {post + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n", false},
		"the same length twice":      {post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", false},
		"a list of lengths":          {post + "Content-Length: 0, 5\r\n\r\n", false},
		"length and chunks":          {post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
		"chunks and length":          {post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", false},
		"chunks twice":               {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", false},
		"unknown coding":             {post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", false},
		"chunks in HTTP/1.0":         {strings.Replace(post, "1.1", "1.0", 1) + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
		"a chunk's length is no hex": {post + "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n", false},
		"a chunk that is too long":   {post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n", false},
		"a folded line":              {get + "X-A: b\r\n Content-Length: 50\r\n\r\n", false},
		"a folded coding":            {post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", false},
		"a folded first line":        {"GET /backend HTTP/1.1\r\n Host: %[1]s\r\n\r\n", false},
		"two hosts":                  {get + "Host: evil.example\r\n\r\n", false},
		"no host":                    {"GET /backend HTTP/1.1\r\n\r\n", false},
		"space before colon":         {get + "Content-Length : 50\r\n\r\n", false},
		"a length with a sign":       {post + "Content-Length: +5\r\n\r\nabcde", false},
		"a bare CR in a header":      {get + "X-A: b\rContent-Length: 50\r\n\r\n", false},
		"NUL in a header":            {get + "X-A: b\x00\r\n\r\n", false},
		"a bare LF hides a length":   {get + fmt.Sprintf("X-A: b\nContent-Length: %d\r\n\r\n", length), true},
		"a bare LF hides a host":     {get + "X-A: b\nHost: evil.example\r\n\r\n", false},
		"a bare LF hides chunks":     {post + "Content-Length: 5\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false},
	} {
		all := s.says(t, fmt.Sprintf(c.text+hidden, ownName))
		refused := len(all) == 0 || all[0].status == http.StatusBadRequest || all[0].status == http.StatusNotImplemented
		if len(all) > 1 || !refused && !c.one {
			t.Errorf("%s: %.200v", name, all)
		}
	}
	s.everyLine("a hidden request", 0, `"path":"/backend/hidden"`)
	if all := s.says(t, fmt.Sprintf(get+"\r\n"+hidden, ownName)); len(all) != 2 || all[0].status != http.StatusOK {
		t.Errorf("two plain requests: %v; so nothing is proved above", all)
	}
	s.everyLine("a plain request", 1, `"path":"/backend/hidden"`)
}

// everyLine counts lines of both servers' traffic logs.
func (s *stage) everyLine(what string, want int, words string) {
	s.t.Helper()
	if s.says(s.t, "GET /livez HTTP/1.1\r\nHost: "+ownName+"\r\nConnection: close\r\n\r\n") == nil {
		s.t.Error("nginx does not answer any more")
	}
	until(s.t, "the log is written", func() bool { // lines come in turn
		return strings.Contains(s.servers[0].said(s.t)+s.servers[1].said(s.t), "/livez")
	})
	if got := strings.Count(s.servers[0].said(s.t)+s.servers[1].said(s.t), words); got != want {
		s.t.Errorf("%s reached the servers %d times", what, got)
	}
}

// TestA43_Torture_OtherHostsBehindNginx asks nginx under other names.
func TestA43_Torture_OtherHostsBehindNginx(t *testing.T) {
	s := startStage(t)
	for name, c := range map[string]struct {
		text   string
		status int
	}{
		"another host":            {"GET /backend HTTP/1.1\r\nHost: evil.example\r\n", http.StatusMisdirectedRequest},
		"an office page":          {"GET /backend/profile HTTP/1.1\r\nHost: evil.example\r\n", http.StatusMisdirectedRequest},
		"a file":                  {"GET /backend/static/x HTTP/1.1\r\nHost: evil.example\r\n", http.StatusMisdirectedRequest},
		"another host's address":  {"GET https://evil.example/backend HTTP/1.1\r\nHost: " + ownName + "\r\n", http.StatusMisdirectedRequest},
		"our address, their host": {"GET " + ownBase + "/backend HTTP/1.1\r\nHost: evil.example\r\n", http.StatusOK}, // the address counts (RFC 9112, 3.2.2)
		"forwarded": {"GET /backend/login HTTP/1.1\r\nHost: " + ownName + "\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n" +
			"X-Host: evil.example\r\nX-Original-Url: https://evil.example/\r\nX-Accel-Redirect: /evil.example\r\n", http.StatusOK},
	} {
		all := s.says(t, c.text+"Connection: close\r\n\r\n")
		if len(all) != 1 || all[0].status != c.status || strings.Contains(all[0].text, "evil.example") {
			t.Errorf("%s: %.300v", name, all)
		}
	}
	conn, err := net.Dial("tcp", s.nginx.plain)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "GET /backend HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n") // its answer tells
	if all := answersOn(conn); len(all) != 1 || all[0].status != http.StatusPermanentRedirect || !strings.Contains(all[0].text, "[https://admin.info.go.th/backend]") {
		t.Errorf("without TLS: %v", all)
	}
}

// TestA44_Torture_PeersBehindNginx claims to be somebody else, to nginx and to a
// server past it: the audit log, the traffic log and the limits go by the peer.
func TestA44_Torture_PeersBehindNginx(t *testing.T) {
	s := startStage(t, "PORTAL_LIMIT_SEARCH_ADDRESS=5/24h")
	const lie = "203.0.113.66"
	claims := http.Header{}
	for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Forwarded", "X-Client-Ip"} {
		claims[name] = []string{lie, "127.0.0.1"}
	}
	for peer, way := range map[string]string{"127.0.0.2": s.nginx.site, "127.0.0.3": s.servers[0].address} {
		d := s.door(way, peer)
		d.claims = claims
		found, refused := 0, 0
		for n := range 8 {
			d.claims["X-Forwarded-For"][0] = fmt.Sprint("203.0.113.", n+60)
			res, _, err := newClient(t).through(d).send(http.MethodGet, ownBase+"/backend/search?q=Token", nil)
			switch {
			case err != nil:
				t.Fatalf("%v (macOS: sudo ifconfig lo0 alias %s)", err, peer)
			case res.StatusCode == http.StatusOK:
				found++
			case res.StatusCode == http.StatusTooManyRequests:
				refused++
			}
		}
		if found != 5 || refused != 3 {
			t.Errorf("%s: %d found, %d refused", peer, found, refused)
		}
		person := newClient(t).through(d)
		person.signIn(ownBase, "sample-central-officer")
		if _, _, err := person.send(http.MethodPost, ownBase+"/backend/token", url.Values{"token": {"0000-0000-0000-0000"}}); err != nil {
			t.Error(err)
		}
		if got := s.addresses(`SELECT DISTINCT address FROM audit_entries WHERE address = '` + peer + `' AND action = 'staff.signed_in'`); len(got) != 1 {
			t.Errorf("the audit log knows nothing of %s", peer)
		}
		if !strings.Contains(s.servers[0].said(t)+s.servers[1].said(t), `"address":"`+peer+`"`) {
			t.Errorf("the traffic log knows nothing of %s", peer)
		}
	}
	if got := s.addresses(`SELECT DISTINCT address FROM audit_entries WHERE address NOT IN ('', '127.0.0.2', '127.0.0.3')`); len(got) > 0 {
		t.Errorf("the audit log believes %v", got)
	}
	if strings.Contains(s.servers[0].said(t)+s.servers[1].said(t), "203.0.113.") {
		t.Error("the traffic log believes what a client says of itself")
	}
}

func (s *stage) addresses(sql string) []string {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.database)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(s.t.Context(), sql)
	if err != nil {
		s.t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// withdraw publishes no manual any more, so that its file is hidden.
func (s *stage) withdraw(file string) {
	s.t.Helper()
	s.addresses(`WITH gone AS (UPDATE manuals SET shown = false RETURNING 1) SELECT 'gone' FROM gone`)
	until(s.t, file+" is hidden by the servers themselves", func() bool {
		for _, m := range s.servers {
			if res, _, err := newClient(s.t).through(s.door(m.address, "127.0.0.1")).send(http.MethodGet, ownBase+file, nil); err != nil || res.StatusCode != http.StatusNotFound {
				return false
			}
		}
		return true
	})
}
