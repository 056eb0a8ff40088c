package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/ops/trafficlog"
	"portal/web/kit"
)

// peer is the address a request came from, as clientAddress finds it; ok is
// false for the chains of proxies that are left to it.
func (s *Server) peer(r *http.Request) (client netip.Addr, ok bool) {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return client, false
	}
	client = from.Addr().Unmap()
	if !s.trusted(client.WithZone("")) {
		return client, true
	}
	if chain := r.Header["X-Forwarded-For"]; len(chain) == 1 {
		client, err = netip.ParseAddr(chain[0])
		client = client.Unmap().WithZone("")
		return client, err == nil && !s.trusted(client)
	}
	return client, false
}

func (s *Server) trusted(a netip.Addr) bool {
	for _, p := range s.proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func prefixes(list []string) (all []netip.Prefix) {
	for _, text := range list {
		if p, err := netip.ParsePrefix(text); err == nil { // clientAddress has refused others
			all = append(all, p)
		}
	}
	return all
}

// answered tells of a request that was answered from the snapshot, in the form of
// accessLog.
func (s *Server) answered(r *http.Request, client netip.Addr, status int, start time.Time, took time.Duration) {
	of := trafficlog.Request{
		ID: first(r.Header[middleware.RequestIDHeader]), Method: r.Method, Path: r.URL.Path, Status: status,
		Client: client, UserAgent: first(r.Header["User-Agent"]), Start: start, Took: took,
	}
	if s.cfg.Lines != nil {
		s.cfg.Lines.Add(of)
		return
	}
	s.cfg.Traffic.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("id", of.ID), slog.String("method", of.Method), slog.String("path", of.Path), slog.Int("status", status),
		slog.Int64("staff", 0), slog.String("address", client.String()), slog.String("user_agent", of.UserAgent), slog.Duration("took", took))
	s.Observer.Request(of.Method, of.Path, status, took) // a prepared page's path is its route
}

// first is what Header.Get finds under a name that is written as it is kept.
func first(header []string) string {
	if len(header) == 0 {
		return ""
	}
	return header[0]
}

// fixed are headers that every answer has, with values made once.
type fixed []struct {
	name  string
	value []string
}

func (f *fixed) add(name, value string) {
	*f = append(*f, struct {
		name  string
		value []string
	}{http.CanonicalHeaderKey(name), []string{value}})
}

func (f fixed) set(h http.Header) {
	for i := range f {
		h[f[i].name] = f[i].value
	}
}

// security are the headers that keep browsers from doing anything with a page
// that it does not ask for. Transport security is not preloaded: that list takes
// whole domains, which is for the owner of info.go.th to decide.
func (s *Server) security() (f fixed) {
	f.add("Content-Security-Policy", kit.Policy(s.Provider, false))
	f.add("X-Content-Type-Options", "nosniff")
	f.add("Referrer-Policy", "same-origin")
	f.add("Cross-Origin-Opener-Policy", "same-origin")
	f.add("Cross-Origin-Resource-Policy", "same-origin")
	f.add("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	f.add("X-Frame-Options", "DENY")
	if s.Secure {
		f.add("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return f
}
