package editing

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"portal/internal/problem"
)

var sample = []Input{
	{Name: "title", Label: "หัวข้อ", Type: Line, Max: 10, Required: true},
	{Name: "link", Label: "ลิงก์", Type: Link},
	{Name: "on", Label: "วันที่", Type: Date},
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
	want := Fields{"title": "ก ข", "link": "", "on": "", "rows.0.name": "หนึ่ง", "rows.0.url": "/a", "rows.1.name": "สอง", "rows.1.url": ""}
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
		"a row without its link":   {Fields{"title": "ก", "rows.0.name": "ก"}, true, "rows.0.url"},
		"too many rows":            {Fields{"rows.0.name": "ก", "rows.1.name": "ก", "rows.2.name": "ก"}, false, "rows"},
	} {
		err := check(m, sample, tt.fields, tt.complete)
		if tt.wrong == "" && err != nil || tt.wrong != "" && problem.Of(err).Field(tt.wrong) == "" {
			t.Errorf("%s: %v", name, err)
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
