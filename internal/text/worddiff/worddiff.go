// Package worddiff compares two texts word by word. Thai, which has no spaces
// and for which no well-kept dictionary library is at hand, is compared by its
// clusters: a consonant with all that is written around it.
package worddiff

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/sergi/go-diff/diffmatchpatch"
)

// Kind says in which of the texts a piece stands.
type Kind int

// The kinds of pieces.
const (
	Same Kind = iota
	Removed
	Added
)

// Piece is a run of text.
type Piece struct {
	Kind Kind
	Text string
}

// most is how many pairs of words are compared at once: about 0.2 s for texts
// that have nothing in common. Larger texts are compared by phrases first.
const most = 8_000_000

// Diff is what became of old in new. Same and Removed together are old, Same
// and Added are new.
func Diff(old, new string) []Piece {
	return refine(strings.SplitAfter(old, "\n"), strings.SplitAfter(new, "\n"), func(old, new string) []Piece {
		a, b := split(old), split(new)
		if len(a)*len(b) <= most {
			return compare(a, b)
		}
		return refine(strings.SplitAfter(old, " "), strings.SplitAfter(new, " "), byWords)
	})
}

// byWords compares word by word unless that would take too long.
func byWords(old, new string) []Piece {
	a, b := split(old), split(new)
	if len(a)*len(b) <= most {
		return compare(a, b)
	}
	return []Piece{{Removed, old}, {Added, new}}
}

// refine compares by parts, and what was replaced by finer.
func refine(old, new []string, finer func(old, new string) []Piece) []Piece {
	var out []Piece
	parts := compare(old, new)
	for i := 0; i < len(parts); i++ {
		if i+1 == len(parts) || parts[i].Kind != Removed || parts[i+1].Kind != Added {
			out = add(out, parts[i])
			continue
		}
		for _, p := range finer(parts[i].Text, parts[i+1].Text) {
			out = add(out, p)
		}
		i++
	}
	return out
}

// add appends p, which may be empty: cleaning up leaves such pieces.
func add(out []Piece, p Piece) []Piece {
	if p.Text == "" {
		return out
	}
	if n := len(out); n > 0 && out[n-1].Kind == p.Kind {
		out[n-1].Text += p.Text
		return out
	}
	return append(out, p)
}

// compare compares units, each as one letter of an alphabet made for them.
func compare(old, new []string) []Piece {
	const from = 0x10000 // above what is no character
	var units []string
	letters := map[string]rune{}
	encode := func(list []string) []rune {
		out := make([]rune, 0, len(list))
		for _, u := range list {
			if u == "" {
				continue
			}
			if _, known := letters[u]; !known {
				letters[u] = from + rune(len(units)) // #nosec G115 -- a form holds fewer units than there are letters
				units = append(units, u)
			}
			out = append(out, letters[u])
		}
		return out
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // the same answer on a slow machine
	diffs := d.DiffCleanupSemantic(d.DiffMainRunes(encode(old), encode(new), false))
	kinds := map[diffmatchpatch.Operation]Kind{diffmatchpatch.DiffDelete: Removed, diffmatchpatch.DiffInsert: Added}
	var out []Piece
	for _, diff := range diffs {
		var b strings.Builder
		for _, r := range diff.Text {
			b.WriteString(units[r-from])
		}
		out = add(out, Piece{kinds[diff.Type], b.String()})
	}
	return out
}

// split divides s into words, spaces, signs and Thai clusters.
func split(s string) []string {
	var out []string
	join := false // what comes belongs to what came
	for seg := words.FromString(s); seg.Next(); {
		w := seg.Value()
		r, _ := utf8.DecodeRuneInString(w)
		if n := len(out); n > 0 && (join || follows(w, r)) && thai(out[n-1]) && unicode.Is(unicode.Thai, r) {
			out[n-1] += w
		} else {
			out = append(out, w)
		}
		join = leads(w)
	}
	return out
}

func thai(w string) bool {
	r, _ := utf8.DecodeLastRuneInString(w)
	return unicode.Is(unicode.Thai, r)
}

// leads reports whether w ends in a vowel that is written before its consonant.
func leads(w string) bool {
	r, _ := utf8.DecodeLastRuneInString(w)
	return r >= 'เ' && r <= 'ไ'
}

// follows reports whether w, which begins with r, stands behind a consonant: a
// vowel, a sign, or a consonant that is silent.
func follows(w string, r rune) bool {
	return strings.ContainsRune("ะาำๅๆฯ", r) || unicode.Is(unicode.M, r) || strings.HasSuffix(w, "์")
}
