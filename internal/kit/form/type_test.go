package form

import (
	"net/url"
	"strings"
	"testing"
)

// TestTypes reads texts as people type them: what is stored, and whether it is refused.
func TestTypes(t *testing.T) {
	digits := Digits(2, 4, "ต้องเป็นตัวเลข")
	for _, tt := range []struct {
		of           Type
		typed, saved string
		fine         bool
	}{
		{Type{}, " กรม  การ ", "กรม การ", true},
		{digits, " ๐๘ 01", "0801", true}, {digits, "1", "1", false}, {digits, "12345", "12345", false}, {digits, "1a", "1a", false},
		{Telephone, "02 141 ", "02 141", true},
		{Website, "", "", true}, {Website, "www.dlt.go.th", "https://www.dlt.go.th", true},
		{Website, "dlt.go.th/ติดต่อ?a=1#b", "https://dlt.go.th/ติดต่อ?a=1#b", true}, {Website, "กรม.ไทย", "https://กรม.ไทย", true},
		{Website, "dlt.go.th:8443/a", "https://dlt.go.th:8443/a", true}, {Website, "HTTPS://dlt.go.th", "https://dlt.go.th", true},
		{Website, "http://dlt.go.th", "http://dlt.go.th", false}, {Website, "ftp://dlt.go.th", "ftp://dlt.go.th", false},
		{Website, "javascript:alert(1)", "https://javascript:alert(1)", false}, {Website, "localhost", "https://localhost", false},
		{Website, "https://a:b@dlt.go.th", "https://a:b@dlt.go.th", false}, {Website, "dlt.go.th/a b", "https://dlt.go.th/a b", false},
		{Website, "https://", "https://", false}, {Website, `dlt.go.th"><b>`, `https://dlt.go.th"><b>`, false},
		{Email, " saraban @dlt.go.th", "saraban@dlt.go.th", true}, {Email, "a@b", "a@b", false}, {Email, "dlt.go.th", "dlt.go.th", false},
		{Email, "A<a@dlt.go.th>", "A<a@dlt.go.th>", false}, {Email, "a@dlt.go.th,b@dlt.go.th", "a@dlt.go.th,b@dlt.go.th", false},
	} {
		f := Spec{Max: 100, Type: tt.of}
		saved := f.Tidy(tt.typed)
		if why := f.Check(saved); saved != tt.saved || (why == "") != tt.fine {
			t.Errorf("%q is saved as %q (%q)", tt.typed, saved, why)
		}
	}
}

// FuzzParse holds what every type promises of what it accepts.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"dlt.go.th", "http://a.b", "HTTPS://a.b/c?d", "a@b.go.th", "๐๘", "\u200b a\x00", "https://[::1]/", "a.b//://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, of := range []Type{{}, Latin, Telephone, Website, Email, Digits(2, 20, "ไม่ใช่ตัวเลข")} {
			s := Spec{Max: 200, Type: of}
			saved := s.Tidy(typed)
			if again := s.Tidy(saved); again != saved {
				t.Errorf("%q is saved as %q, and when it is sent again as %q", typed, saved, again)
			}
			if s.Check(saved) != "" || saved == "" {
				continue
			}
			u, err := url.Parse(saved)
			if of.Mode == "url" && (err != nil || u.Scheme != "https" || !strings.Contains(u.Host, ".") || strings.ContainsAny(saved, ` "<>`)) {
				t.Errorf("%q is accepted as a website", saved)
			}
			if of.Mode == "email" && (strings.Count(saved, "@") == 0 || strings.ContainsAny(saved, " <>")) {
				t.Errorf("%q is accepted as an e-mail address", saved)
			}
		}
	})
}
