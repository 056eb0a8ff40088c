package token

import (
	"errors"
	"time"

	"portal/internal/authz"
	"portal/internal/problem"
)

// Limits on wrong codes. An office behind one address shares its limit.
const (
	triesPerPerson  = 5
	triesPerAddress = 50
	triesWindow     = 15 * time.Minute
)

// Lifetime is how long a code can be used unless set otherwise.
const Lifetime = 30 * 24 * time.Hour

const wrongCode = "รหัส Token นี้ใช้ไม่ได้ กรุณาตรวจสอบกับผู้ที่ให้รหัส หรือขอรหัสใหม่"

// errWrong is the one answer to every wrong code: unknown, used, expired or
// replaced. Whoever guesses learns nothing from it.
func errWrong() error { return problem.Fields(map[string]string{"token": wrongCode}) }

// mayRedeem is the whole rule for using a token up: once, in time, not replaced.
func (t Token) mayRedeem(now time.Time) error {
	if t.UsedAt != nil || t.ReplacedAt != nil || !now.Before(t.ExpiresAt) {
		return errWrong()
	}
	return nil
}

// tries counts the wrong codes within the last triesWindow.
type tries struct {
	Person, Address int
	Oldest          *time.Time // of those that count
}

// mayTry is the limit on guessing.
func (t tries) mayTry(now time.Time) error {
	if t.Person < triesPerPerson && t.Address < triesPerAddress {
		return nil
	}
	wait := triesWindow
	if t.Oldest != nil {
		wait = max(t.Oldest.Add(triesWindow).Sub(now), time.Minute)
	}
	return problem.Wait(wait, "กรอกรหัส Token ผิดหลายครั้ง กรุณารอ 15 นาที แล้วลองใหม่")
}

// hint tells a slip in typing apart; it costs no try.
func hint(err error) error {
	text := "รหัสมีตัวอักษรผิดหรือสลับที่กัน กรุณาตรวจสอบทีละกลุ่มแล้วพิมพ์ใหม่"
	switch {
	case errors.Is(err, errLength):
		text = "รหัส Token มี 16 ตัวอักษร กรุณาตรวจสอบว่าพิมพ์ครบและไม่เกิน"
	case errors.Is(err, errCharacter):
		text = "รหัสมีตัวอักษรที่ไม่ใช้ในรหัส Token ใช้ได้เฉพาะตัวเลขและอักษรภาษาอังกฤษ"
	}
	return problem.Fields(map[string]string{"token": text})
}

// mayIssue is the rule for which role a person may issue: the roles that their
// own role gives out.
func mayIssue(role authz.Role) error {
	if !role.Valid() {
		return problem.Fields(map[string]string{"role": "ไม่รู้จักบทบาทนี้"})
	}
	return nil
}
