package search

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var small = newIndex([]Document{
	{Kind: Question, Slug: "token", Title: "รหัสผู้ใช้ (Token) ใช้งานอย่างไร", Text: "Token ใช้ยืนยันสิทธิ์ในการเข้าใช้งานครั้งแรก และใช้ได้เพียงครั้งเดียว", Path: "/backend/faq#token"},
	{Kind: Question, Slug: "forgot", Title: "จำรหัสผ่านไม่ได้ต้องทำอย่างไร", Text: "กดลืมรหัสผ่านที่หน้า Digital ID", Path: "/backend/faq#forgot"},
	{Kind: Question, Slug: "water", Title: "ขอใช้น้ำประปาที่ใด", Text: "ติดต่อสำนักงานที่ใกล้บ้าน", Path: "/backend/faq#water"},
	{Kind: Page, Slug: "guideline", Title: "การเข้าใช้งานระบบ", Context: "แนวทางปฏิบัติ", Text: "เปิดเว็บไซต์ กดปุ่มเข้าสู่ระบบ กรอกรหัส Token", Path: "/backend/guideline#h"},
	{Kind: Manual, Slug: "author", Title: "คู่มือการใช้งานเว็บไซต์ สำหรับเจ้าหน้าที่จัดทำคู่มือ", Context: "สำหรับบัญชีเจ้าหน้าที่หน่วยงานส่วนกลาง", Path: "/backend/manual#author"},
	{Kind: Manual, Slug: "point", Title: "คู่มือการใช้งานเว็บไซต์ สำหรับเจ้าหน้าที่จุดบริการ", Path: "/backend/manual#point"},
	{Kind: Announcement, Slug: "new", Title: "เปิดใช้เว็บไซต์ใหม่", Text: "ระบบแก้ไขข้อมูลได้เร็วขึ้น พิมพ์โปสเตอร์ QR Code", Path: "/backend/announcement#new"},
	{Kind: Contact, Slug: "center", Title: "DGA Contact Center", Text: "โทรศัพท์ 02 612 6060", Path: "/backend/contact#center"},
})

func slugs(r Result) []string {
	var all []string
	for _, g := range r.Groups {
		for _, h := range g.Hits {
			all = append(all, h.Slug)
		}
	}
	return all
}

func TestFind(t *testing.T) {
	for name, tt := range map[string]struct {
		query, first string
		how          How
	}{
		"a run of letters":         {"หัสผู้", "token", Exact},
		"across words":             {"ใช้งานครั้งแรก", "token", Exact},
		"two words, apart":         {"สิทธิ์ เดียว", "token", Exact},
		"tone marks missing":       {"คูมือ จุดบริการ", "point", Exact},
		"tone mark wrong":          {"คู้มือ จัดทำ", "author", Exact},
		"sara am in two":           {"น้ํา", "water", Exact},
		"double sara e":            {"เเก้ไข", "new", Exact},
		"upper case":               {"TOKEN ยืนยัน", "token", Exact},
		"Latin in lower case":      {"dga", "center", Exact},
		"spaces the writer lacks":  {"จำรหัส ผ่านไม่ได้", "forgot", Exact},
		"punctuation":              {"“QR-Code”", "new", Exact},
		"letter wrong":             {"น้ำประบา", "water", WithSlip},
		"letter missing":           {"จดบริการ", "point", WithSlip},
		"letter too many":          {"โปสสเตอร์", "new", WithSlip},
		"letters swapped":          {"โปตสเอร์"[:0] + "โปเสตอร์", "new", WithSlip},
		"slip in Latin":            {"digitla", "forgot", WithSlip},
		"layout left in English":   {"isylzjkowqjwfh", "forgot", OtherLayout},
		"layout left in Thai":      {"ะนาำื สิทธิ์"[:len("ะนาำื")], "token", OtherLayout},
		"layout and case":          {"8^j,nv06f[ibdki", "point", OtherLayout},
		"a sentence":               {"ถ้าผมจำรหัสผ่านไม่ได้แล้วควรทำยังไงครับ", "forgot", PartOfPhrase},
		"a telephone number":       {"026126060", "center", Exact},
		"context of a section":     {"แนวทางปฏิบัติ", "guideline", Exact},
		"broken bytes are cleared": {"ราย\xff\x00", "", Nothing},
	} {
		r := small.find(tt.query, "")
		if got := slugs(r); tt.first != "" && (len(got) == 0 || got[0] != tt.first) || r.How != tt.how {
			t.Errorf("%s: %q finds %v by %d, want %s by %d", name, tt.query, got, r.How, tt.first, tt.how)
		}
	}
	for _, query := range []string{"", " ", "...", "ๆๆๆๆๆ", "zzzz", "日本語", "ดาวอังคาร", strings.Repeat("กข", 5000), "'; DROP TABLE", "\x00", "%", "_"} {
		if r := small.find(query, ""); r.How != Nothing || r.Total != 0 {
			t.Errorf("%.20q finds %v", query, slugs(r))
		}
	}
}

func TestBestGroupFirst(t *testing.T) {
	r := small.find("คู่มือ", "")
	if len(r.Groups) == 0 || r.Groups[0].Kind != Manual || r.Groups[0].Total != 2 {
		t.Errorf("%+v", r.Groups)
	}
	r = small.find("รหัส", "")
	if r.Groups[0].Kind != Question || r.Groups[0].Hits[0].Slug != "token" || len(r.Groups) != 2 || r.Total != 3 {
		t.Errorf("%+v", r)
	}
	if r = small.find("รหัส", Page); len(r.Groups) != 1 || r.Groups[0].Kind != Page || r.Total != 3 {
		t.Errorf("%+v", r)
	}
}

