package thaidate

import (
	"testing"
	"time"
)

func TestFormats(t *testing.T) {
	tests := []struct {
		name                   string
		at                     time.Time
		date, short, shortTime string
		year                   int
	}{
		{
			"a plain day", time.Date(2021, 11, 15, 3, 0, 0, 0, time.UTC),
			"15 พฤศจิกายน 2564", "15 พ.ย. 2564", "15 พ.ย. 2564 10:00 น.", 2564,
		},
		{
			"one digit day", time.Date(2026, 2, 1, 0, 5, 0, 0, time.UTC),
			"1 กุมภาพันธ์ 2569", "1 ก.พ. 2569", "1 ก.พ. 2569 07:05 น.", 2569,
		},
		{
			"the new year comes seven hours before UTC", time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC),
			"1 มกราคม 2570", "1 ม.ค. 2570", "1 ม.ค. 2570 00:00 น.", 2570,
		},
		{
			"a minute earlier", time.Date(2026, 12, 31, 16, 59, 59, 0, time.UTC),
			"31 ธันวาคม 2569", "31 ธ.ค. 2569", "31 ธ.ค. 2569 23:59 น.", 2569,
		},
		{
			"from another zone", time.Date(2026, 11, 21, 2, 2, 0, 0, time.FixedZone("", -5*60*60)),
			"21 พฤศจิกายน 2569", "21 พ.ย. 2569", "21 พ.ย. 2569 14:02 น.", 2569,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, c := range []struct{ got, want string }{
				{Date(tt.at), tt.date}, {Short(tt.at), tt.short}, {ShortTime(tt.at), tt.shortTime},
			} {
				if c.got != c.want {
					t.Errorf("got %q, want %q", c.got, c.want)
				}
			}
			if got := Year(tt.at); got != tt.year {
				t.Errorf("Year = %d, want %d", got, tt.year)
			}
		})
	}
}

func TestEveryMonthHasItsName(t *testing.T) {
	seen := map[string]bool{}
	for m := time.January; m <= time.December; m++ {
		at := time.Date(2026, m, 5, 12, 0, 0, 0, time.UTC)
		seen[Date(at)], seen[Short(at)] = true, true
	}
	if len(seen) != 24 {
		t.Errorf("%d different texts, want 24", len(seen))
	}
}
