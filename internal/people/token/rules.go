package token

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"portal/internal/kit/authz"
	"portal/internal/kit/problem"
)

// Tries are the limits on wrong codes. An office behind one address shares the
// second, so that one is generous: 16 characters are not guessed, and whoever
// tries is signed in.
type Tries struct {
	PerPerson, PerAddress int
	Window                time.Duration
}

// DefaultTries are the limits unless LimitTries sets others.
var DefaultTries = Tries{PerPerson: 5, PerAddress: 500, Window: 15 * time.Minute}

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

// whyRefused is what the audit log alone learns of a code that was refused: t is
// its token, if there is one.
func (t Token) whyRefused(found bool) string {
	switch {
	case !found:
		return "code unknown"
	case t.UsedAt != nil:
		return "code used"
	case t.ReplacedAt != nil:
		return "code replaced"
	}
	return "code expired"
}

// tries counts the wrong codes within the last window.
type tries struct {
	Person, Address int
	PersonsOldest   *time.Time // of those that count
	AddressOldest   *time.Time
}

// mayTry is the limit on guessing.
func (t tries) mayTry(l Tries, now time.Time) error {
	oldest := t.PersonsOldest
	switch {
	case t.Person >= l.PerPerson:
	case t.Address >= l.PerAddress:
		oldest = t.AddressOldest
	default:
		return nil
	}
	wait := l.Window
	if oldest != nil {
		wait = max(oldest.Add(l.Window).Sub(now), time.Minute)
	}
	return problem.Wait(wait, fmt.Sprintf("กรอกรหัส Token ผิดหลายครั้ง กรุณารอ %d นาที แล้วลองใหม่", int(l.Window.Minutes())))
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

// State is what has become of a code.
type State string

// The states. Replaced is that of an older code: a list shows the last one.
const (
	NotIssued State = "none"
	Ready     State = "ready"
	Used      State = "used"
	Expired   State = "expired"
	Replaced  State = "replaced"
)

// States lists those that a pair of role and unit can be in.
var States = []State{Ready, Used, Expired, NotIssued}

var stateNames = map[State]string{
	NotIssued: "ยังไม่ออกรหัส", Ready: "พร้อมใช้", Used: "ใช้แล้ว", Expired: "หมดอายุ", Replaced: "มีรหัสใหม่แทนแล้ว",
}

// Name is the state's name on screens, in Thai.
func (s State) Name() string { return stateNames[s] }

// Valid reports whether s is one of States.
func (s State) Valid() bool { return slices.Contains(States, s) }

// state is what has become of t by now. The zero Token was never issued.
func (t Token) state(now time.Time) State {
	switch {
	case t.ID == 0:
		return NotIssued
	case t.UsedAt != nil:
		return Used
	case t.ReplacedAt != nil:
		return Replaced
	case !now.Before(t.ExpiresAt):
		return Expired
	}
	return Ready
}

// mayShow is the rule for showing a code again: as long as it works.
func (t Token) mayShow(now time.Time) error {
	switch t.state(now) {
	case Ready:
		return nil
	case Used:
		return problem.New(problem.Conflict, "รหัสนี้ถูกใช้แล้ว จึงแสดงหรือคัดลอกอีกไม่ได้")
	case Expired:
		return problem.New(problem.Conflict, "รหัสนี้หมดอายุแล้ว กด Refresh เพื่อออกรหัสใหม่")
	default:
		return problem.New(problem.Conflict, "มีรหัสใหม่แทนรหัสนี้แล้ว กรุณาดูรหัสล่าสุดในรายการ")
	}
}

// mayHold is the rule for which codes a unit can get, whoever issues them.
func (u unit) mayHold(role authz.Role) error {
	switch {
	case !role.Valid():
		return problem.Fields(map[string]string{"role": "ไม่รู้จักบทบาทนี้"})
	case u.ID == 0:
		return problem.New(problem.NotFound, "ไม่พบหน่วยงานนี้")
	case !role.HeldAt(u.Kind, u.Code):
		return problem.New(problem.Invalid, u.Name+"มีบทบาท"+role.Name()+"ไม่ได้ จึงออกรหัส Token ไม่ได้")
	case !u.Shown:
		return problem.New(problem.Conflict, u.Name+"ถูกซ่อนไว้ในโครงสร้างหน่วยงาน จึงออกรหัส Token ไม่ได้")
	}
	return nil
}

// MaxBatch is how many codes can be issued at once.
const MaxBatch = 2000

// batchLifetime is how long who issued many codes at once can print them.
const batchLifetime = 24 * time.Hour

// mayIssueMany is the rule for the size of a batch.
func mayIssueMany(n int) error {
	switch {
	case n == 0:
		return problem.New(problem.Invalid, "กรุณาเลือกอย่างน้อยหนึ่งรายการ")
	case n > MaxBatch:
		return problem.New(problem.Invalid, "ออกรหัสพร้อมกันได้ไม่เกิน 2,000 รายการ กรุณาเลือกหน่วยงาน บทบาท หรือสถานะให้แคบลง")
	}
	return nil
}
