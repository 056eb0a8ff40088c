package richtext

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// evil are texts that have run as scripts in other sanitisers.
var evil = []string{
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`,
	`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`,
	`<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
	`<math><annotation-xml encoding="text/html"><style><img src=x onerror=alert(1)></style></annotation-xml></math>`,
	`<svg><desc><p><style><a title="</style><img src onerror=alert(1)>">`, `<select><template><style><!--</style><a rel="--></style></template></select><img id=x tabindex=0 onfocus=alert(1)>">`,
	`<a href="javascript:alert(1)">x</a>`, "<a href=\"java\nscript:alert(1)\">x</a>", `<a href="&#106;avascript:alert(1)">x</a>`, `<a href=" &#14; javascript:alert(1)">x</a>`,
	`<a href='https://a.example/"onmouseover="alert(1)'>x</a>`, `<img src=x onerror=alert(1)//`, `<img src="javascript:alert(1)">`, `<iframe srcdoc="<script>alert(1)</script>">`,
	`&lt;script&gt;alert(1)&lt;/script&gt;`, `[x](javascript:alert(1))`, `<p>[x](javascript:alert(1)) ![x](data:x) &lt;javascript:alert(1)&gt;</p>`, `<p>[x]: javascript:alert(1)</p><p>[x]</p>`,
	`<plaintext><script>alert(1)</script>`, `<xmp><script>alert(1)</script></xmp>`, `<textarea><script>alert(1)</script>`, `<style>@import 'x'</style>`, `<base href="//a.example"><meta http-equiv=refresh content="0;url=x"><link rel=stylesheet href=x>`,
	`<div style="background:url(javascript:alert(1))" onclick=alert(1)>x</div>`, `<p><table><tr><p><td><a><table><a>`, `<b><i></b></i><p><b></p></b><a><div><a></div></a>`, `<ul><li><table><tr><td><ul><li>x</ul></table></ul>`,
	"<code>`</code><code>` x</code>", "<pre>```</pre>", `<h2>a<br>b<h3>c</h2></h3>`, strings.Repeat("<div>", 600) + "x", strings.Repeat("<b><i>", 40) + "x", `<p>&#0;&#xD800;&#x110000; </p>`,
	`<td>x</td><tr>y`, `<table><tr><td colspan=99999>x</table>`, `<ol start=-5><li>a</ol><ol start=999999999><li>a</ol>`, `<a href="/a%zz">x</a>`, `<a href="/)](x">y</a>`, "<a href='/ก ข'>x</a>",
}

var seeds = []string{
	`<p>ก<strong>(ข้อ 1)</strong>ต่อ<em>"ก"</em>ข</p>`, `<p>*a* _b_ # c [d](e) |f| ~~g~~ &amp;h;</p>`, `<ul><li>a<ol><li>b</li></ol></li></ul><ul><li>c</li></ul>`, `<p>a<br><br>b</p><blockquote>c</blockquote><blockquote>d</blockquote>`,
	`<table><tr><th>a|b</th></tr><tr><td>c<br>d</td><td>e</td></tr></table>`, `<p><strong>a<em>b</em></strong><em>c<strong>d</strong></em></p>`, `<ol><li></li><li><p>a</p><pre>b</pre></li></ol>`, `<a href="/x"><b>a</b></a><a href="/y">b</a>`,
}

func FuzzFromHTML(f *testing.F) {
	for _, s := range append(evil, seeds...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		once := ToHTML(FromHTML(src))
		if twice := ToHTML(FromHTML(once)); twice != once {
			t.Errorf("%q became\n%s\nand then\n%s", src, once, twice)
		}
		harmless(t, once)
		if got, want := words(once), words(src); utf8.ValidString(src) && !strings.Contains(src, "<img") && got != want {
			t.Errorf("%q became\n%s\nwhich says %q, not %q", src, once, got, want)
		}
	})
}

