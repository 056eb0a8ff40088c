package people

import (
	"net/http"
	"net/url"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/onboarding"
	"portal/templates/people/tokenview"
	"portal/web/kit"
)

type redeemPages struct {
	*kit.Kit
	onboarding *onboarding.Service
}

func (p redeemPages) show(w http.ResponseWriter, r *http.Request) error {
	if err := p.Actor(r).Require(authz.RedeemToken); err != nil {
		return err // nothing to load, so no use case to ask
	}
	values, _ := p.SavedForm(r)
	return p.form(w, r, http.StatusOK, redeemForm(values))
}

// redeemForm reads what was typed.
func redeemForm(v url.Values) tokenview.Form { return tokenview.Form{Token: v.Get("token")} }

// redeem uses a code up and gives the session a new id: rights have changed.
func (p redeemPages) redeem(w http.ResponseWriter, r *http.Request) error {
	f := redeemForm(r.PostForm)
	renewed := ""
	err := p.onboarding.Redeem(r.Context(), p.Actor(r), f.Token, idempotency.Key(r.PostForm.Get("form_key")),
		func(tx *audit.Tx) (err error) {
			renewed, err = p.Sessions.Rotate(r.Context(), tx, p.Current(r.Context()),
				"ยืนยันสิทธิ์เรียบร้อยแล้ว กรุณาตรวจสอบบทบาทและหน่วยงานของท่านด้านล่าง")
			return err
		})
	p.redeemed(err)
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: "/backend/profile", Then: func() { p.SetCookie(w, "session", renewed, 0) },
		Again: func(status int, bad *problem.Error) error {
			f.Problem = bad
			return p.form(w, r, status, f)
		},
	})
}

func (p redeemPages) form(w http.ResponseWriter, r *http.Request, status int, f tokenview.Form) error {
	l, err := p.OfficeFrame(r, "กรอกรหัส Token")
	if err != nil {
		return err
	}
	c := p.Current(r.Context())
	f.Name, f.HasRole, f.Key = c.Name, c.Actor.HasRole(), string(idempotency.New())
	l.Scripts = []string{"js/form.js"}
	return p.Render(w, r, status, tokenview.Redeem(l, f))
}
