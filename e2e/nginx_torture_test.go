//go:build torture

package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// until waits for a condition. What it waits for is said if it never comes.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(patience); !met(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("never: %s", what)
		}
	}
}

// nginx is a real one with the site that the portal ships.
type nginx struct {
	dir   string
	site  string // the address of the shipped site
	plain string // the same without TLS
	hasty string // the address of the portal under a cache that is less careful
}

// findNginx looks where .ci/nginx looks.
func findNginx(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no nginx: sh .ci/nginx installs it, or says how to")
	return ""
}

// adapted is docs/deploy/nginx.conf with other ports, files and servers, and
// nothing else.
func (n *nginx) adapted(t *testing.T, servers []*member, certificate, key string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "deploy", "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	site, line := string(text), regexp.MustCompile(`(?m)^ +server 127\.0\.0\.1:8080( .*;)$`).FindStringSubmatch(string(text))
	if line == nil {
		t.Fatal("the site names no server as it did")
	}
	var list []string
	for _, m := range servers {
		list = append(list, "    server "+m.address+line[1])
	}
	for _, change := range [][2]string{
		{line[0], strings.Join(list, "\n")},
		{"listen 80;", "listen " + n.plain + ";"},
		{"listen 443 ", "listen " + n.site + " "},
		{"/etc/ssl/portal/fullchain.pem", certificate},
		{"/etc/ssl/portal/privkey.pem", key},
		{"/var/cache/portal-nginx ", filepath.Join(n.dir, "cache") + " "},
	} {
		if strings.Count(site, change[0]) != 1 {
			t.Fatalf("the site has %q %d times", change[0], strings.Count(site, change[0]))
		}
		site = strings.Replace(site, change[0], change[1], 1)
	}
	return site
}

// around is what stands around the site: as Debian has it, with gzip on, and with
// all that nginx writes in the test's folder. The second server is somebody's who
// puts a cache before everything and keeps what says nothing of itself.
const around = `daemon off;
worker_processes 2;
%[1]s
pid nginx.pid;
error_log error.log warn;
events { worker_connections 2048; }
http {
    types { text/html html; }
    default_type application/octet-stream;
    gzip on;
    log_format told '$server_port $request_method $request_uri $status $upstream_cache_status';
    access_log access.log told;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include site.conf;
    proxy_cache_path hasty levels=1:2 keys_zone=hasty:10m;
    server {
        listen %[2]s ssl;
        ssl_certificate %[3]s;
        ssl_certificate_key %[4]s;
        location / {
            proxy_pass http://portal;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header Connection "";
            client_max_body_size 201m;
            proxy_cache hasty;
            proxy_cache_valid any 10m;
        }
    }
}
`

// startNginx runs it in front of the servers until the test ends.
func startNginx(t *testing.T, servers []*member, certificate, key string) *nginx {
	t.Helper()
	program, port, other := findNginx(t), freePorts(t), freePorts(t)
	n := &nginx{t.TempDir(), fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("127.0.0.1:%d", port+1), fmt.Sprintf("127.0.0.1:%d", other)}
	user := ""
	if os.Geteuid() == 0 { // or its workers were another's, who may not see the test's folder
		user = "user root;"
	}
	for name, text := range map[string]string{
		"site.conf": n.adapted(t, servers, certificate, key), "nginx.conf": fmt.Sprintf(around, user, n.hasty, certificate, key),
	} {
		if err := os.WriteFile(filepath.Join(n.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"-p", n.dir, "-c", filepath.Join(n.dir, "nginx.conf"), "-e", filepath.Join(n.dir, "error.log")}
	if out, err := exec.Command(program, append(args, "-t")...).CombinedOutput(); err != nil {
		t.Fatalf("nginx -t: %v\n%s", err, out)
	}
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()); err != nil {
			t.Errorf("nginx did not end cleanly: %v", err)
		}
		if t.Failed() {
			t.Logf("nginx says:\n%.4000s", n.read("error.log"))
		}
	})
	until(t, "nginx answers", func() bool {
		conn, err := net.Dial("tcp", n.site)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return n
}

func (n *nginx) read(name string) string {
	text, err := os.ReadFile(filepath.Join(n.dir, name))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

var keyLine = regexp.MustCompile(`(?m)^KEY: http://portal(/.*)$`)

// kept are the files of a cache, by the address that they are of.
func (n *nginx) kept(t *testing.T, cache string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range n.files(t, cache) {
		text, err := os.ReadFile(path)
		key := keyLine.FindSubmatch(text)
		if err != nil || key == nil {
			t.Fatalf("%s is of no address: %v\n%.300s", path, err, text)
		}
		address := string(key[1])
		for ; all[address] != ""; address += " " { // another coding of the same
		}
		all[address] = string(text)
	}
	return all
}

// files are those in a folder of nginx.
func (n *nginx) files(t *testing.T, name string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(n.dir, name), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
