// Package thaidate writes dates the Thai way: day, Thai month, year of the
// Buddhist era, in Bangkok's time. It reads what date fields of forms send.
package thaidate

import (
	"fmt"
	"time"
)

// Bangkok has kept UTC+7 without summer time since 1920.
var Bangkok = time.FixedZone("Asia/Bangkok", 7*60*60)

const buddhistEra = 543

var months = [...]string{
	"มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
	"กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
}

var shortMonths = [...]string{
	"ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.",
	"ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.",
}

// Date is the date in full: 15 พฤศจิกายน 2564.
func Date(t time.Time) string { return day(t, months[:]) }

// Short is the date in brief: 21 พ.ย. 2569.
func Short(t time.Time) string { return day(t, shortMonths[:]) }

// ShortTime is the date in brief with the time: 21 พ.ย. 2569 14:02 น.
func ShortTime(t time.Time) string {
	return Short(t) + t.In(Bangkok).Format(" 15:04") + " น."
}

// Year is the year of the Buddhist era.
func Year(t time.Time) int { return t.In(Bangkok).Year() + buddhistEra }

func day(t time.Time, names []string) string {
	t = t.In(Bangkok)
	return fmt.Sprintf("%d %s %d", t.Day(), names[t.Month()-1], Year(t))
}
