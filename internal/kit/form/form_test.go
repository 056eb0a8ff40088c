package form

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	optional, needed := Spec{Max: 3}, Spec{Max: 3, Missing: "กรุณากรอก"}
	for text, ok := range map[string][2]bool{
		"": {true, false}, "กขค": {true, true}, "กขคง": {false, false}, "a\xff": {false, false}, "a\x00": {false, false},
	} {
		if optional.Check(text) == "" != ok[0] || needed.Check(text) == "" != ok[1] {
			t.Errorf("%q: %q, %q", text, optional.Check(text), needed.Check(text))
		}
	}
}

func FuzzTidy(f *testing.F) {
	f.Add("  กรม\u200bการ \n ขนส่ง\x00 ")
	f.Fuzz(func(t *testing.T, text string) {
		tidy := Tidy(text)
		if Tidy(tidy) != tidy || strings.TrimSpace(tidy) != tidy || strings.Contains(tidy, "  ") {
			t.Errorf("%q tidied to %q", text, tidy)
		}
	})
}
