package search

import (
	"bytes"
	"cmp"
	"math"
	"slices"
)

// entry is a document with its keys.
type entry struct {
	Document
	title, text             []byte // loose
	strictTitle, strictText []byte
}

// index finds documents. It is never changed once made.
type index struct {
	entries []entry
	grams   map[gram][]int32 // two or three letters in a row → entries, ascending
}

func newIndex(docs []Document) *index {
	x := &index{entries: make([]entry, len(docs)), grams: map[gram][]int32{}}
	for i, d := range docs {
		d.Title, d.Context, d.Text = clean(d.Title), clean(d.Context), clean(d.Text)
		e := entry{Document: d, strictTitle: strict(d.Title)}
		e.title, _ = loose(d.Title)
		all := d.Text + "\n" + d.Context
		e.text, _ = loose(all)
		e.strictText = strict(all)
		x.entries[i] = e
		x.add(e.title, int32(i)) // #nosec G115 -- a portal has fewer than two thousand million items
		x.add(e.text, int32(i))  // #nosec G115 -- likewise
	}
	return x
}

// term is one word asked for.
type term struct{ loose, strict []byte }

// found is a document that answers.
type found struct {
	entry    *entry
	score    float64
	patterns [][]byte
}

// Weights of where a word stands and how exactly it is spelt.
const (
	inTitle, startsTitle, isTitle = 10, 6, 10
	inText                        = 3
	sameTones                     = 1.3
	phraseInTitle, phraseInText   = 8, 4
	mostRead                      = 1
	slipCosts                     = .6
)

// manyEntries is from where a search looks less closely, so that it stays fast.
const manyEntries = 1500

// care is how closely documents are looked at.
type care struct {
	slip  bool // a letter may differ
	tones bool // those with the same tone marks come first
	texts int  // how many more texts are looked through for slips; titles always are
}

// all finds the documents that hold every term.
func (x *index) all(terms []term, slip bool) []found {
	set := newBits(len(x.entries))
	var phrase []byte
	var patterns [][]byte
	for _, t := range terms {
		if slip {
			x.mayHaveSlip(t.loose, set)
		} else {
			x.mayHave(t.loose, set)
		}
		phrase = append(phrase, t.loose...)
		patterns = append(patterns, t.loose)
	}
	if len(terms) == 1 {
		phrase = nil
	}
	look := &care{slip: slip, tones: set.count() <= manyEntries, texts: manyEntries}
	var list []found
	set.each(func(n int) {
		e := &x.entries[n]
		if score := e.weighAll(terms, phrase, look); score > 0 {
			list = append(list, found{e, score, patterns})
		}
	})
	return list
}

// weighAll is how well the document answers to all terms and, if there is one,
// to their phrase; 0 if one of the terms is missing.
func (e *entry) weighAll(terms []term, phrase []byte, look *care) float64 {
	score := 0.0
	for _, t := range terms {
		s := e.weigh(t, look)
		if s == 0 {
			return 0
		}
		score += s
	}
	switch {
	case phrase == nil:
	case bytes.Contains(e.title, phrase):
		score += phraseInTitle
	case bytes.Contains(e.text, phrase):
		score += phraseInText
	}
	if e.Featured {
		score += mostRead
	}
	return score
}

// weigh is how well the document answers to one term; 0 if not at all.
func (e *entry) weigh(t term, look *care) float64 {
	if at, ok := find(e.title, t.loose, look.slip); ok {
		score := float64(inTitle)
		if at.from == 0 {
			score += startsTitle
			if at.to == len(e.title) {
				score += isTitle
			}
		}
		return score * spelling(e.title, e.strictTitle, t, look)
	}
	slip := look.slip && look.texts > 0
	if slip {
		look.texts--
	}
	if _, ok := find(e.text, t.loose, slip); ok {
		return inText * spelling(e.text, e.strictText, t, look)
	}
	return 0
}

// spelling is what the way of spelling is worth in a key that holds the term.
func spelling(key, strictKey []byte, t term, look *care) float64 {
	switch {
	case look.slip && !bytes.Contains(key, t.loose):
		return slipCosts
	case look.tones && bytes.Contains(strictKey, t.strict):
		return sameTones
	default:
		return 1
	}
}

// Limits of what counts as an answer to a part of a question.
const (
	leastShare = .2 // of the question's rare letters
	leastRun   = 5  // letters in a row
	candidates = 60
	marksFrom  = 4
)

// part finds the documents that share the most with key: the answer to whole
// sentences, which Thai writes without spaces.
func (x *index) part(key []byte) []found {
	type tally struct {
		n     int32
		share float64
	}
	shares := map[int32]float64{}
	total := 0.0
	for t := range triplesOf(key) {
		list := x.grams[t]
		rare := math.Log(1 + float64(len(x.entries))/float64(1+len(list)))
		total += rare
		for _, n := range list {
			shares[n] += rare
		}
	}
	var best []tally
	for n, share := range shares {
		if share >= leastShare*total {
			best = append(best, tally{n, share / total})
		}
	}
	slices.SortFunc(best, func(a, b tally) int { return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.n, b.n)) })
	var list []found
	for _, b := range best[:min(len(best), candidates)] {
		e := &x.entries[b.n]
		patterns, longest := common(key, e)
		if longest < leastRun {
			continue
		}
		score := b.share
		if len(triplesOf(e.title)) > 0 {
			score += .5 * x.shareOf(key, e.title) // a question much like it
		}
		list = append(list, found{e, score, patterns})
	}
	return list
}

// shareOf is how much of key's letters stand in title as well, 0 to 1.
func (x *index) shareOf(key, title []byte) float64 {
	in := triplesOf(title)
	all := triplesOf(key)
	n := 0
	for t := range all {
		if in[t] {
			n++
		}
	}
	return float64(n) / float64(max(1, len(all)))
}

// common lists the longest runs of key that stand in e, and the length of the
// longest.
func common(key []byte, e *entry) (runs [][]byte, longest int) {
	has := func(run []byte) bool { return bytes.Contains(e.title, run) || bytes.Contains(e.text, run) }
	for i := 0; i < len(key); {
		n := 0
		for i+n < len(key) && key[i+n] > space && has(key[i:i+n+1]) {
			n++
		}
		if n >= marksFrom {
			runs = append(runs, key[i:i+n])
			longest = max(longest, n)
		}
		i += max(1, n)
	}
	return runs, longest
}
