package thaidate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// FuzzParse reads what fields for a day and for a moment may send, and compares
// it with a calendar of its own. What was read is written, and read from that.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"2026-11-21", "2026-11-21T14:02", "2024-02-29", "2569-11-21", "2026-02-30", "2026-11-21T9:30", "21 พ.ย. 2569"} {
		f.Add(text)
	}
	for m := range 12 {
		f.Add(fmt.Sprintf("2026-%02d-15", m+1))
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, dayErr := ParseDay(text)
		m, momentErr := ParseMoment(text)
		day, clock, ok := calendar(text)
		if (dayErr == nil) != (ok && clock == "") || (momentErr == nil) != (ok && clock != "") {
			t.Fatalf("%q: %v, %v; it is %d %q, %v", text, dayErr, momentErr, day, clock, ok)
		}
		switch {
		case dayErr == nil:
			written(t, d, day, "00:00")
		case momentErr == nil:
			written(t, m, day, clock)
		case !d.IsZero() || !m.IsZero():
			t.Errorf("%q gives %v, %v beside an error", text, d, m)
		}
	})
}

var form = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)(T(([01]\d|2[0-3]):[0-5]\d))?$`)

// calendar reads a date by hand: year, month, day and, if there is one, the time.
func calendar(text string) (day [3]int, clock string, ok bool) {
	parts := form.FindStringSubmatch(text)
	if parts == nil {
		return day, "", false
	}
	for i := range day {
		day[i], _ = strconv.Atoi(parts[i+1]) // digits
	}
	y, m, d := day[0], day[1], day[2]
	lengths := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		lengths[1] = 29
	}
	return day, parts[5], y >= 1900 && y < 2200 && m >= 1 && m <= 12 && d >= 1 && d <= lengths[m-1]
}

// written checks that t is that day and time in Bangkok, also when it is written
// the Thai way, wherever it is looked at from.
func written(t *testing.T, at time.Time, day [3]int, clock string) {
	t.Helper()
	for _, zone := range []*time.Location{time.UTC, Bangkok, time.FixedZone("", -12*60*60), time.FixedZone("", 14*60*60)} {
		there := at.In(zone)
		for words, names := range map[string]string{Date(there): monthNames, Short(there): shortNames} {
			if got := thai(words, names); got != day {
				t.Errorf("%v is written %q, which is %v, not %v", there, words, got, day)
			}
		}
		if want := Short(there) + " " + clock + " น."; ShortTime(there) != want {
			t.Errorf("%v is written %q, not %q", there, ShortTime(there), want)
		}
		if Year(there) != day[0]+543 {
			t.Errorf("%v is of the year %d", there, Year(there))
		}
	}
	if want := fmt.Sprintf("%04d-%02d-%02dT%s+07:00", day[0], day[1], day[2], clock); at.Format("2006-01-02T15:04Z07:00") != want || at.Second() != 0 {
		t.Errorf("%v is not %s", at, want)
	}
}

// The months as schoolbooks write them.
const (
	monthNames = "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม"
	shortNames = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค."
)

// thai reads a day as it is written the Thai way.
func thai(words, names string) (day [3]int) {
	parts := strings.Split(words, " ")
	if len(parts) != 3 {
		return day
	}
	d, _ := strconv.Atoi(parts[0])
	y, _ := strconv.Atoi(parts[2]) // wrong ones are no day
	return [3]int{y - 543, slices.Index(strings.Fields(names), parts[1]) + 1, d}
}
