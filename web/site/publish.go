package site

import (
	"net/http"
	"strconv"
	"strings"

	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/site/editing"
	"portal/templates/site/contentview"
	"portal/web/kit"
)

// publishForm shows what would change for visitors and asks why and when.
func (p contentPages) publishForm(w http.ResponseWriter, r *http.Request) error {
	v := contentview.Step{}
	if typed, ok := p.SavedForm(r); ok {
		v.Reason, v.At = typed.Get("reason"), typed.Get("at")
	}
	return p.publishWith(w, r, http.StatusOK, v)
}

func (p contentPages) publishWith(w http.ResponseWriter, r *http.Request, status int, v contentview.Step) error {
	it, err := p.editing.Open(r.Context(), p.Actor(r), p.kind, key(r))
	if err != nil {
		return err
	}
	l, err := p.frameOf(r, it, "เผยแพร่")
	if err != nil {
		return err
	}
	l.Sheets, l.Scripts = []string{"css/editor.css"}, []string{"js/form.js", "js/draft.js"}
	v.Item, v.Key, v.Person, v.Saved = it, string(idempotency.New()), p.Actor(r).StaffID, r.URL.Query().Get("saved")
	if it.Draft != nil {
		v.Changes = editing.Differences(it.Inputs, it.Live, it.Draft.Fields)
		leads, err := p.leads(r)
		if err != nil {
			return err
		}
		if v.Links, err = p.editing.BrokenIn(r.Context(), it, leads); err != nil {
			return err
		}
	}
	return p.Render(w, r, status, contentview.Publish(l, v))
}

func (p contentPages) publish(w http.ResponseWriter, r *http.Request) error {
	v := contentview.Step{Reason: strings.TrimSpace(r.PostForm.Get("reason")), At: r.PostForm.Get("at")}
	now, err := p.editing.Publish(r.Context(), p.Actor(r), p.kind, key(r), editing.Publishing{
		FormKey: idempotency.Key(r.PostForm.Get("form_key")), Mark: r.PostForm.Get("mark"), Reason: v.Reason, At: v.At,
	})
	said := "กำหนดเวลาเผยแพร่แล้ว"
	if now {
		said = "เผยแพร่แล้ว ผู้อ่านเห็นข้อความใหม่แล้ว"
	}
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: contentview.Path(p.kind), Message: said,
		Again: func(status int, bad *problem.Error) error {
			v.Problem = bad
			return p.publishWith(w, r, status, v)
		},
	})
}

// hold calls a settled publication off.
func (p contentPages) hold(w http.ResponseWriter, r *http.Request) error {
	err := p.editing.Hold(r.Context(), p.Actor(r), p.kind, key(r), idempotency.Key(r.PostForm.Get("form_key")))
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: contentview.ItemPath(p.kind, key(r)) + "/publish", Message: "ยกเลิกกำหนดเผยแพร่แล้ว ฉบับร่างยังอยู่",
	})
}

func (p contentPages) discardForm(w http.ResponseWriter, r *http.Request) error {
	return p.discardWith(w, r, http.StatusOK, nil)
}

func (p contentPages) discardWith(w http.ResponseWriter, r *http.Request, status int, bad *problem.Error) error {
	it, err := p.editing.Open(r.Context(), p.Actor(r), p.kind, key(r))
	if err != nil {
		return err
	}
	l, err := p.frameOf(r, it, "ทิ้งฉบับร่าง")
	if err != nil {
		return err
	}
	return p.Render(w, r, status, contentview.Discard(l, contentview.Step{Item: it, Key: string(idempotency.New()), Problem: bad}))
}

func (p contentPages) discard(w http.ResponseWriter, r *http.Request) error {
	err := p.editing.Discard(r.Context(), p.Actor(r), p.kind, key(r), r.PostForm.Get("mark"), idempotency.Key(r.PostForm.Get("form_key")))
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: contentview.Path(p.kind), Message: "ทิ้งฉบับร่างแล้ว",
		Again: func(status int, bad *problem.Error) error { return p.discardWith(w, r, status, bad) },
	})
}

func (p contentPages) history(w http.ResponseWriter, r *http.Request) error {
	return p.historyWith(w, r, http.StatusOK, nil)
}

func (p contentPages) historyWith(w http.ResponseWriter, r *http.Request, status int, bad *problem.Error) error {
	it, versions, err := p.editing.History(r.Context(), p.Actor(r), p.kind, key(r))
	if err != nil {
		return err
	}
	l, err := p.frameOf(r, it, "ประวัติ")
	if err != nil {
		return err
	}
	return p.Render(w, r, status, contentview.History(l, contentview.Step{Item: it, Key: string(idempotency.New()), Problem: bad}, versions))
}

func (p contentPages) compare(w http.ResponseWriter, r *http.Request) error {
	a, b := r.URL.Query().Get("a"), r.URL.Query().Get("b")
	it, changes, err := p.editing.Compare(r.Context(), p.Actor(r), p.kind, key(r), a, b)
	if err != nil {
		return err
	}
	l, err := p.frameOf(r, it, "เทียบฉบับ")
	if err != nil {
		return err
	}
	l.Sheets = []string{"css/editor.css"}
	return p.Render(w, r, http.StatusOK, contentview.Compare(l, contentview.Step{Item: it, Changes: changes}, a, b))
}

func (p contentPages) restore(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(r.PostForm.Get("number"))
	if err != nil {
		number = -1 // no version has it
	}
	err = p.editing.Restore(r.Context(), p.Actor(r), p.kind, key(r), number, r.PostForm.Get("mark"), idempotency.Key(r.PostForm.Get("form_key")))
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: contentview.ItemPath(p.kind, key(r)), Message: "นำฉบับนั้นมาเป็นฉบับร่างแล้ว ตรวจสอบก่อนเผยแพร่",
		Again: func(status int, bad *problem.Error) error { return p.historyWith(w, r, status, bad) },
	})
}
