package search

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSpellingsOfOneWord(t *testing.T) {
	for name, same := range map[string][]string{
		"sara am":          {"น้ำ", "น้ํา", "นํ้า", "นำ้", "น ้ำ"},
		"double sara e":    {"แก้ไข", "เเก้ไข", "แกไ้ข"},
		"tone marks":       {"คู่มือ", "คูมือ", "คู้มือ", "คูู่มือ"[:len("คู")] + "่มือ"},
		"order of signs":   {"ที่นี่", "ท่ีน่ี"},
		"silent letters":   {"ศูนย์", "ศูนย", "ศูน\u200bย์"},
		"spaces":           {"รหัสผู้ใช้ (Token)", "รหัส ผู้ใช้ Token", "รหัสผู้ใช้TOKEN"},
		"digits":           {"ปี ๒๕๖๙", "ปี 2569"},
		"full width":       {"QR Code", "ＱＲ　ｃｏｄｅ", "qr-code"},
		"accents":          {"Café", "cafe\u0301", "CAFE"},
		"abbreviations":    {"ก.พ.ร.", "กพร", "ก พ ร"},
		"and so on":        {"กรุงเทพฯ", "กรุงเทพ"},
		"lakkhangyao":      {"สาระ", "สๅระ"},
		"repetition":       {"ต่าง ๆ", "ต่างๆ"},
		"broken and NUL":   {"รหัส\xff\x00ผ่าน", "รหัสผ่าน"},
		"punctuation, too": {"“แนวทางปฏิบัติ”", "แนวทางปฏิบัติ"},
	} {
		want, _ := loose(clean(same[0]))
		for _, other := range same[1:] {
			if got, _ := loose(clean(other)); !bytes.Equal(got, want) {
				t.Errorf("%s: %q and %q differ: %q, %q", name, same[0], other, want, got)
			}
		}
	}
	for _, same := range [][]string{{"น้ำ", "น้ํา", "นํ้า"}, {"ที่", "ท่ี"}, {"เเก้", "แก้"}} {
		for _, other := range same[1:] {
			if !bytes.Equal(strict(same[0]), strict(other)) {
				t.Errorf("strict: %q and %q differ", same[0], other)
			}
		}
	}
	if bytes.Equal(strict("ขาว"), strict("ข้าว")) {
		t.Error("strict knows no tones")
	}
}

func TestNear(t *testing.T) {
	for pair, want := range map[string]bool{
		"token token": true, "token tokn": true, "token tooken": true, "token tokem": true, "token toekn": true,
		"token otken": true, "token tokne": true, "token okne": false, "token tkn": false, "token nekot": false, "token tokenss": false,
	} {
		a, b, _ := strings.Cut(pair, " ")
		if near([]byte(a), []byte(b)) != want || near([]byte(b), []byte(a)) != want {
			t.Errorf("%s: want %v", pair, want)
		}
	}
	if near([]byte("ab"), []byte("a\nb")) {
		t.Error("a slip crosses a line")
	}
}

func FuzzKey(f *testing.F) {
	for _, seed := range []string{"", "น้ํา", "เเก้ไข", "ท่ี", "QR-Code ๒๕๖๙", "\x00\xff\u200b", "é\u0301", "ํ้า", "่่ั", "ﬁ ㎏"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = clean(text)
		if !utf8.ValidString(text) || clean(text) != text {
			t.Fatalf("%q is not clean", text)
		}
		key, at := loose(text)
		if len(key) != len(at) {
			t.Fatalf("%d letters, %d places", len(key), len(at))
		}
		for i, s := range at {
			if s.from > s.to || s.to > len(text) || !utf8.RuneStart(append([]byte(text), 0)[s.from]) || i > 0 && s.from < at[i-1].from {
				t.Fatalf("%q: place %v of letter %d", text, s, i)
			}
		}
		toned := strings.NewReplacer("่", "", "้", "", "๊", "", "๋", "").Replace(text)
		if again, _ := loose(toned); !strings.Contains(text, "\u0e4d") && !bytes.Equal(again, key) {
			t.Fatalf("%q: tone marks change the key: %q, %q", text, key, again)
		}
		var whole strings.Builder
		for _, p := range (Marker{[][]byte{[]byte("a"), {thaiByte('ก')}}, true}).Parts(text) {
			whole.WriteString(p.Text)
		}
		if whole.String() != text {
			t.Fatalf("marking turns %q into %q", text, whole.String())
		}
		if w, ok := words(text); ok {
			if again, ok := words(w); !ok || again != w || utf8.RuneCountInString(w) > maxWords || strings.ContainsAny(w, "@\x00\n") {
				t.Fatalf("%q counts as %q, then %q", text, w, again)
			}
		}
		if q := Clip(text); utf8.RuneCountInString(q) > MaxQuery || Clip(q) != q {
			t.Fatalf("clipped to %q", q)
		}
	})
}

func TestPrivateWordsAreNotCounted(t *testing.T) {
	for _, text := range []string{"somchai@example.go.th", "โทร 081-234-5678", "02 612 6060 ต่อ 1", "1 2345 67890 12 3", "๑๒๓๔๕๖๗๘๙๐๑๒๓",
		"(+66) 2612 6060", "7KQF-M3TX-9W4H-2CDR", "7kqf m3tx 9w4h 2cdr", "https://x.example/?id=1", "เลข1\u200b234567"} {
		if w, ok := words(text); ok {
			t.Errorf("%q is counted as %q", text, w)
		}
	}
	for text, want := range map[string]string{
		"  Token ": "token", "QR-Code": "qr code", "ปี ๒๕๖๙": "ปี 2569", "เเก้ไข": "แก้ไข", "": "", "<b>": "b",
		"พ.ศ. 2558 ถึง 2569": "พ ศ 2558 ถึง 2569", strings.Repeat("ก", 200): strings.Repeat("ก", maxWords),
	} {
		if w, ok := words(text); !ok || w != want {
			t.Errorf("%q is counted as %q, %v; want %q", text, w, ok, want)
		}
	}
}
