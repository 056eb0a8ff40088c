package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"portal/internal/kit/jobs"
	"portal/internal/ops/auditlog"
	"portal/internal/people/signin"
	"portal/internal/text/thaidate"
)

func ofBuild(b Build, now time.Time) Line {
	return Line{Text: fmt.Sprintf("%s · %s · เริ่มทำงาน %s", b.Version, b.Go, ago(now.Sub(b.Started)))}
}

func ofMigrations(have, want int64) Line {
	switch {
	case have < want:
		return Line{State: Bad, Text: fmt.Sprintf("อยู่ที่ %d รุ่นนี้ต้องการ %d", have, want), Hint: "สั่ง portal migrate ที่เครื่องแม่ข่าย"}
	case have > want:
		return Line{State: Check, Text: fmt.Sprintf("อยู่ที่ %d ใหม่กว่าที่รุ่นนี้รู้จัก (%d)", have, want), Hint: "เครื่องนี้ยังเป็นรุ่นเก่า ควรปรับรุ่นให้ครบทุกเครื่อง"}
	}
	return Line{Text: fmt.Sprintf("ครบถึงลำดับที่ %d", have)}
}

// slowAnswer is how long the database takes when it has too much to do.
const slowAnswer = 500 * time.Millisecond

func ofDatabase(bytes int64, server string, took time.Duration) Line {
	l := Line{Text: fmt.Sprintf("PostgreSQL %s · ขนาด %s · ตอบใน %d มิลลิวินาที", server, size(bytes), took.Milliseconds())}
	if took > slowAnswer {
		l.State, l.Hint = Check, "ฐานข้อมูลตอบช้า ควรดูภาระงานของเครื่องฐานข้อมูล"
	}
	return l
}

func ofSessions(n int) Line { return Line{Text: fmt.Sprintf("%d อุปกรณ์", n)} }

// manyWaiting is close to the most questions that wait in memory.
const manyWaiting = 1500

func ofQueue(scheduled, overdue, words int) Line {
	l := Line{Text: fmt.Sprintf("เนื้อหาที่ตั้งเวลาเผยแพร่ %d รายการ เลยเวลาแล้ว %d รายการ · คำค้นที่รอบันทึก %d คำ", scheduled, overdue, words)}
	switch {
	case overdue > 0:
		l.State, l.Hint = Check, "เนื้อหาที่ถึงเวลาแล้วยังไม่เผยแพร่ ควรดูบันทึกการทำงานของระบบ"
	case words > manyWaiting:
		l.State, l.Hint = Check, "คำค้นยังบันทึกไม่ได้ ควรดูบันทึกการทำงานของระบบ"
	}
	return l
}

func ofPools(pools []Pool) Line {
	var l Line
	var texts []string
	for _, p := range pools {
		texts = append(texts, fmt.Sprintf("%s ใช้อยู่ %d จาก %d", p.Name, p.Used, p.Max))
		switch {
		case p.Used >= p.Max:
			l.State = Bad
		case p.Used*5 >= p.Max*4:
			l.State = max(l.State, Check)
		}
	}
	if l.Text = strings.Join(texts, " · "); l.State > Good {
		l.Hint = "การเชื่อมต่อใกล้เต็ม หน้าของเจ้าหน้าที่อาจตอบช้าหรือขัดข้องชั่วคราว"
	}
	return l
}

func ofProvider(c signin.Contact, now time.Time) Line {
	switch {
	case c.Good():
		return Line{Text: "ตอบล่าสุด " + ago(now.Sub(c.Answered))}
	case c.Answered.IsZero() && c.Failed.IsZero():
		return Line{State: Check, Text: "กำลังติดต่อ ยังไม่ทราบผล"}
	case c.Answered.IsZero():
		return Line{State: Bad, Text: "ติดต่อไม่ได้ตั้งแต่ระบบเริ่มทำงาน", Hint: noSignIn}
	}
	return Line{State: Bad, Text: "ติดต่อไม่ได้ ตอบครั้งสุดท้าย " + ago(now.Sub(c.Answered)), Hint: noSignIn}
}

const noSignIn = "ผู้ใช้งานจะเข้าสู่ระบบไม่ได้ ผู้ที่เข้าอยู่แล้วใช้งานต่อได้"

// How old what visitors read may be. The server asks every second.
const (
	staleContent   = 90 * time.Second
	ancientContent = 10 * time.Minute
)

type contentFacts struct {
	read, away, ofDisk bool
	confirmed          time.Time
}

func ofContent(f contentFacts, now time.Time) Line {
	if !f.read {
		return Line{State: Bad, Text: "ยังไม่ได้อ่านจากฐานข้อมูล", Hint: "หน้าสาธารณะยังแสดงไม่ได้"}
	}
	age := now.Sub(f.confirmed)
	l := Line{Text: "ตรงกับฐานข้อมูล ยืนยันล่าสุด " + ago(age)}
	if f.ofDisk {
		return Line{State: Bad, Text: "มาจากสำเนาในเครื่อง ยังไม่ได้เทียบกับฐานข้อมูล", Hint: staleHint}
	}
	if f.away || age > staleContent {
		l = Line{State: Check, Text: "เป็นสำเนาในหน่วยความจำ ยืนยันล่าสุด " + ago(age), Hint: staleHint}
	}
	if age > ancientContent {
		l.State = Bad
	}
	return l
}

const staleHint = "หน้าสาธารณะยังอ่านได้ แต่การแก้ไขใหม่จะยังไม่แสดง"

