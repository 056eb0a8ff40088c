package linkcheck

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestCheck(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/moved":
			http.Redirect(w, r, "/fine", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/no-head":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		case "/broken":
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	t.Cleanup(site.Close)
	want := map[string]string{
		"/fine": "", "/moved": "", "/no-head": "", "/gone": "ไม่พบหน้านี้แล้ว", "/round": "ติดต่อเว็บไซต์นี้ไม่ได้", "/broken": "เว็บไซต์นี้ขัดข้อง (502)",
	}
	var all []string
	for path := range want {
		all = append(all, site.URL+path)
	}
	got := New(func(netip.Addr) bool { return true }).Check(t.Context(), all)
	for path, why := range want {
		if got[site.URL+path] != why {
			t.Errorf("%s: %q, want %q", path, got[site.URL+path], why)
		}
	}
	for address, why := range New(Public).Check(t.Context(), all) {
		if why != "ที่อยู่นี้ไม่ใช่เว็บไซต์สาธารณะ" {
			t.Errorf("%s, on this very machine: %q", address, why)
		}
	}
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"203.150.1.1": true, "2001:4860::8888": true, "127.0.0.1": false, "10.1.2.3": false, "192.168.1.1": false, "172.16.0.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "::1": false, "fe80::1": false, "fd00::1": false,
		"64:ff9b::7f00:1": false,
	} {
		if got := Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}
