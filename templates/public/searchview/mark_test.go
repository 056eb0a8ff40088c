package searchview

import (
	"testing"

	"portal/internal/site/search"
	"portal/internal/text/markdown"
)

func TestMarksStandBetweenTags(t *testing.T) {
	find := search.MarkerOf("token strong class lt ใช").Parts
	for src, want := range map[string]string{
		"ใช้ **Token** ได้":               "<p><mark>ใช้</mark> <strong><mark>Token</mark></strong> ได้</p>\n",
		"[token](/backend/token)":         "<p><a href=\"/backend/token\"><mark>token</mark></a></p>\n",
		"1 < 2 & `token>`":                "<p>1 &lt; 2 &amp; <code><mark>token</mark>&gt;</code></p>\n",
		"[a](/backend/faq \"a > token\")": "<p><a href=\"/backend/faq\" title=\"a &gt; token\">a</a></p>\n",
		"<script>token</script>":          markdown.HTML("<script>token</script>"),
	} {
		if got := markHTML(markdown.HTML(src), find); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}
