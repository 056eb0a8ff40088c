package file

import (
	"bytes"
	"slices"
	"strconv"

	"portal/internal/kit/problem"
)

// Limits of a PDF. What is larger when unpacked is no manual.
const (
	maxObjectStream = 16 << 20
	maxUnpacked     = 64 << 20
	maxNesting      = 200
	readAgain       = 8 // times that each byte may be read: objects may hide in others
)

func refuse(why string) error { return problem.New(problem.Invalid, why) }

// What is wrong with a PDF, and what to do.
var (
	errDamaged   = refuse("ไฟล์ PDF เสียหายหรือไม่สมบูรณ์ กรุณาเปิดไฟล์ต้นฉบับแล้วบันทึกเป็น PDF ใหม่")
	errEncrypted = refuse("ไฟล์ PDF มีรหัสผ่านหรือจำกัดสิทธิ์ กรุณายกเลิกรหัสผ่านแล้วส่งใหม่")
	errActive    = refuse("ไฟล์ PDF มีสคริปต์ คำสั่งเปิดโปรแกรม แบบฟอร์มส่งข้อมูล หรือไฟล์แนบอยู่ภายใน กรุณาพิมพ์เป็น PDF ใหม่ (Print to PDF) แล้วส่งใหม่")
	errTangled   = refuse("ไฟล์ PDF ซับซ้อนเกินกว่าจะตรวจสอบได้ กรุณาพิมพ์เป็น PDF ใหม่ (Print to PDF) แล้วส่งใหม่")
)

// active are the names by which a PDF does more than to be read.
var active = []string{
	"JavaScript", "JS", "Launch", "EmbeddedFile", "EmbeddedFiles", "EF", "FileAttachment", "GoToE",
	"SubmitForm", "ImportData", "XFA", "RichMedia", "RichMediaContent",
}

// inspectPDF counts the pages of a PDF, or says why it is refused.
//
// Readers differ in how they find the objects of a file, above all of one that
// was made to deceive. So the table of objects is not relied on: whatever stands
// behind the word obj anywhere in the file, in streams too, is read as an
// object, and every object stream is unpacked.
func inspectPDF(b []byte) (pages int, err error) {
	if !wholePDF(b) {
		return 0, errDamaged
	}
	p := pdfReader{budget: readAgain*len(b) + maxForms, catalogs: map[int]int{}, trees: map[int]int{}, pages: map[int]bool{}}
	if err := p.read(b); err != nil {
		return 0, err
	}
	return p.count()
}

const maxForms = 1 << 16 // bytes that even the smallest file may take to read

// wholePDF checks the beginning and the end of a file.
func wholePDF(b []byte) bool {
	if !bytes.HasPrefix(b, []byte("%PDF-")) {
		return false
	}
	tail := bytes.TrimRight(b, " \t\r\n\f\x00")
	if !bytes.HasSuffix(tail, []byte("%%EOF")) {
		return false
	}
	from := max(0, len(tail)-2048)
	at := bytes.LastIndex(tail[from:], []byte("startxref"))
	if at < 0 {
		return false
	}
	l := pdfLexer{tail, from + at + len("startxref")}
	offset := l.next()
	if offset.kind != pdfNumber || offset.n <= 0 || offset.n >= len(tail) {
		return false
	}
	l.at = offset.n
	first := l.next()
	return first.is(pdfWord, "xref") || first.kind == pdfNumber
}

// pdfReader is what was found so far.
type pdfReader struct {
	budget   int // bytes that may still be read
	unpacked int
	root     int         // the catalog's number
	catalogs map[int]int // catalog → root of the page tree
	trees    map[int]int // node of the page tree → pages it claims
	pages    map[int]bool
}

func (p *pdfReader) read(b []byte) error {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("obj"))
		if i < 0 {
			break
		}
		at += i
		if at > 0 && (pdfSpace(b[at-1]) || b[at-1] >= '0' && b[at-1] <= '9') {
			if err := p.indirect(b, at); err != nil {
				return err
			}
		}
		at += len("obj")
	}
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte("trailer"))
		if i < 0 {
			return nil
		}
		at += i + len("trailer")
		o, err := p.object(&pdfLexer{b, at})
		if err != nil {
			return err
		}
		p.note(0, o)
	}
}

