package thaidate

import (
	"errors"
	"time"
)

// MomentLayout is how forms write a moment, in Bangkok's time (HTML, local date
// and time string).
const MomentLayout = "2006-01-02T15:04"

// Years of the common era that a date may be of. A year of the Buddhist era,
// typed where a browser has no calendar to choose from, lies beyond.
const (
	firstYear = 1900
	lastYear  = 2199
)

var errNoDate = errors.New("thaidate: no date as forms write it, or of an implausible year")

// ParseDay reads the beginning of a day in Bangkok from what a date field of a
// form sent (HTML, date string).
func ParseDay(text string) (time.Time, error) { return parse(time.DateOnly, text) }

// ParseMoment reads what a field for date and time sent.
func ParseMoment(text string) (time.Time, error) { return parse(MomentLayout, text) }

// parse takes only what layout itself writes: time.Parse also takes 9:30.
func parse(layout, text string) (time.Time, error) {
	t, err := time.ParseInLocation(layout, text, Bangkok)
	if err != nil || t.Format(layout) != text || t.Year() < firstYear || t.Year() > lastYear {
		return time.Time{}, errNoDate
	}
	return t, nil
}
