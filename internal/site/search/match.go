package search

import "bytes"

// Slips of one letter are looked for in words of at least this many letters.
const slipFrom = 4

// find returns where pattern first stands in key, as it is or, if slip is
// set, with one letter wrong, missing, too many, or two neighbours swapped.
func find(key, pattern []byte, slip bool) (at span, ok bool) {
	if i := bytes.Index(key, pattern); i >= 0 {
		return span{i, i + len(pattern)}, true
	}
	if !slip || len(pattern) < slipFrom {
		return span{}, false
	}
	return findSlip(key, pattern)
}

// findSlip needs half of the pattern to be right: one slip spoils one half, or
// swaps the two letters where the halves meet.
func findSlip(key, pattern []byte) (span, bool) {
	half := len(pattern) / 2
	left, right := pattern[:half], pattern[half:]
	for from := 0; ; {
		i := bytes.Index(key[from:], left)
		if i < 0 {
			break
		}
		start := from + i
		if end, ok := reach(key, start, pattern); ok {
			return span{start, end}, true
		}
		from = start + 1
	}
	for from := 0; ; {
		i := bytes.Index(key[from:], right)
		if i < 0 {
			break
		}
		end := from + i + len(right)
		if start, ok := reachBack(key, end, pattern); ok {
			return span{start, end}, true
		}
		from += i + 1
	}
	swapped := bytes.Clone(pattern)
	swapped[half-1], swapped[half] = swapped[half], swapped[half-1]
	i := bytes.Index(key, swapped)
	return span{i, i + len(swapped)}, i >= 0
}

// reach finds the end of what begins at start and is near pattern.
func reach(key []byte, start int, pattern []byte) (end int, ok bool) {
	for _, length := range [...]int{len(pattern), len(pattern) + 1, len(pattern) - 1} {
		if end := start + length; end <= len(key) && near(pattern, key[start:end]) {
			return end, true
		}
	}
	return 0, false
}

// reachBack finds the beginning of what ends at end and is near pattern.
func reachBack(key []byte, end int, pattern []byte) (start int, ok bool) {
	for _, length := range [...]int{len(pattern), len(pattern) + 1, len(pattern) - 1} {
		if start := end - length; start >= 0 && near(pattern, key[start:end]) {
			return start, true
		}
	}
	return 0, false
}

// near reports whether at most one slip lies between a and b: a letter wrong,
// missing or too many, or two neighbours swapped. A slip never crosses a space.
func near(a, b []byte) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if i == len(b) {
		return true
	}
	if b[i] <= space || i < len(a) && a[i] <= space {
		return false
	}
	if len(a) < len(b) {
		return bytes.Equal(a[i:], b[i+1:])
	}
	if bytes.Equal(a[i+1:], b[i+1:]) {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && bytes.Equal(a[i+2:], b[i+2:])
}
