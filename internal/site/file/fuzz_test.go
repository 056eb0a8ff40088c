package file

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"portal/internal/kit/problem"
)

// mostFuzzed is the largest picture that is made anew in a fuzz target, in pixels.
const mostFuzzed = 10_000

// FuzzAdd sends a file as far as the store. After cut bytes the sender goes, if
// there are as many.
func FuzzAdd(f *testing.F) {
	picture := image.NewNRGBA(image.Rect(0, 0, 700, 3))
	picture.Pix[3] = 255
	var drawing, photo bytes.Buffer
	if png.Encode(&drawing, picture) != nil || jpeg.Encode(&photo, picture, nil) != nil {
		f.Fatal("no pictures")
	}
	for name, b := range map[string][]byte{"ภาพ.png": drawing.Bytes(), "a.JPEG": photo.Bytes(), "คู่มือ.pdf": plainPDF(), "a.pdf": plainPDF("<< /S /JavaScript >>")} {
		f.Add(name, b, uint16(0xffff))
		f.Add(name, b, uint16(7))
	}
	f.Fuzz(func(t *testing.T, name string, b []byte, cut uint16) {
		broken := int(cut) < len(b)
		sizes, err := received(name, b, int(cut))
		switch {
		case errors.Is(err, errLarge):
		case err != nil:
			wrong := problem.Of(err)
			want := problem.Invalid
			if broken && problem.Is(err, problem.BadInput) {
				want = problem.BadInput
			}
			if len(sizes) != 0 || wrong.Kind != want || !strings.Contains(wrong.Message, "กรุณา") {
				t.Errorf("%q: %v, %v", name, len(sizes), err)
			}
		case broken:
			t.Errorf("%q was taken, half of it", name)
		default:
			whatItIs(t, b, sizes)
			for _, s := range sizes {
				named(t, name, s)
			}
		}
	})
}

var errLarge = errors.New("a picture too large for a fuzz target")

// received is what Add does before it stores.
func received(name string, b []byte, cut int) ([]stored, error) {
	var from io.Reader = bytes.NewReader(b)
	if cut < len(b) {
		from = io.MultiReader(bytes.NewReader(b[:cut]), gone{})
	}
	spool, kind, err := receive(name, from)
	if err != nil {
		return nil, err
	}
	defer func() { _ = spool.Close() }()
	if s := measure(b, kind); s.w*s.h > mostFuzzed {
		return nil, errLarge
	}
	content, err := whole(spool)
	if err != nil {
		return nil, err
	}
	return prepare(name, kind, content)
}

type gone struct{}

func (gone) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// whatItIs checks that the sizes are of the kind that the bytes begin as.
func whatItIs(t *testing.T, b []byte, sizes []stored) {
	t.Helper()
	if bytes.HasPrefix(b, []byte("%PDF-")) {
		if len(sizes) != 1 || sizes[0].mediaType != typePDF || !bytes.Equal(sizes[0].bytes, b) || sizes[0].pages < 1 || sizes[0].variantOnly {
			t.Errorf("a PDF became %d files of %s", len(sizes), sizes[0].mediaType)
		}
		return
	}
	if somethingElse(b) {
		t.Errorf("%q is taken for a picture alone", b)
	}
	before := 1 << 30
	for i, s := range sizes {
		m, kind, err := image.Decode(bytes.NewReader(s.bytes))
		if err != nil || "image/"+kind != string(s.mediaType) || s.mediaType != sizes[0].mediaType || hides(s.bytes) {
			t.Fatalf("size %d of %s is no clean %s: %v", i, s.mediaType, kind, err)
		}
		if d := m.Bounds().Size(); d.X != s.w || d.Y != s.h || d.X > widths[0] || d.X >= before || s.variantOnly != (i > 0) || s.pages != 0 {
			t.Errorf("size %d is %v, said to be %d×%d", i, d, s.w, s.h)
		}
		before = s.w
	}
	if !bytes.HasPrefix(b, []byte("\x89PNG")) && !bytes.HasPrefix(b, []byte("\xff\xd8\xff")) || len(sizes) == 0 || len(sizes) > len(widths) {
		t.Errorf("%d pictures were made of %.8q", len(sizes), b)
	}
}

// somethingElse reports whether a picture would run as a page, has an archive at
// its end, or anything behind a PNG's last part.
func somethingElse(b []byte) bool {
	for _, mark := range []string{"<script", "<html", "<svg", "<body", "<?php"} {
		if strings.Contains(strings.ToLower(string(b)), mark) {
			return true
		}
	}
	_, behind, png := strings.Cut(string(b), "IEND\xae\x42\x60\x82")
	return png && strings.Trim(behind, "\x00\r\n ") != "" && bytes.HasPrefix(b, []byte("\x89PNG")) || bytes.HasSuffix(b, []byte("PK\x05\x06"+strings.Repeat("\x00", 18)))
}

// named checks the name under which one size is stored.
func named(t *testing.T, sent string, s stored) {
	t.Helper()
	odd := func(r rune) bool {
		return unicode.IsControl(r) || strings.ContainsRune("/\\:*?\"<>|\u202e\u2028\ufffe", r)
	}
	if !utf8.ValidString(s.name) || strings.ContainsFunc(s.name, odd) || utf8.RuneCountInString(s.name) > 150 || strings.HasPrefix(s.name, ".") || strings.TrimSpace(s.name) != s.name {
		t.Errorf("%q is stored as %q", sent, s.name)
	}
	if end := path.Ext(s.name); end != extensions[s.mediaType][0] || s.name == end {
		t.Errorf("%q, of type %s, is stored as %q", sent, s.mediaType, s.name)
	}
	if again, err := cleanName(s.name, s.mediaType); err != nil || again != s.name {
		t.Errorf("%q is stored as %q, and that as %q, %v", sent, s.name, again, err)
	}
	if end := strings.ToLower(path.Ext(strings.TrimSpace(sent))); slices.Contains([]string{".exe", ".html", ".svg", ".zip"}, end) {
		t.Errorf("%q is stored as %q", sent, s.name)
	}
}