func marked(parts []Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Found {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestFoundWordsAreMarked(t *testing.T) {
	for query, want := range map[string]string{
		"รหัสผู้": "[รหัสผู้]ใช้ (Token) ใช้งานอย่างไร",
		"หสผ":     "รหัสผู้ใช้ (Token) ใช้งานอย่างไร",
		"token":   "รหัสผู้ใช้ ([Token]) ใช้งานอย่างไร",
		"ใช":      "รหัสผู้[ใช้] (Token) [ใช้]งานอย่างไร",
		"tokne":   "รหัสผู้ใช้ ([Token]) ใช้งานอย่างไร",
		"ใช ผู":   "รหัส[ผู้ใช้] (Token) [ใช้]งานอย่างไร",
	} {
		r := small.find(query, Question)
		if len(r.Groups) == 0 {
			if strings.Contains(want, "[") {
				t.Errorf("%s: nothing found", query)
			}
			continue
		}
		h := r.Groups[0].Hits[0]
		if got := marked(h.Parts(h.Title)); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	m := Marker{[][]byte{{thaiByte('น')}}, false}
	if got := marked(m.Parts("น้ำ ก")); got != "[น้ำ] ก" {
		t.Errorf("a mark cuts a letter: %s", got)
	}
	long := strings.Repeat("ก่อน หน้า ", 60) + "ตรงนี้" + strings.Repeat(" หลัง จาก", 60)
	key, _ := loose("ตรงนี้")
	got := marked(Marker{[][]byte{key}, false}.Excerpt(long))
	if !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || !strings.Contains(got, "[ตรงนี้]") || len(got) > 700 {
		t.Errorf("excerpt: %s", got)
	}
}

// country is 10,000 documents of Thai text of real length.
func country(n int) []Document {
	words := strings.Fields("รหัสผู้ใช้ Token เข้าสู่ระบบ หน่วยงาน จุดบริการ คู่มือ ประชาชน แก้ไข ข้อมูล เจ้าหน้าที่ ส่วนกลาง ต้นสังกัด " +
		"ขออนุญาต ใบอนุญาต ค่าธรรมเนียม ระยะเวลา เอกสาร ทะเบียนบ้าน บัตรประจำตัว ติดต่อ สอบถาม โทรศัพท์ อีเมล เว็บไซต์ Digital ID " +
		"โปสเตอร์ QR Code ความพึงพอใจ คะแนน รายงาน ล่าช้า กระบวนการ อนุมัติ ตรวจสอบ ปรับปรุง เชื่อมโยง ดาวน์โหลด พิมพ์ ติดตั้ง และ หรือ ของ ที่ ได้ ให้ ใน จาก")
	r := rand.New(rand.NewPCG(1, 2))
	// Made-up words beside the usual ones, so that there are rare ones to look for.
	for range 3000 {
		var b strings.Builder
		for range 2 + r.IntN(3) {
			b.WriteString(string([]rune("กขคงจชดตถทนบปผพมยรลวสหอ")[r.IntN(23)]) + []string{"า", "ี", "ู่", "ั้น", "อ", "ิน", ""}[r.IntN(7)])
		}
		words = append(words, b.String())
	}
	sentence := func(n int) string {
		var b strings.Builder
		for range n {
			i := r.IntN(50)
			if r.IntN(3) == 0 {
				i = r.IntN(len(words))
			}
			b.WriteString(words[i])
			if r.IntN(5) == 0 {
				b.WriteString(" ")
			}
		}
		return b.String()
	}
	var docs []Document
	for i := range n {
		docs = append(docs, Document{Kind: Kinds[i%len(Kinds)], Slug: strconv.Itoa(i), Title: sentence(8), Text: sentence(90)})
	}
	return docs
}

// questions are what people ask of docs: right, slipped, in the wrong layout,
// whole sentences, and nonsense.
func questions(docs []Document) []string {
	r := rand.New(rand.NewPCG(3, 4))
	list := []string{"ก", "น", "รห", "token", "tokne", "t", "รหัสผ่านหายทำไงดี", "isylzjko", "zzzzzzzz", "กรุงเทพมหานคร", "ขออนุญาต ใบอนุญาต ค่าธรรมเนียม ระยะเวลา เอกสาร ทะเบียนบ้าน บัตร ติดต่อ"}
	for range 400 {
		d := docs[r.IntN(len(docs))]
		text := []rune(d.Text)
		from := r.IntN(len(text) - 40)
		run := text[from : from+2+r.IntN(30)]
		switch r.IntN(4) {
		case 0:
			run[r.IntN(len(run))] = 'ฬ'
		case 1:
			run = append(run, []rune(" ฆฆฆฆฆฆ")...)
		}
		list = append(list, string(run))
	}
	return list
}

func BenchmarkFind10000(b *testing.B) {
	docs := country(10_000)
	start := time.Now()
	x := newIndex(docs)
	made := time.Since(start)
	list := questions(docs)
	var took []time.Duration
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		x.find(list[i%len(list)], "")
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(made.Milliseconds()), "ms/index")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms/max")
}
