package web

import (
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"

	"portal/internal/kit/audit"
	"portal/internal/kit/problem"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/features"
	"portal/internal/site/editing"
	"portal/internal/text/thaidate"
	"portal/templates/ops/auditview"
)

// auditForm is the filter of the list, as it stands in the address.
type auditForm struct {
	Person, Text, Action, From, Until string
	Unit                              string // the id of the unit that was chosen
}

func parseAuditForm(q url.Values) auditForm {
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	return auditForm{get("person"), get("q"), get("action"), get("from"), get("until"), ""}
}

// values is the form as it stands in the address of another page, without what
// is empty.
func (f auditForm) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"person": f.Person, "q": f.Text, "action": f.Action, "from": f.From, "until": f.Until, "unit": f.Unit,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// filter reads the form. Its error is a BadInput problem: the page's own
// controls send no other values.
func (f auditForm) filter() (auditlog.Filter, error) {
	bad := func(message string) (auditlog.Filter, error) {
		return auditlog.Filter{}, problem.New(problem.BadInput, message)
	}
	a := auditlog.Filter{Person: searchText(f.Person), Text: searchText(f.Text), Action: audit.Action(f.Action)}
	if a.Action != "" && features.Words.Action(a.Action) == "" {
		return bad("ไม่รู้จักการกระทำนี้")
	}
	var err error
	if a.From, err = bangkokDay(f.From); err != nil {
		return bad("วันที่เริ่มต้นไม่ถูกต้อง")
	}
	if a.Until, err = bangkokDay(f.Until); err != nil {
		return bad("วันที่สิ้นสุดไม่ถูกต้อง")
	}
	if !a.Until.IsZero() {
		a.Until = a.Until.AddDate(0, 0, 1) // the whole of the last day
	}
	return a, nil
}

// bangkokDay is the beginning of a day that a date field sent, or zero.
func bangkokDay(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, text, thaidate.Bangkok) // of any year: it finds what there is
}

// inForms has the words of the editor's form for what changed in content.
func inForms(e auditlog.Entry) auditlog.Says {
	kind, key := e.Content()
	return func(field, value string) (name, words string, known bool) {
		return editing.Kind(kind).Said(key, field, value)
	}
}

func auditEntry(e auditlog.Entry) auditview.Item {
	d := features.Words.Of(e)
	words := d.Words(inForms(e))
	v := auditview.Item{
		ID: int64(e.ID), At: e.At, Who: e.Who(), Job: e.Job, Person: e.StaffID != nil, Action: d.ActionName(), Bad: d.Refusal(), About: d.About(), Kind: d.Kind(),
		Page: d.Page(), Address: e.Address, Reason: words.Reason,
	}
	if v.Action == "" {
		v.Action = string(e.Action) // written by a newer version of the portal
	}
	if v.Kind == v.About {
		v.Kind = ""
	}
	for _, c := range words.Changes {
		v.Changes = append(v.Changes, auditview.Change(c))
	}
	for _, f := range words.Facts {
		v.Facts = append(v.Facts, auditview.Fact(f))
	}
	return v
}

var auditHeads = []string{"เลขที่", "วันเวลา", "ผู้ใช้งาน", "เลขที่ผู้ใช้งาน", "การกระทำ", "รหัสการกระทำ", "รายการ", "รหัสรายการ",
	"หมายเลข IP", "การเปลี่ยนแปลง", "ข้อมูลอื่น", "เหตุผล", "แฮช"}

// auditRow is an entry as a line of a file.
func auditRow(e auditlog.Entry) []string {
	d := features.Words.Of(e)
	words := d.Words(inForms(e))
	staffID := ""
	if e.StaffID != nil {
		staffID = strconv.FormatInt(*e.StaffID, 10)
	}
	return []string{
		strconv.FormatInt(int64(e.ID), 10), e.At.In(thaidate.Bangkok).Format("2006-01-02T15:04:05.000-07:00"), e.Who(), staffID,
		d.ActionName(), string(e.Action), d.About(), e.Subject, e.Address,
		lines(words.Changes), lines(words.Facts), words.Reason, hex.EncodeToString(e.Hash),
	}
}

func lines[T interface{ String() string }](all []T) string {
	parts := make([]string, len(all))
	for i, one := range all {
		parts[i] = one.String()
	}
	return strings.Join(parts, "; ")
}
