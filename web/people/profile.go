package people

import (
	"net/http"

	"portal/internal/kit/idempotency"
	"portal/internal/people/staff"
	"portal/templates/people/profileview"
	"portal/web/kit"
)

type profilePages struct {
	*kit.Kit
	staff *staff.Service
}

// show tells the person what the portal knows of them.
func (p profilePages) show(w http.ResponseWriter, r *http.Request) error {
	person, memberships, err := p.staff.Own(r.Context(), p.Actor(r))
	if err != nil {
		return err
	}
	devices, err := p.Sessions.Own(r.Context(), p.Actor(r), p.Current(r.Context()))
	if err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, "บัญชีผู้ใช้งาน (Profile)")
	if err != nil {
		return err
	}
	v := profileOf(person, memberships)
	v.Devices, v.OthersKey = devicesOf(devices), string(idempotency.New())
	l.Scripts = []string{"js/form.js"}
	return p.Render(w, r, http.StatusOK, profileview.Profile(l, v))
}

func profileOf(person staff.Person, memberships []staff.Membership) profileview.View {
	v := profileview.View{Name: person.Name, Email: person.Email, IAL: person.IAL, LastSignIn: person.SignedInAt}
	for _, m := range memberships {
		by := m.GivenBy
		if by == "" {
			by = "ผู้ดูแลระบบ สพร. (DGA Contact Center)"
		}
		v.Memberships = append(v.Memberships, profileview.Membership{
			Role: m.Role.Name(), Agency: m.AgencyName, Since: m.Since, IssuedBy: by,
		})
	}
	return v
}
