package richtext

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portal/internal/text/markdown"
)

const picture = "/backend/file/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestFromHTML(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"nothing", " <p>&nbsp;</p><br> ", ""},
		{"headings", "<h1>ก</h1><h2>ข</h2><h3>ค</h3><h4>ง</h4>", "## ก\n\n## ข\n\n### ค\n\n#### ง"},
		{"a heading that ends in marks", "<h2>ภาษา C #</h2>", "## ภาษา C \\#"},
		{"marks in Thai", "<p>ก<strong>ข</strong>ค<em>ง</em>จ</p>", "ก**ข**ค*ง*จ"},
		{"bold brackets beside letters", "<p>ก<b>(ข้อ 1)</b>ต่อ</p>", "&#3585;**(ข้อ 1)**&#3605;่อ"},
		{"spaces at the edge of bold", "<p>ก<b> ข </b>ค</p>", "ก **ข** ค"},
		{"bold in italic", "<p><em>ก<strong>ข</strong></em>ค</p>", "*ก**ข***ค"},
		{"italic fills bold", "<p><strong><em>ก</em></strong></p>", "**_ก_**"},
		{"neighbours are one", "<p><strong>ก</strong><b>ข</b></p>", "**กข**"},
		{"bold around blocks", "<b><p>ก</p><p>ข</p></b>", "**ก**\n\n**ข**"},
		{"text that looks like marks", "<p>a*b_c `d` [e](f) &lt;g&gt; &amp;amp; \\</p>", "a\\*b\\_c \\`d\\` \\[e\\](f) \\<g> \\&amp; \\\\"},
		{"lines that look like marks", "<p># ก</p><p>1. ข</p><p>- ค</p><p>+ ง</p><p>&gt; จ</p><p>---</p>", "\\# ก\n\n1\\. ข\n\n\\- ค\n\n\\+ ง\n\n\\> จ\n\n\\---"},
		{"line breaks", "<p>ก<br>- ข</p>", "ก\\\n\\- ข"},
		{"the editor's empty lines", "<div>ก<br><br>ข</div><div>ค</div>", "ก\n\nข\n\nค"},
		{"lists", "<ul><li>ก<ul><li>ข</li></ul></li></ul><ol start=3><li>ค</li><li>ง</li></ol>", "- ก\n  - ข\n\n3. ค\n4. ง"},
		{"a list after a list", "<ul><li>ก</li></ul><ul><li>ข</li></ul><ul><li>ค</li></ul>", "- ก\n\n* ข\n\n- ค"},
		{"a list beside its item", "<ul><li>ก</li><ul><li>ข</li></ul></ul>", "- ก\n  - ข"},
		{"items of paragraphs", "<ol><li><p>ก</p><p>ข</p></li><li><p>ค</p></li></ol>", "1. ก\n\n   ข\n\n2. ค"},
		{"links", `<p><a href="https://a.example/b(c)?d=e&amp;f">ก</a> <a href="/backend/faq#h">ข</a> <a href="mailto:a@b.example">ค</a> <a href="tel:021111111">ง</a></p>`,
			`[ก](https://a.example/b\(c\)?d=e&f) [ข](/backend/faq#h) [ค](mailto:a@b.example) [ง](tel:021111111)`},
		{"links to nowhere", `<p><a href="javascript:alert(1)">ก</a><a href="//a.example">ข</a><a href="data:x">ค</a><a href="\\a.example">ง</a><a>จ</a></p>`, "กขคงจ"},
		{"a link within bold", `<p><strong>ก <a href="/ข">ข</a> ค</strong></p>`, "**ก [ข](/%E0%B8%82) ค**"},
		{"own pictures", `<p>ก<img src="` + picture + `" alt="ตรา [ข]"></p>`, "ก![ตรา \\[ข\\]](" + picture + ")"},
		{"the editor's pictures", `<figure class="attachment"><img src="` + picture + `"><figcaption>ตรา</figcaption></figure>`, "![ตรา](" + picture + ")"},
		{"other pictures", `<p>ก<img src="https://a.example/x.png" alt="ข"><img src="data:x"></p>`, "กข"},
		{"tables", "<table><caption>ก</caption><tr><th>a|b</th><th align=right>c</th></tr><tr><td>|x<br>y</td></tr></table>", "ก\n\n| a\\|b | c |\n| --- | --: |\n| \\|x y |  |"},
		{"code", "<pre>a ``` b\n # c</pre><p><code>a`|b</code></p>", "````\na ``` b\n # c\n````\n\n``a`|b``"},
		{"quotes", "<blockquote><p>ก</p><p>ข</p></blockquote>", "> ก\n>\n> ข"},
		{"nothing that runs", "ก<script>alert(1)</script><style>p{}</style><!-- x --><svg><text>s</text></svg><img src=x onerror=alert(1)>ข", "กข"},
		{"unknown elements", "<section><article>ก <u>ข</u> <font color=red>ค</font></article></section>", "ก ข ค"},
		{"Google Docs", `<b style="font-weight:normal"><p><span style="font-weight:700">ก</span><span style="font-weight:400">ข</span></p></b>`, "**ก**ข"},
		{"control characters", "<p>ก\u0000\u0007ข\ufeff\u00a0ค\u2028ง</p>", "กข ค ง"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := FromHTML(tt.src)
			if strings.TrimSuffix(got, "\n") != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			stable(t, got)
		})
	}
}