// How old the last backup may be: a day with some room, then three.
const (
	lateBackup    = 26 * time.Hour
	missingBackup = 72 * time.Hour
)

func ofBackup(b backup, found bool, now time.Time) Line {
	if !found {
		return Line{State: Check, Text: "ยังไม่เคยสำรองข้อมูล", Hint: "ควรตั้งให้สำรองข้อมูลทุกวัน (docs/runbook.md)"}
	}
	age := now.Sub(b.At)
	l := Line{Text: fmt.Sprintf("ล่าสุด %s (%s) · %s", thaidate.ShortTime(b.At), ago(age), size(b.Bytes))}
	switch {
	case age > missingBackup:
		l.State, l.Hint = Bad, "ไม่ได้สำรองข้อมูลเกินสามวัน"
	case age > lateBackup:
		l.State, l.Hint = Check, "การสำรองข้อมูลของวันนี้ยังไม่สำเร็จ"
	}
	return l
}

func ofChain(v auditlog.Verified) Line {
	if v.Count == 0 {
		return Line{Text: "ยังไม่มีรายการ"}
	}
	return Line{Text: fmt.Sprintf("%d รายการล่าสุดต่อเนื่องถูกต้อง ถึงเลขที่ %d", v.Count, v.Last),
		Hint: "ตรวจทั้งหมดได้ด้วยคำสั่ง portal audit verify"}
}

func brokenChain(id auditlog.ID) Line {
	return Line{State: Bad, Text: fmt.Sprintf("รายการเลขที่ %d ไม่ต่อเนื่องกับรายการก่อนหน้า อาจถูกแก้ไข", id),
		Hint: "สั่ง portal audit verify ทันที และแจ้งผู้รับผิดชอบด้านความมั่นคงปลอดภัย"}
}

// How many days before its end a certificate should be looked at.
const (
	soonDays   = 21
	urgentDays = 7
)

func ofCertificate(f certFacts, now time.Time) (Line, error) {
	if f.Plain {
		return Line{Text: "ไม่ได้ตรวจ เพราะที่อยู่ของระบบไม่ใช่ https"}, nil
	}
	if f.Until.IsZero() {
		return Line{State: Check, Text: "ตรวจไม่ได้ เพราะเชื่อมต่อที่อยู่ของระบบจากเครื่องนี้ไม่ได้"}, nil
	}
	days := int(f.Until.Sub(now).Hours() / 24)
	l := Line{Text: fmt.Sprintf("เหลือ %d วัน ถึง %s", days, thaidate.Date(f.Until))}
	switch {
	case !now.Before(f.Until):
		l = Line{State: Bad, Text: "หมดอายุเมื่อ " + thaidate.Date(f.Until), Hint: "ต่ออายุใบรับรองทันที"}
	case days < urgentDays:
		l.State, l.Hint = Bad, "ต่ออายุใบรับรองทันที"
	case !f.Trusted:
		l.State, l.Hint = Check, "เครื่องนี้ไม่รู้จักผู้ออกใบรับรอง หรือชื่อไม่ตรงกับที่อยู่ของระบบ"
	case days < soonDays:
		l.State, l.Hint = Check, "ใกล้หมดอายุ ควรดูว่าการต่ออายุอัตโนมัติยังทำงาน"
	}
	return l, nil
}

// settling is how long after its start a server need not have done its jobs.
const settling = 2 * time.Minute

func ofJobs(all []jobs.State, started, now time.Time) Line {
	var failed, late, lost []string
	var last time.Time
	done := 0
	for _, j := range all {
		switch {
		case j.Failed:
			failed = append(failed, j.Words)
		case j.Discarded > 0 && j.Every == 0:
			lost = append(lost, j.Words)
		case isLate(j, started, now):
			late = append(late, j.Words)
		case !j.At.IsZero() || j.Every == 0:
			done++
		}
		if j.At.After(last) {
			last = j.At
		}
	}
	switch {
	case len(failed) > 0:
		return Line{State: Bad, Text: "ทำไม่สำเร็จ: " + list(failed), Hint: "ควรดูบันทึกการทำงานของระบบ"}
	case len(lost) > 0:
		return Line{State: Check, Text: "มีงานที่เลิกลองทำ: " + list(lost), Hint: "ควรดูบันทึกการทำงานของระบบ"}
	case len(late) > 0:
		return Line{State: Check, Text: "ยังไม่ทำตามเวลา: " + list(late), Hint: "ควรดูบันทึกการทำงานของระบบ"}
	case last.IsZero():
		return Line{Text: "ระบบเพิ่งเริ่มทำงาน งานแรกจะเริ่มภายในหนึ่งนาที"}
	}
	return Line{Text: fmt.Sprintf("ทำแล้ว %d จาก %d งาน ล่าสุด %s", done, len(all), ago(now.Sub(last)))}
}

// isLate reports whether a scheduled job should have run by now.
func isLate(j jobs.State, started, now time.Time) bool {
	if j.Every == 0 || now.Sub(started) <= settling {
		return false
	}
	return j.At.IsZero() || now.Sub(j.At) > 2*j.Every+settling
}

func list(names []string) string { slices.Sort(names); return strings.Join(names, ", ") }

// ago is how long ago something was, in words.
func ago(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "เมื่อสักครู่"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d วินาทีก่อน", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d นาทีก่อน", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d ชั่วโมงก่อน", int(d.Hours()))
	}
	return fmt.Sprintf("%d วันก่อน", int(d.Hours()/24))
}

// size is a number of bytes for people.
func size(bytes int64) string {
	if bytes < 1e9 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
}
