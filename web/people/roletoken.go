package people

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/signin"
	"portal/internal/people/token"
	"portal/templates/people/roletokenview"
	"portal/web/kit"
)

// roleTokenPages are จัดการ Token: the codes that officers give out.
type roleTokenPages struct {
	*kit.Kit
	tokens *token.Service
}

func (p roleTokenPages) list(w http.ResponseWriter, r *http.Request) error {
	v := roletokenview.List{}
	// What was just refreshed is shown, unless it was used meanwhile.
	if id, err := strconv.ParseInt(p.Sessions.TakeMark(r.Context()), 10, 64); err == nil {
		shown, err := p.tokens.Show(r.Context(), p.Actor(r), token.ID(id))
		if _, gone := kit.FormProblem(err); err != nil && !gone {
			return err
		} else if err == nil {
			v.Shown = &shown
		}
	}
	return p.listPage(w, r, http.StatusOK, r.URL.Query(), v)
}

// listPage is the list at the address that has query, with what else v says.
func (p roleTokenPages) listPage(w http.ResponseWriter, r *http.Request, status int, query url.Values, v roletokenview.List) error {
	v.Filter = tokenFilter(query)
	var err error
	if v.Listing, err = p.tokens.List(r.Context(), p.Actor(r), v.Filter, query.Get("page")); err != nil {
		return err
	}
	v.Address, v.Return = tokenAddress(query)
	for range v.Rows {
		v.Keys = append(v.Keys, string(idempotency.New()))
	}
	v.Key = string(idempotency.New())
	l, err := p.OfficeFrame(r, "จัดการ Token")
	if err != nil {
		return err
	}
	l.Path, l.Scripts = roletokenview.Path, []string{"js/form.js", "js/tokens.js", "js/unitpicker.js"}
	return p.Render(w, r, status, roletokenview.Tokens(l, v))
}

// show puts a code in clear on the list, once; with scripts, into their hands.
func (p roleTokenPages) show(w http.ResponseWriter, r *http.Request) error {
	shown, err := p.tokens.Show(r.Context(), p.Actor(r), token.ID(formID(r.PostForm.Get("token"))))
	if strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		return answer(w, shown, err)
	}
	query := tokenQuery(r.PostForm)
	if err == nil {
		return p.listPage(w, r, http.StatusOK, query, roletokenview.List{Shown: &shown})
	}
	return p.AnswerForm(w, r, err, kit.FormAnswer{Again: p.listAgain(w, r, query)})
}

// answer is show for scripts: the code, or why there is none.
func answer(w http.ResponseWriter, shown token.Shown, err error) error {
	status, body := http.StatusOK, map[string]string{"code": shown.Code.String()}
	if err != nil {
		refused := problem.Of(err)
		if status = kit.StatusOf(refused); status == http.StatusInternalServerError {
			return err
		}
		body = map[string]string{"message": refused.Message}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the reader has gone: there is no one to answer
	return nil
}

// refresh issues a new code and shows it on the list, or the one that somebody
// else issued a moment ago.
func (p roleTokenPages) refresh(w http.ResponseWriter, r *http.Request) error {
	query := tokenQuery(r.PostForm)
	_, back := tokenAddress(query)
	done, err := p.tokens.Refresh(r.Context(), p.Actor(r), refreshing(r.PostForm))
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: back, Message: refreshedText(done), Again: p.listAgain(w, r, query),
		Then: func() {
			if done.State == token.Ready {
				p.Sessions.Mark(r.Context(), strconv.FormatInt(int64(done.Last), 10))
			}
		},
	})
}

// listAgain shows the list that a form came from with what was refused.
func (p roleTokenPages) listAgain(w http.ResponseWriter, r *http.Request, query url.Values) func(int, *problem.Error) error {
	return func(status int, bad *problem.Error) error {
		return p.listPage(w, r, status, query, roletokenview.List{Problem: bad})
	}
}

func refreshedText(done token.Refreshed) string {
	what := done.Role.Name() + " · " + done.AgencyName
	switch {
	case done.Newer && done.State == token.Ready:
		return "เจ้าหน้าที่อีกท่านสร้าง Token ใหม่ของ " + what + " ไปก่อนแล้ว จึงไม่ได้สร้างซ้ำ รหัสที่แสดงคือรหัสล่าสุด"
	case done.Newer:
		return "รายการ " + what + " เปลี่ยนไปแล้วระหว่างที่ท่านเปิดหน้านี้ จึงไม่ได้สร้าง Token ใหม่ กรุณาตรวจสอบสถานะล่าสุด"
	case done.Replaced:
		return "สร้าง Token ใหม่ของ " + what + " แล้ว รหัสเดิมใช้ไม่ได้อีกต่อไป"
	}
	return "สร้าง Token ของ " + what + " แล้ว"
}

// tokenQuery is the filters and the place of the list that a form came from.
func tokenQuery(form url.Values) url.Values {
	u, err := url.Parse(signin.SafeReturn(form.Get("return")))
	if err != nil || u.Path != roletokenview.Path {
		return url.Values{}
	}
	return u.Query()
}