// stable checks that what was made of HTML comes through the editor unchanged.
func stable(t *testing.T, md string) {
	t.Helper()
	want := ToHTML(md)
	if got := ToHTML(FromHTML(want)); got != want {
		t.Errorf("%q renders to\n%s\nand after the editor to\n%s", md, want, got)
	}
}

// TestMarkdownComesThroughTheEditor: what people typed renders as before.
func TestMarkdownComesThroughTheEditor(t *testing.T) {
	files, err := filepath.Glob("../../ops/seed/*/*/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{
		"# ก\n\nข **ค** *ง* ***จ*** ก**ข*ค*ง** `a|b`  \nใหม่\n\n1. ก\n2. ข\n   - ค\n\n     ง\n\n---\n\n> ก\n\n```\nx < y\n```\n",
		"| ก | ข |\n| :-- | :-: |\n| a\\|b | **c** `d\\|e` |\n", "<https://a.example/x_y> [ก](https://a.example \"ชื่อ \\\"ก\\\"\") <a@b.example>",
		"- ก\n- ข\n\n\n* ค\n", "10. ก\n\n11. ข", "![ตรา](" + picture + ")", "ก \\* ข \\# &lt;b&gt; &amp;amp;", "- # ก\n- ```\n  ข\n  ```\n- | ก |\n  | - |\n  | ข |\n",
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b))
	}
	for _, md := range texts {
		want := ToHTML(md)
		if got := ToHTML(FromHTML(want)); flat(got) != flat(want) {
			t.Errorf("%s\nwas\n%s\nis\n%s", md, want, got)
		}
	}
}

// flat is rendered HTML with its line ends as spaces.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestWord(t *testing.T) {
	src, err := os.ReadFile("testdata/word.html")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/word.md")
	if err != nil {
		t.Fatal(err)
	}
	got := FromHTML(string(src))
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	stable(t, got)
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		form url.Values
		want string
	}{
		{url.Values{"body": {"**ก**\r\nข "}}, "**ก**\nข"},
		{url.Values{"body": {"เก่า"}, "body_html": {"<div><strong>ใหม่</strong></div>"}}, "**ใหม่**"},
		{url.Values{"body": {"ก"}, "body_html": {""}}, "ก"},
		{nil, ""},
	} {
		if got := Parse(tt.form, "body"); got != tt.want {
			t.Errorf("%v: %q", tt.form, got)
		}
	}
}

func TestHasTable(t *testing.T) {
	if HasTable("ก | ข") || !HasTable("| ก |\n| - |\n") {
		t.Error("tables are not told from text")
	}
}

func BenchmarkFromHTML(b *testing.B) {
	src := markdown.HTML(strings.Repeat("## หัวข้อ\n\nข้อความ **ตัวหนา** และ[ลิงก์](/backend/faq)ที่ยาวพอสมควรสำหรับหนึ่งย่อหน้า\n\n- ก\n- ข\n\n", 250))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		FromHTML(src)
	}
}