// words is what a text says, without spaces. Pictures are left out: what they
// show may be said in words. So are bytes that are no letters, which the web
// refuses: half a letter before an element and half behind it would make one.
func words(src string) string {
	return strings.Join(strings.Fields(printable(text(clean(src)))), "")
}

// TestA52_NothingRuns: the texts above come out balanced, the same when they
// are cleaned again, and with nothing that runs.
func TestA52_NothingRuns(t *testing.T) {
	for _, src := range append(evil, seeds...) {
		once := ToHTML(FromHTML(src))
		if twice := ToHTML(FromHTML(once)); twice != once {
			t.Errorf("%q became\n%s\nand then\n%s", src, once, twice)
		}
		harmless(t, once)
	}
}

var harmlessAttrs = map[string]bool{"a href": true, "a rel": true, "a title": true, "img src": true, "img alt": true, "ol start": true,
	"th align": true, "td align": true, "h2 id": true, "h3 id": true, "h4 id": true, "h5 id": true, "h6 id": true}

// harmless checks that every element is closed in order, known, and without
// attributes that do something.
func harmless(t *testing.T, src string) {
	t.Helper()
	var open []string
	known := " h2 h3 h4 h5 h6 p ul ol li blockquote pre code strong em a img br hr table thead tbody tr th td "
	for z := html.NewTokenizer(strings.NewReader(src)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tok := z.Token()
		switch kind {
		case html.StartTagToken:
			if tok.Data != "br" && tok.Data != "img" && tok.Data != "hr" {
				open = append(open, tok.Data)
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				t.Fatalf("not balanced at </%s>: %s", tok.Data, src)
			}
			open = open[:len(open)-1]
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("a comment: %s", src)
		}
		if kind != html.TextToken && !strings.Contains(known, " "+tok.Data+" ") {
			t.Errorf("<%s>: %s", tok.Data, src)
		}
		for _, a := range tok.Attr {
			if !harmlessAttrs[tok.Data+" "+a.Key] || a.Key == "href" && (safeLink(a.Val) == "" || !leads(a.Val)) || a.Key == "src" && !ownPicture.MatchString(a.Val) {
				t.Errorf("%s=%q: %s", a.Key, a.Val, src)
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("%v left open: %s", open, src)
	}
}

// leads reports whether a browser takes an address for a page, mail or a
// telephone (WHATWG URL, 4.4), however its scheme is written.
func leads(address string) bool {
	address = strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
	address = strings.ToLower(strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(address))
	for _, begins := range []string{"http://", "https://", "mailto:", "tel:", "#"} {
		if strings.HasPrefix(address, begins) {
			return true
		}
	}
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.HasPrefix(address, `/\`)
}

// TestAnyMixtureIsStable throws elements and texts together that are marks in
// Markdown: what comes out renders the same after another turn.
func TestAnyMixtureIsStable(t *testing.T) {
	parts := strings.Split(`ก~ต่~a~1.~ ~(~"~*~_~**~#~-~+~|~[~](~!~<br>~&lt;~&amp;~&amp;amp;~\~:~==~---~&gt;~<b>~</b>~<i>~</i>~<a href='/x'>~<a href='https://a.example/(c)_d'>~</a>~<code>~</code>~&nbsp;~๑~1)~&amp;#35;~`+
		"`~<p>~</p>~<div>~</div>~<ul>~</ul>~<ol>~</ol>~<ol start=7>~<li>~</li>~<blockquote>~</blockquote>~<h2>~</h2>~<pre>~</pre>~<table><tr><td>~</td><td>~</table>~<hr>~\n", "~")
	r := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- for variety, not for secrets
	for range 3000 {
		var b strings.Builder
		for range 2 + r.IntN(14) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		once := ToHTML(FromHTML(b.String()))
		if twice := ToHTML(FromHTML(once)); twice != once {
			t.Errorf("%q became\n%s\nand then\n%s", b.String(), once, twice)
		}
		harmless(t, once)
	}
}
