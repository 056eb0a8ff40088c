package templates_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"portal/internal/text/worddiff"
	"portal/templates/component"
)

func htmlOf(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var hiddenWords = regexp.MustCompile(`<span class="sr-only">[^<]*</span>`)

func TestWordDiff(t *testing.T) {
	got := htmlOf(t, component.WordDiff([]worddiff.Piece{{Kind: worddiff.Same, Text: "ก"}, {Kind: worddiff.Removed, Text: "ข"}, {Kind: worddiff.Added, Text: "ค<b>"}, {Kind: worddiff.Same, Text: "ง"}}))
	if !strings.Contains(hiddenWords.ReplaceAllString(got, ""), "ก<del>ข</del><ins>ค&lt;b&gt;</ins>ง") {
		t.Errorf("spaces came between the pieces: %s", got)
	}
	if !strings.Contains(got, ">เพิ่ม </span>") || !strings.Contains(got, ">ตัด </span>") {
		t.Errorf("nothing says what was added: %s", got)
	}
	if got := htmlOf(t, component.WordDiff([]worddiff.Piece{{Text: "ก"}})); !strings.Contains(got, "เหมือนกันทุกตัวอักษร") {
		t.Error(got)
	}
	far := strings.Repeat("ข้อความเดิม ", 100)
	got = htmlOf(t, component.WordDiff([]worddiff.Piece{{Text: far}, {Kind: worddiff.Added, Text: "ใหม่"}, {Text: far}, {Kind: worddiff.Removed, Text: "เก่า"}, {Text: far}}))
	if strings.Count(got, "…") != 3 || len(got) > 3000 {
		t.Errorf("not shortened: %s", got)
	}
}
