// Package keyboard knows the Thai keyboard (TIS 820-2538, Kedmanee): what a
// text would have been with the layout that was meant.
package keyboard

import (
	"maps"
	"strings"
)

// The keys in one order: what each gives in English and in Thai, without and
// with shift.
const (
	english        = "1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./"
	englishShifted = "!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"|ZXCVBNM<>?"
	thai           = "ๅ/-ภถุึคตจขชๆไำพะัีรนยบลฟหกดเ้่าสวงฃผปแอิืทมใฝ"
	thaiShifted    = "+๑๒๓๔ู฿๕๖๗๘๙๐\"ฎฑธํ๊ณฯญฐ,ฤฆฏโฌ็๋ษศซ.ฅ()ฉฮฺ์?ฒฬฦ"
)

// Keys maps what a key gives in Thai to what the same key gives in English,
// without shift.
func Keys() map[rune]rune { return pairs(thai, english) }

// ShiftedKeys maps what a key gives in Thai with shift to what the same key
// gives in English without it.
func ShiftedKeys() map[rune]rune { return pairs(thaiShifted, english) }

// Merge joins layouts; a later one wins.
func Merge(layouts ...map[rune]rune) map[rune]rune {
	m := map[rune]rune{}
	for _, l := range layouts {
		maps.Copy(m, l)
	}
	return m
}

var (
	toThai    = Merge(pairs(englishShifted, thaiShifted), pairs(english, thai))
	toEnglish = Merge(ShiftedKeys(), Keys())
)

// Thai is text as the same keys give it in Thai.
func Thai(text string) string { return read(text, toThai) }

// English is text as the same keys give it in English, in lower case.
func English(text string) string { return read(text, toEnglish) }

func read(text string, layout map[rune]rune) string {
	return strings.Map(func(r rune) rune {
		if key, ok := layout[r]; ok {
			return key
		}
		return r
	}, text)
}

func pairs(from, to string) map[rune]rune {
	m := map[rune]rune{}
	other := []rune(to)
	for i, r := range []rune(from) {
		m[r] = other[i]
	}
	return m
}
