package token

import "maps"

// plain reads Thai digits as digits.
var plain = map[rune]rune{
	'๐': '0', '๑': '1', '๒': '2', '๓': '3', '๔': '4', '๕': '5', '๖': '6', '๗': '7', '๘': '8', '๙': '9',
}

// The Thai keyboard (TIS 820-2538, Kedmanee): what a key gives while the
// keyboard is in Thai, without and with shift, and what it would have given in
// English.
const (
	englishKeys = `1234567890-qwertyuiopasdfghjklzxcvbnm`
	thaiKeys    = `ๅ/-ภถุึคตจขๆไำพะัีรนยฟหกดเ้่าสผปแอิืท`
	shiftedKeys = `+๑๒๓๔ู฿๕๖๗๘๐"ฎฑธํ๊ณฯญฤฆฏโฌ็๋ษศ()ฉฮฺ์?`
)

// kedmanee reads a text typed in Thai; Thai digits stay digits.
var kedmanee = merge(keys(shiftedKeys), plain, keys(thaiKeys))

// kedmaneeShifted reads Thai digits as the keys they stand on, for somebody
// who typed capitals.
var kedmaneeShifted = merge(plain, keys(thaiKeys), keys(shiftedKeys))

// keys maps each Thai character to the English one on the same key.
func keys(thai string) map[rune]rune {
	m := map[rune]rune{}
	english := []rune(englishKeys)
	for i, r := range []rune(thai) {
		m[r] = english[i]
	}
	return m
}

// merge joins layouts; a later one wins.
func merge(layouts ...map[rune]rune) map[rune]rune {
	m := map[rune]rune{}
	for _, l := range layouts {
		maps.Copy(m, l)
	}
	return m
}
