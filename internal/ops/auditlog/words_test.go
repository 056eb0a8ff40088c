package auditlog_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/features"
	"portal/internal/org/agency"
	"portal/internal/people/session"
	"portal/internal/people/signin"
	"portal/internal/people/staff"
	"portal/internal/site/editing"
)

type (
	words  = auditlog.Words
	change = auditlog.Change
	fact   = auditlog.Fact
)

func TestWords(t *testing.T) {
	names := map[authz.AgencyID]string{12: "กรมสอง", 14: "กรมสี่"}
	for _, c := range []struct {
		action audit.Action
		detail string
		want   words
	}{
		{staff.ActionMembershipGiven, `{}`, words{}},
		{staff.ActionMembershipChanged, `{"before": {"role": "manual_author", "agency": 12, "same": 1},
			"after": {"role": "manual_reviewer", "agency": 13, "same": 1}, "reason": "ย้ายงาน"}`, words{Changes: []change{
			{"บทบาทผู้ใช้", "เจ้าหน้าที่จัดทำคู่มือ", "เจ้าหน้าที่ตรวจคู่มือ"}, {"หน่วยงาน", "กรมสอง", "เลขที่ 13"}}, Reason: "ย้ายงาน"}},
		{agency.ActionAdded, `{"after": {"shown": false, "name": "ก", "name_en": ""}}`,
			words{Changes: []change{{"ชื่อ", "", "ก"}, {"การแสดงผล", "", "ซ่อน"}}}},
		{staff.ActionMembershipChanged, `{"before": {"agency": 12, "agency_name": "กรมสอง"}, "after": {"agency": 14, "agency_name": "กรมสี่"}}`,
			words{Changes: []change{{"หน่วยงาน", "กรมสอง", "กรมสี่"}}}},
		{agency.ActionMoved, `{"before": {"shown": "true", "parent_code": "08"}, "after": {"shown": "false", "parent_code": "09"}}`,
			words{Changes: []change{{"รหัสต้นสังกัด", "08", "09"}, {"การแสดงผล", "แสดง", "ซ่อน"}}}},
		{agency.ActionChanged, `{"before": {"kind": "department", "x": null}, "after": null}`,
			words{Changes: []change{{"ประเภท", "กรมหรือเทียบเท่า", ""}}}},
		{"never.heard_of", `{"before": 1, "after": 2}`, words{Changes: []change{{"ค่า", "1", "2"}}}},
		{signin.ActionRefused, `{"reason": "account suspended"}`, words{Reason: "บัญชีถูกระงับ"}},
		{staff.ActionSignedIn, `{"ial": "2.3"}`, words{Facts: []fact{{"ระดับการยืนยันตัวตน (IAL)", "2.3"}}}},
		{auditlog.ActionPruned, `{"through_id": 9007199254740993}`, words{Facts: []fact{{"ถึงเลขที่", "9007199254740993"}}}},
		{auditlog.ActionExported, `{"filter": {"action": "token.issued", "unit": 12}, "rows": 3}`,
			words{Facts: []fact{{"ตัวกรอง", "หน่วยงาน: กรมสอง · การกระทำ: ออกรหัส Token"}, {"จำนวนแถว", "3"}}}},
		{session.ActionEnded, `{"zzz": ["a", true], "since": "2026-11-23T05:00:00Z"}`,
			words{Facts: []fact{{"ตั้งแต่", "23 พ.ย. 2569 12:00 น."}, {"zzz", "a, ใช่"}}}},
		{staff.ActionMembershipGiven, `{"role": "dga_admin", "agency": 12, "token": 5}`,
			words{Facts: []fact{{"บทบาทผู้ใช้", "ผู้ดูแลระบบ สพร."}, {"หน่วยงาน", "กรมสอง"}, {"เลขที่ของรหัส Token", "5"}}}},
		{session.ActionEnded, `{"before": {"address": "192.0.2.7"}}`, words{Changes: []change{{"หมายเลข IP", "192.0.2.7", ""}}}},
		{agency.ActionChanged, `{"before": {"address": ""}, "after": {"address": "1 ถนนพระราม 1"}}`,
			words{Changes: []change{{"ที่อยู่", "", "1 ถนนพระราม 1"}}}},
		{agency.ActionAdded, `"text"`, words{Facts: []fact{{"รายละเอียด", `"text"`}}}},
	} {
		e := auditlog.Entry{Action: c.action, Detail: json.RawMessage(c.detail), Agencies: names}
		if got := features.Words.Of(e).Words(nil); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %s:\n got %+v\nwant %+v", c.action, c.detail, got, c.want)
		}
	}
}

// TestWordsOfTheSubject are those of the editor's form for what is edited there.
func TestWordsOfTheSubject(t *testing.T) {
	e := auditlog.Entry{Action: editing.ActionScheduled, Detail: json.RawMessage(`{"before": {"from": "", "x": "1"}, "after": {"from": "2026-11-27T10:00", "publish_at": "2026-11-28T10:00"}}`)}
	says := func(field, value string) (string, string, bool) {
		return "แสดงตั้งแต่", "<" + value + ">", field == "from"
	}
	want := []change{{"แสดงตั้งแต่", "<>", "<2026-11-27T10:00>"}, {"เผยแพร่เมื่อ", "", "28 พ.ย. 2569 10:00 น."}, {"x", "1", ""}}
	if got := features.Words.Of(e).Words(says).Changes; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestSubjects(t *testing.T) {
	for key, want := range map[string]struct{ name, about, kind, page string }{
		"staff/12":           {"สมชาย", "สมชาย", "ผู้ใช้งาน 12", "/backend/staff/12"},
		"agency/5":           {"กรมสอง", "กรมสอง", "หน่วยงาน 5", "/backend/agencies/5"},
		"token/7":            {"เจ้าหน้าที่ส่วนกลาง", "เจ้าหน้าที่ส่วนกลาง", "รหัส Token 7", ""},
		"staff/12/x":         {"", "ผู้ใช้งาน 12/x", "ผู้ใช้งาน 12/x", ""},
		"/backend/staff":     {"", "/backend/staff", "", ""},
		"signin":             {"", "การเข้าสู่ระบบ", "การเข้าสู่ระบบ", ""},
		"audit":              {"บันทึกการใช้งาน", "บันทึกการใช้งาน", "", ""},
		"content/page/about": {"ที่มา", "ที่มา", "หน้าเนื้อหา about", ""}, "content/faq": {"FAQ", "FAQ", "", ""},
		"never-heard-of/1": {"", "never-heard-of/1", "never-heard-of/1", ""},
	} {
		e := features.Words.Of(auditlog.Entry{Subject: key, SubjectName: want.name})
		if e.About() != want.about || e.Kind() != want.kind || e.Page() != want.page {
			t.Errorf("%s: %q, %q, %q", key, e.About(), e.Kind(), e.Page())
		}
	}
	if p := features.Words.Of(auditlog.Entry{Subject: "agency/11036001", Action: agency.ActionSeeded}).Page(); p != "" {
		t.Errorf("a seed's agency has the page %s", p)
	}
	id := int64(1)
	for want, e := range map[string]auditlog.Entry{
		"งานอัตโนมัติ": {Job: "housekeeping"}, "บรรทัดคำสั่ง": {Job: "command line"}, "ผู้เยี่ยมชม": {}, "สมชาย": {StaffID: &id, StaffName: "สมชาย"},
	} {
		if e.Who() != want {
			t.Errorf("%q, want %q", e.Who(), want)
		}
	}
}
