package form

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
)

// Type is a kind of text. The zero Type is plain text.
type Type struct {
	Mode    string // the keyboard on a small screen (inputmode)
	Foreign bool   // not checked for Thai spelling
	tidy    func(string) string
	check   func(string) string
}

// Types of text that several features use.
var (
	Latin     = Type{Foreign: true}
	Telephone = Type{Mode: "tel"}
	Website   = Type{Mode: "url", Foreign: true, tidy: withScheme, check: checkWebsite}
	Email     = Type{Mode: "email", Foreign: true, tidy: withoutSpaces, check: checkEmail}
)

// Digits is a code of so many digits; Thai digits become Arabic ones.
func Digits(least, most int, why string) Type {
	digits := regexp.MustCompile(fmt.Sprintf(`^[0-9]{%d,%d}$`, least, most))
	return Type{
		Mode: "numeric",
		tidy: func(text string) string { return arabic.Replace(withoutSpaces(text)) },
		check: func(text string) string {
			if !digits.MatchString(text) {
				return why
			}
			return ""
		},
	}
}

var arabic = strings.NewReplacer("๐", "0", "๑", "1", "๒", "2", "๓", "3", "๔", "4", "๕", "5", "๖", "6", "๗", "7", "๘", "8", "๙", "9")

func withoutSpaces(text string) string { return strings.ReplaceAll(text, " ", "") }

// withScheme completes an address without a scheme, as people write it, to https.
func withScheme(text string) string {
	if scheme, rest, ok := strings.Cut(text, "://"); ok {
		return strings.ToLower(scheme) + "://" + rest
	}
	return "https://" + text
}

func checkWebsite(text string) string {
	if strings.HasPrefix(text, "http://") {
		return "เว็บไซต์ต้องขึ้นต้นด้วย https:// กรุณาแก้ไขที่อยู่เว็บไซต์"
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || !hostName.MatchString(u.Hostname()) || strings.ContainsAny(text, ` "<>`) {
		return "ที่อยู่เว็บไซต์ไม่ถูกต้อง ตัวอย่าง https://www.example.go.th"
	}
	return ""
}

// hostName is a name with a dot; Thai names are allowed.
var hostName = regexp.MustCompile(`^[\p{L}\p{M}\p{N}-]+(\.[\p{L}\p{M}\p{N}-]+)+$`)

func checkEmail(text string) string {
	a, err := mail.ParseAddress(text)
	if err == nil && a.Address == text && !strings.ContainsAny(text, ` "<>`) {
		_, host, _ := strings.Cut(text, "@")
		if hostName.MatchString(host) {
			return ""
		}
	}
	return "อีเมลไม่ถูกต้อง ตัวอย่าง contact@example.go.th"
}
