package editing

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"portal/internal/kit/problem"
)

var sample = []Input{
	{Name: "title", Label: "หัวข้อ", Type: Line, Max: 10, Required: true},
	{Name: "link", Label: "ลิงก์", Type: Link},
	{Name: "on", Label: "วันที่", Type: Date},
	{Name: "of", Label: "หมวด", Type: Choice, Required: true, Options: []Option{{"a", "ก"}}},
	{Name: "rows", Label: "รายการ", Type: List, Max: 2, Parts: []Input{
		{Name: "name", Label: "ชื่อ", Type: Line, Required: true}, {Name: "url", Label: "ที่อยู่", Type: Link, Required: true},
	}},
}

func TestRead(t *testing.T) {
	got := Read(sample, url.Values{
		"title": {"  ก   ข\r\n"}, "role": {"dga_admin"},
		"rows.0.name": {"สอง"}, "rows.0.place": {"2"}, "rows.1.name": {""}, "rows.2.name": {"ลบ"}, "rows.2.drop": {"1"},
		"rows.4.name": {"หนึ่ง"}, "rows.4.place": {"1"}, "rows.4.url": {"/a"},
	})
	want := Fields{"title": "ก ข", "link": "", "on": "", "of": "", "rows.0.name": "หนึ่ง", "rows.0.url": "/a", "rows.1.name": "สอง", "rows.1.url": ""}
	if !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestCheck(t *testing.T) {
	m := model{check: nothing}
	for name, tt := range map[string]struct {
		fields   Fields
		complete bool
		wrong    string // the field, or ""
	}{
		"an unfinished draft":      {Fields{}, false, ""},
		"an unfinished text":       {Fields{}, true, "title"},
		"too long":                 {Fields{"title": strings.Repeat("ก", 11)}, false, "title"},
		"just fits":                {Fields{"title": strings.Repeat("ก", 10)}, false, ""},
		"own page":                 {Fields{"link": "/backend/faq#token"}, false, ""},
		"https":                    {Fields{"link": "https://info.go.th/a?b=c"}, false, ""},
		"http":                     {Fields{"link": "http://info.go.th"}, false, "link"},
		"script":                   {Fields{"link": "javascript:alert(1)"}, false, "link"},
		"another host":             {Fields{"link": "//evil.example"}, false, "link"},
		"another host, backslash":  {Fields{"link": "/\\evil.example"}, false, "link"},
		"https with a password":    {Fields{"link": "https://a:b@info.go.th"}, false, "link"},
		"a date":                   {Fields{"on": "2026-02-28"}, false, ""},
		"no such date":             {Fields{"on": "2026-02-30"}, false, "on"},
		"a Buddhist year is typed": {Fields{"on": "2569-13-01"}, false, "on"},
		"nothing chosen":           {Fields{"title": "ก"}, true, "of"},
		"a row without its link":   {Fields{"title": "ก", "of": "a", "rows.0.name": "ก"}, true, "rows.0.url"},
		"too many rows":            {Fields{"rows.0.name": "ก", "rows.1.name": "ก", "rows.2.name": "ก"}, false, "rows"},
	} {
		err := check(m, sample, tt.fields, tt.complete)
		if tt.wrong == "" && err != nil || tt.wrong != "" && problem.Of(err).Field(tt.wrong) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInPlace(t *testing.T) {
	for _, tt := range []struct{ typed, want string }{
		{"1 2 3 4", "0123"},
		{"1 2 3 2", "0312"}, // the last one goes second
		{"3 2 3 4", "1203"}, // the first one goes third
		{"2 1 3 4", "1023"},
		{"4 3 2 1", "3210"},
		{"3 3 3 4", "2301"}, // two want the same place: the first of them has it
		{"1 2 3 99", "0123"},
		{"99 2 3 4", "1230"},
		{"1 2 -5 4", "2013"},
		{"1 x 3 1", "3012"},
		{"", "0"},
	} {
		var got strings.Builder
		for _, line := range InPlace(strings.Split(tt.typed, " ")) {
			got.WriteString(strconv.Itoa(line))
		}
		if got.String() != tt.want {
			t.Errorf("%q: %s, want %s", tt.typed, got.String(), tt.want)
		}
	}
}

func TestSaid(t *testing.T) {
	for _, tt := range []struct{ kind, key, field, value, want string }{
		{"banner", "start", "from", "2026-11-27T10:00", "แสดงตั้งแต่: 27 พ.ย. 2569 10:00 น."},
		{"banner", "start", "from", "", "แสดงตั้งแต่: "},
		{"manual", "x", "date", "2026-11-27", "วันที่ของเอกสาร: 27 พ.ย. 2569"},
		{"manual", "x", "audience", "dga_admin", "สำหรับบทบาท: ผู้ดูแลระบบ สพร."},
		{"faq", "x", "shown", "", "แสดงบนเว็บไซต์: ไม่"},
		{"site", "landing", "faq_on", "1", "FAQ · แสดงส่วนนี้: ใช่"},
		{"site", "landing", "duties.3.icon", "star", "งานของเจ้าหน้าที่หน่วยงาน รายการที่ 4 สัญลักษณ์: ดาว"},
		{"site", "contact", "social.x.name", "X", ""},
		{"faq", "x", "nothing", "1", ""},
		{"nothing", "x", "title", "1", ""},
	} {
		label, words, known := Kind(tt.kind).Said(tt.key, tt.field, tt.value)
		if got := label + ": " + words; known && got != tt.want || known == (tt.want == "") {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestFiles(t *testing.T) {
	a, b := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	got := Fields{"wide": b, "body": "ก ![x](/backend/file/" + a + ") ข [y](/backend/file/" + a + "?download)", "text": "abcdef"}.files()
	if len(got) != 2 || got[0] != a || got[1] != b {
		t.Errorf("%v", got)
	}
}
