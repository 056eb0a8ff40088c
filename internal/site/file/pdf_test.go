package file

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// buildPDF is a PDF of these objects, numbered from one; the first is the
// catalog. trailer stands in its trailer besides Root.
func buildPDF(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	places := make([]int, len(objects))
	for i, o := range objects {
		places[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, start)
	return b.Bytes()
}

// packed is an object stream of these objects, the first of which has number.
func packed(number int, compress bool, objects ...string) string {
	var head, body strings.Builder
	for i, o := range objects {
		fmt.Fprintf(&head, "%d %d ", number+i, body.Len())
		body.WriteString(o + " ")
	}
	content, filter := head.String()+body.String(), ""
	if compress {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write([]byte(content))
		_ = w.Close()
		content, filter = b.String(), "/Filter /FlateDecode"
	}
	return fmt.Sprintf("<< /Type /ObjStm /N %d /First %d /Length %d %s >>\nstream\n%s\nendstream", len(objects), head.Len(), len(content), filter, content)
}

const (
	catalogObject = "<< /Type /Catalog /Pages 2 0 R >>"
	pagesObject   = "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>"
	pageObject    = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
)

func plainPDF(more ...string) []byte {
	return buildPDF("", append([]string{catalogObject, pagesObject, pageObject, pageObject}, more...)...)
}

func bomb(n int) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	zeros := bytes.Repeat([]byte(" "), 1<<20)
	for range n {
		_, _ = w.Write(zeros)
	}
	_ = w.Close()
	return fmt.Sprintf("<< /Type /ObjStm /N 1 /First 4 /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", b.Len(), b.String())
}

func TestInspectPDF(t *testing.T) {
	t.Parallel()
	whole := plainPDF()
	for name, c := range map[string]struct {
		pdf   []byte
		pages int
		err   error
	}{
		"plain":            {whole, 2, nil},
		"empty line after": {append(bytes.Clone(whole), "\r\n\r\n"...), 2, nil},
		"packed":           {buildPDF("", packed(10, true, catalogObject)), 0, errDamaged}, // Root leads elsewhere
		"packed pages":     {buildPDF("", catalogObject, pagesObject, packed(10, true, pageObject, pageObject)), 2, nil},
		"packed, plain":    {buildPDF("", catalogObject, pagesObject, packed(10, false, pageObject, pageObject)), 2, nil},
		"text that says it": {plainPDF("<< /Length 20 >>\nstream\n(/JavaScript) Tj\nendstream",
			"<< /Title (about /JavaScript and /Launch) /Note <2F4A53> >>"), 2, nil},
		"a wrong count":                 {buildPDF("", catalogObject, "<< /Type /Pages /Kids [3 0 R] /Count 900 >>", pageObject), 1, nil},
		"nothing behind":                {[]byte("%PDF-1.7\n"), 0, errDamaged},
		"cut off":                       {whole[:len(whole)-20], 0, errDamaged},
		"something behind":              {append(bytes.Clone(whole), "<script>"...), 0, errDamaged},
		"no pages":                      {buildPDF("", catalogObject, pagesObject), 0, errDamaged},
		"no catalog":                    {buildPDF("", pagesObject, pageObject), 0, errDamaged},
		"encrypted":                     {buildPDF("/Encrypt 5 0 R", catalogObject, pagesObject, pageObject, pageObject), 0, errEncrypted},
		"script":                        {plainPDF("<< /S /JavaScript /JS (app.alert(1)) >>"), 0, errActive},
		"script, name hidden":           {plainPDF("<< /S /J#61vaScrip#74 >>"), 0, errActive},
		"script at opening":             {buildPDF("", "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (x) >> >>", pagesObject, pageObject), 0, errActive},
		"launch":                        {plainPDF("<< /Type /Action /S /Launch /F (cmd.exe) >>"), 0, errActive},
		"attached file":                 {plainPDF("<< /Type /Filespec /EF << /F 9 0 R >> >>"), 0, errActive},
		"embedded":                      {plainPDF("<< /Names << /EmbeddedFiles << >> >> >>"), 0, errActive},
		"form that sends":               {plainPDF("<< /S /SubmitForm >>"), 0, errActive},
		"name alone":                    {plainPDF("/JavaScript"), 0, errActive},
		"packed script":                 {plainPDF(packed(10, true, "<< /A 1 >>", "<< /S /JavaScript >>")), 0, errActive},
		"packed, plain script":          {plainPDF(packed(10, false, "<< /S /Launch >>")), 0, errActive},
		"packed behind an open bracket": {plainPDF(strings.Replace(packed(10, false, "<< /A 1 >>", "<< /S /JavaScript >>"), "<< /A 1 >>", "(< /A 1 ((", 1)), 0, errActive},
		"object within a stream":        {plainPDF("<< /Length 60 >>\nstream\nBT 77 0 obj << /S /JavaScript >> endobj ET\nendstream"), 0, errActive},
		"behind a comment":              {plainPDF("<< /Length 60 >>\nstream\n77 0 %\nobj%x\n<< /S %>>\n/Launch >>\nendstream"), 0, errActive},
		"unknown filter":                {plainPDF("<< /Type /ObjStm /N 1 /First 4 /Filter /LZWDecode >>\nstream\nxxxx\nendstream"), 0, errTangled},
		"a bomb":                        {plainPDF(bomb(maxObjectStream>>20 + 1)), 0, errTangled},
		"many bombs":                    {plainPDF(bomb(15), bomb(15), bomb(15), bomb(15), bomb(15)), 0, errTangled},
		"deep":                          {plainPDF(strings.Repeat("[", 1000)), 0, errTangled},
		"strings without end":           {plainPDF(strings.Repeat("1 0 obj (", 100_000)), 0, errTangled},
	} {
		pages, err := inspectPDF(c.pdf)
		if pages != c.pages || err != c.err {
			t.Errorf("%s: %d pages, %v; want %d, %v", name, pages, err, c.pages, c.err)
		}
	}
}

// The manuals that the portal comes with, and their pages.
func TestInspectManuals(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../ops/seed/content/manual/*.pdf")
	if err != nil || len(names) < 5 {
		t.Fatalf("%v %v", names, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name) // #nosec G304 -- found above
		if err != nil {
			t.Fatal(err)
		}
		if pages, err := inspectPDF(b); err != nil || pages < 1 || pages > 50 {
			t.Errorf("%s: %d pages, %v", name, pages, err)
		} else {
			t.Logf("%s: %d", name, pages)
		}
	}
}

func FuzzInspectPDF(f *testing.F) {
	for _, b := range [][]byte{
		plainPDF(), plainPDF(packed(10, true, pageObject)), plainPDF(packed(10, false, "<< /S /JavaScript >>")),
		buildPDF("/Encrypt 5 0 R", catalogObject), []byte("%PDF-1.7\n1 0 obj<<<<[(\n%%EOF"), {},
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		pages, err := inspectPDF(b)
		if (err == nil) != (pages > 0) {
			t.Errorf("%d pages, %v", pages, err)
		}
	})
}
