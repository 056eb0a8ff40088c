package compress

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// variants are a page as each of its readers sees it.
func variants(rest string) [][]byte {
	var list [][]byte
	for _, size := range []string{"", "text-small ", "text-large "} {
		for _, contrast := range []string{"", "contrast "} {
			for _, in := range []string{"", "signed-in"} {
				list = append(list, fmt.Appendf(nil, `<!DOCTYPE html><html lang="th" class="%-29s">%s`, size+contrast+in, rest))
			}
		}
	}
	return list
}

func TestEveryVariantUnpacks(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("หน่วยงาน คู่มือ class=\"text-large\" contrast signed-in <html lang=\"th\" ความคมชัดสูง <p> </p> the of and time")
	for n := range 16 {
		var b strings.Builder
		for b.Len() < n*n*100 {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteString([]string{" ", "", "                                   "}[r.IntN(3)])
		}
		all := variants(b.String())
		for name, compress := range map[string]func([][]byte) []Text{"Fast": Fast, "Small": Small} {
			for i, text := range compress(all) {
				for c := range text {
					if text[c] == nil {
						if name == "Small" {
							t.Errorf("variant %d is missing under %s", i, Names[c])
						}
						continue
					}
					got, err := Unpack(Coding(c), text[c])
					if err != nil || !bytes.Equal(got, all[i]) {
						t.Fatalf("%s, %d bytes, variant %d, %s: %v", name, b.Len(), i, Names[c], err)
					}
				}
			}
		}
	}
}

// TestTheSameTextIsTheSameBytes matters to entity tags: two servers, or one
// after a restart, send the same ones.
func TestTheSameTextIsTheSameBytes(t *testing.T) {
	t.Parallel()
	all := variants(strings.Repeat(`<a href="/backend/manual" class="card">คู่มือ</a> `, 200))
	together := Small(all)
	for i := range all {
		for c, b := range Small(all[i : i+1])[0] {
			if !bytes.Equal(b, together[i][c]) {
				t.Errorf("variant %d under %s depends on what was compressed before it", i, Names[c])
			}
			if Coding(c) != Identity && len(b) > len(all[i])/10 {
				t.Errorf("variant %d: %d bytes under %s", i, len(b), Names[c])
			}
		}
	}
}

func BenchmarkSmall(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	for text.Len() < 45_000 {
		for range 3 + r.IntN(9) {
			text.WriteRune(rune('ก' + r.IntN(44)))
		}
		text.WriteString([]string{" ", "</p><p>", "ของ", "การ"}[r.IntN(4)])
	}
	for b.Loop() {
		Small(variants(text.String()))
	}
}
