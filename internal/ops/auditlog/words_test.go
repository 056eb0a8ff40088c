package auditlog

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
)

func TestWords(t *testing.T) {
	names := map[authz.AgencyID]string{12: "กรมสอง", 14: "กรมสี่"}
	for detail, want := range map[string]Words{
		`{}`: {},
		`{"before": {"role": "manual_author", "agency": 12, "same": 1}, "after": {"role": "manual_reviewer", "agency": 13, "same": 1}, "reason": "ย้ายงาน"}`: {
			Changes: []Change{{"บทบาทผู้ใช้", "เจ้าหน้าที่จัดทำคู่มือ", "เจ้าหน้าที่ตรวจคู่มือ"}, {"หน่วยงาน", "กรมสอง", "เลขที่ 13"}}, Reason: "ย้ายงาน"},
		`{"after": {"shown": false, "name": "ก", "name_en": ""}}`:                                               {Changes: []Change{{"ชื่อ", "", "ก"}, {"การแสดงผล", "", "ซ่อน"}}},
		`{"before": {"agency": 12, "agency_name": "กรมสอง"}, "after": {"agency": 14, "agency_name": "กรมสี่"}}`: {Changes: []Change{{"หน่วยงาน", "กรมสอง", "กรมสี่"}}},
		`{"before": {"shown": "true", "parent_code": "08"}, "after": {"shown": "false", "parent_code": "09"}}`: {
			Changes: []Change{{"รหัสต้นสังกัด", "08", "09"}, {"การแสดงผล", "แสดง", "ซ่อน"}}},
		`{"before": {"kind": "department", "x": null}, "after": null}`:  {Changes: []Change{{"ประเภท", "กรมหรือเทียบเท่า", ""}}},
		`{"before": 1, "after": 2}`:                                     {Changes: []Change{{"ค่า", "1", "2"}}},
		`{"reason": "account suspended"}`:                               {Reason: "บัญชีถูกระงับ"},
		`{"ial": "2.3", "through_id": 9007199254740993}`:                {Facts: []Fact{{"ระดับการยืนยันตัวตน (IAL)", "2.3"}, {"ถึงเลขที่", "9007199254740993"}}},
		`{"filter": {"action": "token.issued", "unit": 12}, "rows": 3}`: {Facts: []Fact{{"ตัวกรอง", "หน่วยงาน: กรมสอง · การกระทำ: ออกรหัส Token"}, {"จำนวนแถว", "3"}}},
		`{"zzz": ["a", true], "since": "2026-11-23T05:00:00Z"}`:         {Facts: []Fact{{"ตั้งแต่", "23 พ.ย. 2569 12:00 น."}, {"zzz", "a, ใช่"}}},
		`{"role": "dga_admin", "agency": 12, "token": 5}`:               {Facts: []Fact{{"บทบาทผู้ใช้", "ผู้ดูแลระบบ สพร."}, {"หน่วยงาน", "กรมสอง"}, {"เลขที่ของรหัส Token", "5"}}},
		`"text"`: {Facts: []Fact{{"รายละเอียด", `"text"`}}},
	} {
		if got := (Entry{Detail: json.RawMessage(detail), Agencies: names}).Words(nil); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", detail, got, want)
		}
	}
}

// TestWordsOfTheSubject are those of the editor's form for what is edited there.
func TestWordsOfTheSubject(t *testing.T) {
	e := Entry{Detail: json.RawMessage(`{"before": {"from": "", "x": "1"}, "after": {"from": "2026-11-27T10:00", "publish_at": "2026-11-28T10:00"}}`)}
	says := func(field, value string) (string, string, bool) {
		return "แสดงตั้งแต่", "<" + value + ">", field == "from"
	}
	want := []Change{{"แสดงตั้งแต่", "<>", "<2026-11-27T10:00>"}, {"เผยแพร่เมื่อ", "", "28 พ.ย. 2569 10:00 น."}, {"x", "1", ""}}
	if got := e.Words(says).Changes; !reflect.DeepEqual(got, want) {
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
		e := Entry{Subject: key, SubjectName: want.name}
		if e.About() != want.about || e.Kind() != want.kind || e.Page() != want.page {
			t.Errorf("%s: %q, %q, %q", key, e.About(), e.Kind(), e.Page())
		}
	}
	if p := (Entry{Subject: "agency/11036001", Action: audit.AgencySeeded}).Page(); p != "" {
		t.Errorf("a seed's agency has the page %s", p)
	}
	id := int64(1)
	for want, e := range map[string]Entry{
		"งานอัตโนมัติ": {Job: "housekeeping"}, "บรรทัดคำสั่ง": {Job: "command line"}, "ผู้เยี่ยมชม": {}, "สมชาย": {StaffID: &id, StaffName: "สมชาย"},
	} {
		if e.Who() != want {
			t.Errorf("%q, want %q", e.Who(), want)
		}
	}
}

// TestEveryActionIsOffered keeps the viewer's choice and the catalogue in step.
func TestEveryActionIsOffered(t *testing.T) {
	var offered []audit.Action
	for _, g := range audit.Groups {
		offered = append(offered, g.Actions...)
	}
	for _, a := range audit.Actions() {
		if !slices.Contains(offered, a) {
			t.Errorf("%s is in no group of audit.Groups", a)
		}
	}
	for _, a := range offered {
		if a.Name() == "" {
			t.Errorf("%s has no name", a)
		}
	}
	slices.Sort(offered)
	if len(slices.Compact(slices.Clone(offered))) != len(offered) {
		t.Error("an action is offered twice")
	}
}
