package people

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/mileusna/useragent"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/session"
	"portal/templates/people/profileview"
	"portal/web/kit"
)

// devicePages are a person's own sessions on the profile.
type devicePages struct{ *kit.Kit }

// end ends one session. The second press of the button finds it done.
func (p devicePages) end(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return problem.New(problem.NotFound, "")
	}
	err = p.Sessions.End(r.Context(), p.Actor(r), id, idempotency.Key(r.PostForm.Get("form_key")))
	return p.back(w, r, err, "ออกจากระบบในอุปกรณ์ที่เลือกแล้ว")
}

func (p devicePages) endOthers(w http.ResponseWriter, r *http.Request) error {
	n, err := p.Sessions.EndOthers(r.Context(), p.Actor(r), p.Current(r.Context()), idempotency.Key(r.PostForm.Get("form_key")))
	said := "ออกจากระบบในอุปกรณ์อื่นทั้งหมดแล้ว"
	if n > 0 {
		said += " " + strconv.Itoa(n) + " อุปกรณ์"
	}
	return p.back(w, r, err, said)
}

// back leads to where the button stood and says what happened, now or before.
func (p devicePages) back(w http.ResponseWriter, r *http.Request, err error, said string) error {
	if errors.Is(err, idempotency.ErrDone) {
		err = nil
	}
	return p.AnswerForm(w, r, err, kit.FormAnswer{To: r.PostForm.Get("return"), Message: said})
}

// extend is what the warning before the idle end asks for. It answers the
// script (static/js/session.js) in headers, in seconds.
func (p devicePages) extend(w http.ResponseWriter, r *http.Request) error {
	c, err := p.Sessions.Extend(r.Context(), p.Actor(r), p.Current(r.Context()))
	if err != nil {
		return err
	}
	left := p.SecondsLeft(c)
	w.Header().Set("Session-Idle", strconv.Itoa(left.Idle))
	w.Header().Set("Session-End", strconv.Itoa(left.End))
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func devicesOf(list []session.Device) []profileview.Device {
	var all []profileview.Device
	for _, d := range list {
		name, icon := describeDevice(d.UserAgent)
		all = append(all, profileview.Device{
			ID: d.ID, Name: name, Icon: icon, Address: d.Address, Since: d.OpenedAt, LastSeen: d.LastSeenAt,
			This: d.This, Key: string(idempotency.New()),
		})
	}
	return all
}

// describeDevice names browser and system of a user agent, and an icon for the
// kind of machine.
func describeDevice(agent string) (name, icon string) {
	ua := useragent.Parse(agent)
	icon = "monitor"
	if ua.Mobile || ua.Tablet {
		icon = "smartphone"
	}
	var parts []string
	for _, part := range []string{versioned(ua.Name, ua.VersionNo.Major), versioned(ua.OS, majorOf(ua))} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if ua.IsUnknown() || len(parts) == 0 {
		return "ไม่ทราบชนิดอุปกรณ์", icon
	}
	return strings.Join(parts, " · "), icon
}

// majorOf leaves out versions that browsers have frozen: Windows 11 and every
// macOS since 2020 call themselves 10.
func majorOf(ua useragent.UserAgent) int {
	if ua.IsWindows() || ua.IsMacOS() {
		return 0
	}
	return ua.OSVersionNo.Major
}

func versioned(name string, major int) string {
	if name == "" || major == 0 {
		return name
	}
	return name + " " + strconv.Itoa(major)
}
