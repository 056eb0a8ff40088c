package keyboard

import "testing"

func TestLayoutsHaveTheSameKeys(t *testing.T) {
	for _, keys := range []string{englishShifted, thai, thaiShifted} {
		if n := len([]rune(keys)); n != len(english) {
			t.Errorf("%s: %d keys, want %d", keys, n, len(english))
		}
	}
}

func TestTextMeantInTheOtherLayout(t *testing.T) {
	for typed, want := range map[string]string{
		"isylzjko": "รหัสผ่าน", "8^j,nv": "คู่มือ", "d=-": "กชข", "g-hkl^jit[[": "เข้าสู่ระบบ", "FvmK": "โอทษ",
	} {
		if got := Thai(typed); got != want {
			t.Errorf("%s: %s, want %s", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"ะนาำื": "token", "กเฟ": "dga", "๊พ": "ur"} {
		if got := English(typed); got != want {
			t.Errorf("%s: %s, want %s", typed, got, want)
		}
	}
	if got := English(Thai("token qr code info.go.th/")); got != "token qr code info.go.th/" {
		t.Errorf("there and back: %s", got)
	}
}
