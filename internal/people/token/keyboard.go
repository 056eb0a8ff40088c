package token

import "portal/internal/text/keyboard"

// plain reads Thai digits as digits.
var plain = map[rune]rune{
	'๐': '0', '๑': '1', '๒': '2', '๓': '3', '๔': '4', '๕': '5', '๖': '6', '๗': '7', '๘': '8', '๙': '9',
}

// kedmanee reads a text typed with the keyboard in Thai; Thai digits stay digits.
var kedmanee = keyboard.Merge(keyboard.ShiftedKeys(), plain, keyboard.Keys())

// kedmaneeShifted reads Thai digits as the keys they stand on, for somebody
// who typed capitals.
var kedmaneeShifted = keyboard.Merge(plain, keyboard.Keys(), keyboard.ShiftedKeys())
