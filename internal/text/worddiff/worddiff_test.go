package worddiff

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

const long = "ผู้ปฏิบัติงานต้องตรวจสอบข้อมูลจุดบริการของหน่วยงานให้ถูกต้องครบถ้วนก่อนส่งให้ผู้อนุมัติพิจารณา และต้องปรับปรุงข้อมูลภายในสิบห้าวันนับแต่วันที่มีการเปลี่ยนแปลง เพื่อให้ประชาชนได้รับข้อมูลที่เป็นปัจจุบันผ่านศูนย์รวมข้อมูลเพื่อติดต่อราชการ"

func TestDiff(t *testing.T) {
	tests := []struct {
		name, old, new string
		want           []Piece
	}{
		{"nothing", "", "", nil},
		{"the same", "ก ข", "ก ข", []Piece{{Same, "ก ข"}}},
		{"all new", "", "ก", []Piece{{Added, "ก"}}},
		{"all gone", "ก", "", []Piece{{Removed, "ก"}}},
		{"a word", "call 1111 today", "call 1422 today", []Piece{{Same, "call "}, {Removed, "1111"}, {Added, "1422"}, {Same, " today"}}},
		{"an amount", "ค่าธรรมเนียม 1,500.50 บาท", "ค่าธรรมเนียม 1,600.50 บาท", []Piece{{Same, "ค่าธรรมเนียม "}, {Removed, "1,500.50"}, {Added, "1,600.50"}, {Same, " บาท"}}},
		{"a tone mark", "ปา", "ป่า", []Piece{{Removed, "ปา"}, {Added, "ป่า"}}},
		{"a line", "ก\nข\n", "ก\nค\nข\n", []Piece{{Same, "ก\n"}, {Added, "ค\n"}, {Same, "ข\n"}}},
		{"a Thai word in a paragraph", long, strings.Replace(long, "สิบห้า", "เก้า", 1), []Piece{
			{Same, before(long, "สิบห้า")}, {Removed, "สิบห้า"}, {Added, "เก้า"}, {Same, after(long, "สิบห้า")}}},
		{"a Thai word more", long, strings.Replace(long, "ก่อนส่ง", "ทันทีก่อนส่ง", 1), []Piece{
			{Same, before(long, "ก่อนส่ง")}, {Added, "ทันที"}, {Same, "ก่อนส่ง" + after(long, "ก่อนส่ง")}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Diff(tt.old, tt.new); !slices.Equal(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func before(s, word string) string { a, _, _ := strings.Cut(s, word); return a }
func after(s, word string) string  { _, b, _ := strings.Cut(s, word); return b }

func TestSplitKeepsClusters(t *testing.T) {
	got := split("เจ้าหน้าที่จันทร์ กำกับฯ ๑๒๓ ต่างๆ e-mail ไทย")
	want := []string{"เจ้า", "ห", "น้า", "ที่", "จั", "น", "ทร์", " ", "กำ", "กั", "บฯ", " ", "๑๒๓", " ", "ต่า", "งๆ", " ", "e", "-", "mail", " ", "ไท", "ย"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func FuzzDiff(f *testing.F) {
	f.Add(long, strings.Replace(long, "ข้อมูล", "รายการ", 2))
	f.Add("ก\r\n\r\nข", "เ\nแก้ ")
	f.Add("\xff\xfe", "เำ์\u0e34")
	f.Add("👩‍👩‍👧 ๆๆ", "👩‍👧 ๆ")
	f.Fuzz(func(t *testing.T, old, new string) {
		pieces := Diff(old, new)
		check(t, old, pieces, Removed)
		check(t, new, pieces, Added)
	})
}

// check puts one of the texts together again, and sees that no piece begins
// within a cluster of it.
func check(t *testing.T, text string, pieces []Piece, kind Kind) {
	t.Helper()
	var b strings.Builder
	for i, p := range pieces {
		if p.Text == "" || i > 0 && pieces[i-1].Kind == p.Kind {
			t.Errorf("piece %d: %+v", i, pieces)
		}
		if p.Kind != Same && p.Kind != kind {
			continue
		}
		last, _ := utf8.DecodeLastRuneInString(b.String())
		if r, _ := utf8.DecodeRuneInString(p.Text); unicode.Is(unicode.Thai, last) && unicode.Is(unicode.Thai, r) {
			if unicode.Is(unicode.M, r) || strings.ContainsRune("ะาำ", r) || last >= 'เ' && last <= 'ไ' {
				t.Errorf("a cluster is divided before %q: %+v", p.Text, pieces)
			}
		}
		b.WriteString(p.Text)
	}
	if b.String() != text {
		t.Errorf("%q became %q", text, b.String())
	}
}

func BenchmarkDiff(b *testing.B) {
	text := strings.Repeat(long+"\n\n", 50_000/len(long))
	one := strings.Repeat(long, 50_000/len(long))
	edited := strings.NewReplacer("สิบห้า", "เก้า", "ประชาชน", "ผู้รับบริการ").Replace(text)
	runes := []rune(one)
	slices.Reverse(runes)
	for name, pair := range map[string][2]string{"edited": {text, edited}, "one paragraph": {one, strings.ReplaceAll(one, "ข้อมูล", "รายการ")}, "all different": {one, string(runes)}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(pair[0])))
			for b.Loop() {
				Diff(pair[0], pair[1])
			}
		})
	}
}
