package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestThePolicyNamesEveryCookie compares the cookies that are set with the table of
// the privacy policy. A new one needs a row there and a line here.
func TestThePolicyNamesEveryCookie(t *testing.T) {
	t.Parallel()
	rows := map[string]string{
		"session": "การเข้าสู่ระบบ", "signin": "ขั้นตอนเข้าสู่ระบบ", "ended": "การเข้าใช้งานที่สิ้นสุดแล้ว", "form": "แบบฟอร์มที่รอท่าน",
		"known": "เบราว์เซอร์ที่เคยเข้าสู่ระบบ", "display": "การแสดงผล", "helpful": "ความเห็นต่อคำตอบ",
	}
	policy, err := os.ReadFile("../internal/ops/seed/content/page/policy-privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := regexp.MustCompile(`setCookie\(w, "([a-z]+)"`)
	for _, name := range sources {
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range set.FindAllStringSubmatch(string(code), -1) {
			if row := rows[m[1]]; row == "" || !strings.Contains(string(policy), "\n| "+row+" |") {
				t.Errorf("%s sets the cookie %s, which the privacy policy does not name", name, m[1])
			}
		}
	}
}
