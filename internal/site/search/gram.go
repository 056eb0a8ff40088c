package search

import (
	"bytes"
	mathbits "math/bits"
	"slices"
)

// gram is two or three letters in a row.
type gram uint32

func pair(k []byte) gram   { return gram(k[0])<<8 | gram(k[1]) }
func triple(k []byte) gram { return gram(k[0])<<16 | gram(k[1])<<8 | gram(k[2]) }

func (x *index) add(key []byte, n int32) {
	put := func(g gram) {
		if list := x.grams[g]; len(list) == 0 || list[len(list)-1] != n {
			x.grams[g] = append(list, n)
		}
	}
	for i := 0; i+2 <= len(key); i++ {
		put(pair(key[i:]))
		if i+3 <= len(key) {
			put(triple(key[i:]))
		}
	}
}

// mayHave narrows set down to the entries that can hold pattern.
func (x *index) mayHave(pattern []byte, set bits) {
	switch {
	case len(pattern) == 2:
		set.and(x.grams[pair(pattern)])
	case len(pattern) > 2:
		for i := 0; i+3 <= len(pattern); i++ {
			set.and(x.grams[triple(pattern[i:])])
		}
	}
}

// mayHaveSlip is mayHave for what findSlip finds.
func (x *index) mayHaveSlip(pattern []byte, set bits) {
	if len(pattern) < slipFrom {
		x.mayHave(pattern, set)
		return
	}
	half := len(pattern) / 2
	swapped := bytes.Clone(pattern)
	swapped[half-1], swapped[half] = swapped[half], swapped[half-1]
	union := make(bits, len(set))
	for _, p := range [][]byte{pattern[:half], pattern[half:], swapped} {
		one := slices.Clone(set)
		x.mayHave(p, one)
		for i := range union {
			union[i] |= one[i]
		}
	}
	copy(set, union)
}

// bits is a set of entries.
type bits []uint64

func newBits(n int) bits {
	b := make(bits, (n+63)/64)
	for i := range n {
		b[i/64] |= 1 << (i % 64)
	}
	return b
}

// and keeps what is in list as well.
func (b bits) and(list []int32) {
	other := make(bits, len(b))
	for _, n := range list {
		other[n/64] |= 1 << (n % 64)
	}
	for i := range b {
		b[i] &= other[i]
	}
}

func (b bits) count() (n int) {
	for _, w := range b {
		n += mathbits.OnesCount64(w)
	}
	return n
}

// each calls do for every member, in order.
func (b bits) each(do func(n int)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			do(i*64 + mathbits.TrailingZeros64(w))
		}
	}
}

func triplesOf(key []byte) map[gram]bool {
	set := map[gram]bool{}
	for i := 0; i+3 <= len(key); i++ {
		set[triple(key[i:])] = true
	}
	return set
}
