package people

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/export"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/people/token"
	"portal/internal/text/thaidate"
	"portal/templates/component"
	"portal/templates/layout"
	"portal/templates/people/roletokenview"
	"portal/web/kit"
)

// issueMany issues codes for the ticked rows, or for all that the filters find.
func (p roleTokenPages) issueMany(w http.ResponseWriter, r *http.Request) error {
	m := manyTokens(r.PostForm)
	key, err := p.tokens.IssueMany(r.Context(), p.Actor(r), m)
	if errors.Is(err, idempotency.ErrDone) {
		key = string(m.Key)
	}
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: batchPath(key), Message: "ทุกรายการที่เลือกมีรหัส Token พร้อมใช้แล้ว",
		Again: func(status int, bad *problem.Error) error {
			return p.listPage(w, r, status, tokenQuery(r.PostForm), roletokenview.List{Problem: bad, Ticked: r.PostForm["pair"], Anew: m.Anew})
		},
	})
}

func batchPath(key string) string { return roletokenview.Path + "/batch/" + url.PathEscape(key) }

func (p roleTokenPages) batch(w http.ResponseWriter, r *http.Request) error {
	key := chi.URLParam(r, "key")
	b, err := p.tokens.Batch(r.Context(), p.Actor(r), key, r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	l, err := p.batchFrame(r, "ชุดรหัส Token")
	if err != nil {
		return err
	}
	return p.Render(w, r, http.StatusOK, roletokenview.Issued(l, roletokenview.Batch{BatchPage: b, Address: url.URL{Path: batchPath(key)}}))
}

// batchFrame is the frame of the pages about a batch.
func (p roleTokenPages) batchFrame(r *http.Request, title string) (layout.Page, error) {
	l, err := p.OfficeFrame(r, title)
	l.Crumbs = []layout.Crumb{{Title: "จัดการ Token", Path: roletokenview.Path}, {Title: title, Path: r.URL.Path}}
	return l, err
}

// print shows the batch's codes on slips.
func (p roleTokenPages) print(w http.ResponseWriter, r *http.Request) error {
	b, rows, err := p.tokens.Export(r.Context(), p.Actor(r), chi.URLParam(r, "key"), "print")
	if err != nil {
		return err
	}
	v := roletokenview.Print{Batch: b, Rows: rows, SignIn: p.signInAddress()}
	if v.QR, err = component.NewQRCode(v.SignIn); err != nil {
		return err
	}
	l, err := p.batchFrame(r, "ใบแจ้งรหัส Token")
	if err != nil {
		return err
	}
	l.Scripts = []string{"js/tokens.js"}
	return p.Render(w, r, http.StatusOK, roletokenview.Slips(l, v))
}

func (p roleTokenPages) signInAddress() string { return p.BaseURL + "/backend/login" }

// file sends the batch's codes as a table.
func (p roleTokenPages) file(format export.Format) kit.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, rows, err := p.tokens.Export(r.Context(), p.Actor(r), chi.URLParam(r, "key"), string(format))
		if err != nil {
			return err
		}
		return p.Stream(w, r, "รหัส-Token", format, func(out export.Writer) error { return p.tokenTable(out, rows) })
	}
}

func (p roleTokenPages) tokenTable(out export.Writer, rows []token.BatchRow) error {
	err := out.Row("รหัสหน่วยงาน", "หน่วยงาน / จุดบริการ", "บทบาทผู้ใช้งาน", "รหัส Token", "สถานะ", "วันหมดอายุ", "ที่อยู่สำหรับเข้าสู่ระบบ")
	for _, r := range rows {
		if err != nil {
			return err
		}
		err = out.Row(r.AgencyCode, r.AgencyName, r.Role.Name(), r.Code.String(), r.State.Name(), thaidate.ShortTime(r.ExpiresAt), p.signInAddress())
	}
	return err
}
