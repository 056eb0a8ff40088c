package markdown

import (
	"slices"
	"strings"
	"testing"
)

func TestHTML(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"a paragraph", "สวัสดี **ครับ**", "<p>สวัสดี <strong>ครับ</strong></p>\n"},
		{"headings begin at the second level", "# ก\n\n### ข", "<h2 id=\"h-ก\">ก</h2>\n<h3 id=\"h-ข\">ข</h3>\n"},
		{
			"vowels and tone marks stay in the id", "## การเข้าใช้งาน (Token)",
			"<h2 id=\"h-การเข้าใช้งาน-token\">การเข้าใช้งาน (Token)</h2>\n",
		},
		{"equal headings", "## ก\n\n## ก", "<h2 id=\"h-ก\">ก</h2>\n<h2 id=\"h-ก-2\">ก</h2>\n"},
		{"own links", "[คู่มือ](/backend/manual)", "<p><a href=\"/backend/manual\">คู่มือ</a></p>\n"},
		{
			"foreign links", "[Digital ID](https://connect.egov.go.th)",
			"<p><a href=\"https://connect.egov.go.th\" rel=\"noopener external\">Digital ID</a></p>\n",
		},
		{"mail", "[เขียนถึงเรา](mailto:contact@dga.or.th)", "<p><a href=\"mailto:contact@dga.or.th\">เขียนถึงเรา</a></p>\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := HTML(tt.src); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestPicturesComeInSizes(t *testing.T) {
	known := Pictures{"/backend/file/a": {Sources: "/backend/file/a 1920w, /backend/file/b 640w", Width: 1920, Height: 1080}}
	const text = "![ตึก](/backend/file/a) ![อื่น](/backend/file/c)"
	got := known.HTML(text)
	for _, want := range []string{
		`<img src="/backend/file/a" alt="ตึก" loading="lazy" decoding="async" srcset="/backend/file/a 1920w, /backend/file/b 640w" sizes="(max-width: 48rem) 100vw, 46rem" width="1920" height="1080">`,
		`<img src="/backend/file/c" alt="อื่น" loading="lazy" decoding="async">`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	if got := HTML(text); !strings.Contains(got, `<img src="/backend/file/a" alt="ตึก">`) {
		t.Errorf("for an editor: %s", got)
	}
}

func TestTable(t *testing.T) {
	got := HTML("| ก | ข |\n| :-- | --: |\n| 1 | 2 |")
	if !strings.Contains(got, `<th align="left">ก</th>`) || strings.Contains(got, "style=") {
		t.Errorf("got %s", got)
	}
}

func TestNothingRuns(t *testing.T) {
	for _, src := range []string{
		"<script>alert(1)</script>",
		"ก <img src=x onerror=alert(1)> ข",
		"<div onclick=alert(1)>\n\nก\n\n</div>",
		"[ก](javascript:alert(1))",
		"[ก](JaVaScRiPt:alert(1))",
		"[ก](&#106;avascript:alert(1))",
		"[ก](java\tscript:alert(1))",
		"[ก](data:text/html;base64,PHNjcmlwdD4=)",
		"[ก](vbscript:x)",
		"![ก](javascript:alert(1))",
		"![ก](data:image/svg+xml,<svg/onload=alert(1)>)",
		"<javascript:alert(1)>",
		"[ก]: javascript:alert(1)\n\n[ก]",
		"## <script>alert(1)</script>",
		"[ก](https://a.example \"x\\\" onmouseover=\\\"alert(1)\")",
	} {
		got := HTML(src)
		lower := strings.ToLower(got)
		for _, bad := range []string{"<script", "<img src=x", "<div", `="javascript`, `="data:`, `="vbscript`, "<svg", `" on`} {
			if strings.Contains(lower, bad) {
				t.Errorf("%q became %q", src, got)
			}
		}
	}
}

func TestOutline(t *testing.T) {
	got := Outline("## การขอ **บัญชี**\n\nก\n\n### ย่อย\n\n## Token\n\n## Token")
	want := []Heading{{"h-การขอ-บัญชี", "การขอ บัญชี"}, {"h-token", "Token"}, {"h-token-2", "Token"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOutlineMatchesHTML(t *testing.T) {
	src := strings.Repeat("## ซ้ำ\n\n", 25)
	seen := map[string]bool{}
	for _, h := range Outline(src) {
		if seen[h.ID] {
			t.Errorf("%s twice", h.ID)
		}
		seen[h.ID] = true
		if !strings.Contains(HTML(src), `id="`+h.ID+`"`) {
			t.Errorf("no %s", h.ID)
		}
	}
	if len(seen) != 25 {
		t.Errorf("%d headings", len(seen))
	}
}

func TestSections(t *testing.T) {
	src := "ก่อน **หัวข้อ**\n\n## หนึ่ง\n\n- ก \\* ข &amp; ค\n- [ที่นี่](https://x.example)\n\n### ย่อย\n\n| ก | ข |\n| - | - |\n| ค | ง |\n\n## สอง <b>\n"
	got := Sections(src)
	want := []Section{{"", "", "ก่อน หัวข้อ"}, {"h-หนึ่ง", "หนึ่ง", "ก * ข & ค\nที่นี่\n\nย่อย\nก\nข\n\nค\nง"}, {"h-สอง-b", "สอง ", ""}}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if strings.Join(strings.Fields(got[i].Text), " ") != strings.Join(strings.Fields(want[i].Text), " ") || got[i].ID != want[i].ID {
			t.Errorf("%q, want %q", got[i], want[i])
		}
	}
	if got := Outline(src); len(got) != 2 || got[0] != (Heading{"h-หนึ่ง", "หนึ่ง"}) {
		t.Errorf("%q", got)
	}
}
