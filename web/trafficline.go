package web

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/go-chi/chi/v5/middleware"
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

var lineBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

// logged writes the line of the traffic log for a request that was answered
// from the shelf, in the form of accessLog.
func (s *Server) logged(r *http.Request, client netip.Addr, status int, start time.Time, took time.Duration) {
	id := r.Header.Get(middleware.RequestIDHeader)
	if s.cfg.Lines == nil {
		s.cfg.Traffic.LogAttrs(r.Context(), slog.LevelInfo, "request",
			slog.String("id", id), slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", status),
			slog.Int64("staff", 0), slog.String("address", client.String()), slog.String("user_agent", r.UserAgent()), slog.Duration("took", took))
		return
	}
	line := lineBuffers.Get().(*[]byte)
	b := append((*line)[:0], `{"time":"`...)
	b = start.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","level":"INFO","msg":"request","id":`...)
	if id == "" {
		b = append(append(b, '"'), s.started...)
		b = strconv.AppendUint(b, s.served.Add(1), 10)
		b = append(b, '"')
	} else {
		b = quoted(b, id)
	}
	b = quoted(append(b, `,"method":`...), r.Method)
	b = quoted(append(b, `,"path":`...), r.URL.Path)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(status), 10)
	b = append(b, `,"staff":0,"address":"`...)
	b = client.AppendTo(b)
	b = quoted(append(b, `","user_agent":`...), r.UserAgent())
	b = strconv.AppendInt(append(b, `,"took":`...), int64(took), 10)
	b = append(b, "}\n"...)
	s.cfg.Lines.Add(b)
	*line = b
	lineBuffers.Put(line)
}

// quoted appends s as a JSON string.
func quoted(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			text, _ := json.Marshal(s) // a string always can be
			return append(b, text...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
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
// whole domains, which is for whoever answers for info.go.th to decide.
func (s *Server) security() (f fixed) {
	f.add("Content-Security-Policy", Policy(s.provider, false))
	f.add("X-Content-Type-Options", "nosniff")
	f.add("Referrer-Policy", "same-origin")
	f.add("Cross-Origin-Opener-Policy", "same-origin")
	f.add("Cross-Origin-Resource-Policy", "same-origin")
	f.add("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	f.add("X-Frame-Options", "DENY")
	if s.secure {
		f.add("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return f
}