// indirect reads the object behind the word obj at at.
func (p *pdfReader) indirect(b []byte, at int) error {
	l := pdfLexer{b, at + len("obj")}
	o, err := p.object(&l)
	if err != nil {
		return err
	}
	p.note(numberBefore(b[:at]), o)
	_, n := o["N"]
	_, first := o["First"]
	if n && first && l.next().is(pdfWord, "stream") {
		return p.objectStream(o, b[l.at:])
	}
	return nil
}

// numberBefore is the number of the object whose heading ends in b, or -1.
func numberBefore(b []byte) int {
	fields := bytes.Fields(b[max(0, len(b)-24):])
	if len(fields) < 2 {
		return -1
	}
	n, err := strconv.Atoi(string(fields[len(fields)-2]))
	if err != nil {
		return -1
	}
	return n
}

// object reads one object, whatever its shape, and looks at every name in it.
func (p *pdfReader) object(l *pdfLexer) (pdfDict, error) {
	from := l.at
	defer func() { p.budget -= l.at - from }()
	d, key, values := pdfDict{}, "", 0
	for depth := 0; ; {
		if p.budget--; p.budget < l.at-from {
			return nil, errTangled
		}
		t := l.next()
		switch {
		case t.kind == pdfEnd:
			return d, nil
		case t.is(pdfName, "Encrypt"):
			return nil, errEncrypted
		case t.kind == pdfName && slices.Contains(active, t.text):
			return nil, errActive
		case t.kind == pdfClose:
			depth--
		}
		switch {
		case depth == 1 && t.kind == pdfName && (key == "" || values > 0):
			key, values = t.text, 0
		case depth >= 1 && key != "":
			values++
			d.keep(key, t)
		}
		if t.kind == pdfOpen {
			if depth++; depth > maxNesting {
				return nil, errTangled
			}
		}
		if depth <= 0 {
			return d, nil
		}
	}
}

// note keeps what the object with this number says of the pages. Later ones
// replace earlier ones, as they do in a file that was changed.
func (p *pdfReader) note(number int, d pdfDict) {
	if ref, ok := d.ref("Root"); ok {
		p.root = ref
	}
	switch d.name("Type") {
	case "Catalog":
		if ref, ok := d.ref("Pages"); ok {
			p.catalogs[number] = ref
		}
	case "Pages":
		p.trees[number], _ = d.number("Count")
	case "Page":
		p.pages[number] = true
	}
}

func (p *pdfReader) count() (int, error) {
	tree, ok := p.catalogs[p.root]
	if !ok || len(p.pages) == 0 {
		return 0, errDamaged
	}
	claimed, ok := p.trees[tree]
	if !ok {
		return 0, errDamaged
	}
	if claimed < 1 || claimed > len(p.pages) {
		return len(p.pages), nil
	}
	return claimed, nil
}

// objectStream reads the objects of a stream that holds objects (7.5.7).
func (p *pdfReader) objectStream(d pdfDict, b []byte) error {
	first, ok := d.number("First")
	if !ok || first < 0 || d["DecodeParms"] != nil || d["F"] != nil {
		return errTangled
	}
	b = bytes.TrimPrefix(bytes.TrimPrefix(b, []byte("\r")), []byte("\n"))
	content, err := d.unpack(b)
	if err != nil {
		return err
	}
	p.unpacked += len(content)
	if len(content) > maxObjectStream || p.unpacked > maxUnpacked || first > len(content) {
		return errTangled
	}
	return p.packed(content, first)
}

// packed reads objects by the pairs of number and place before first.
func (p *pdfReader) packed(content []byte, first int) error {
	p.budget += readAgain * len(content)
	for head := (&pdfLexer{content[:first], 0}); ; {
		number, place := head.next(), head.next()
		if number.kind != pdfNumber || place.kind != pdfNumber {
			return nil
		}
		if place.n < 0 || first+place.n > len(content) {
			return errDamaged
		}
		o, err := p.object(&pdfLexer{content, first + place.n})
		if err != nil {
			return err
		}
		p.note(number.n, o)
	}
}
