package compress

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func openings() []string {
	var list []string
	for _, size := range []string{"", "text-small ", "text-large "} {
		for _, contrast := range []string{"", "contrast "} {
			for _, in := range []string{"", "signed-in"} {
				list = append(list, fmt.Sprintf(`<!DOCTYPE html><html lang="th" class="%-29s">`, size+contrast+in))
			}
		}
	}
	return list
}

func TestEveryOpeningUnpacks(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("หน่วยงาน คู่มือ class=\"text-large\" contrast signed-in <html lang=\"th\" ความคมชัดสูง <p> </p> the of and time")
	for n := range 16 {
		var b strings.Builder
		for b.Len() < n*n*100 {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteString([]string{" ", "", "                                   "}[r.IntN(3)])
		}
		for _, pack := range []func([]string, []byte) []Text{Quickly, Best} {
			for i, text := range pack(openings(), []byte(b.String())) {
				for c := range text {
					if text[c] == nil {
						continue
					}
					got, err := Unpack(Coding(c), text[c])
					if err != nil || string(got) != openings()[i]+b.String() {
						t.Fatalf("%d bytes, opening %d, %s: %v", b.Len(), i, Names[c], err)
					}
				}
			}
		}
	}
}

func BenchmarkPack(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for text.Len() < 45_000 {
		for range 3 + r.IntN(9) {
			text.WriteRune(rune('ก' + r.IntN(44)))
		}
		text.WriteString([]string{" ", "</p><p>", "ของ", "การ"}[r.IntN(4)])
	}
	for b.Loop() {
		Best(openings(), []byte(text.String()))
	}
}

// TestTheRestIsPackedOnce looks at texts that begin with what openings hold: an
// opening's own distances or letters must not matter to the rest.
func TestTheRestIsPackedOnce(t *testing.T) {
	t.Parallel()
	all := openings()
	for _, begins := range []string{"", `<html lang="th" class="`, "        ", "text-large ", `">">">">`, "aaaaaaaa", "abcdabcd"} {
		rest := begins + strings.Repeat(begins+`<a href="/backend/manual" class="card text-large">คู่มือ</a> `, 20)
		for i, text := range Best(all, []byte(rest)) {
			front := len(stored(all[i]))
			if !strings.HasPrefix(string(text[Brotli]), string(stored(all[i]))) {
				t.Fatalf("%q, opening %d: packed anew", begins, i)
			}
			if back := text[Brotli][front:]; len(back) > len(rest)/4 {
				t.Errorf("%q: %d bytes of %d", begins, len(back), len(rest))
			}
		}
	}
}
