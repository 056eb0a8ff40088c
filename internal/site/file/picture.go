package file

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"
)

// Limits of a picture.
const (
	maxPixels   = 40_000_000
	maxPixels16 = maxPixels / 2 // pixels of 16 bits a colour, which take twice the memory
)

// widths are the sizes that a picture is kept in, in pixels.
var widths = []int{1920, 1280, 640}

const photoQuality = 82 // of 100, where nobody sees a difference

var (
	errNoPicture = refuse("ไฟล์ภาพเสียหายหรือไม่สมบูรณ์ กรุณาเปิดภาพแล้วบันทึกเป็น PNG หรือ JPEG ใหม่")
	errPolyglot  = refuse("ไฟล์นี้มีข้อมูลชนิดอื่นซ่อนอยู่ด้วย กรุณาเปิดไฟล์แล้วบันทึกใหม่ หรือใช้ไฟล์ต้นฉบับ")
)

// checkSize reads only the heading of a picture.
func checkSize(r io.Reader, t mediaType) error {
	decode := png.DecodeConfig
	if t == typeJPEG {
		decode = jpeg.DecodeConfig
	}
	c, err := decode(r)
	if err != nil || c.Width < 1 || c.Height < 1 {
		return errNoPicture
	}
	most := maxPixels
	if c.ColorModel == color.NRGBA64Model || c.ColorModel == color.RGBA64Model || c.ColorModel == color.Gray16Model {
		most = maxPixels16
	}
	if c.Width > most/c.Height {
		return refuse(fmt.Sprintf("ภาพใหญ่เกินไป (%d × %d พิกเซล) กรุณาย่อให้ไม่เกิน %d ล้านพิกเซล เช่น 6000 × 4000", c.Width, c.Height, most/1_000_000))
	}
	return nil
}

// made is a picture as it is kept in one size.
type made struct {
	size
	mediaType mediaType
	bytes     []byte
}

// remake decodes a picture and encodes it anew, the largest first, so that
// nothing but its pixels is kept.
func remake(b []byte, t mediaType) ([]made, error) {
	src, err := decodePicture(b, t)
	if err != nil {
		return nil, err
	}
	turn := 1
	if t == typeJPEG {
		turn = orientation(b)
	}
	from := size{src.Bounds().Dx(), src.Bounds().Dy()}
	wanted := sizes(from, turned(turn))
	if p, ok := src.(*image.Paletted); ok && len(wanted) == 1 && wanted[0] == from {
		encoded, err := encodePNG(p) // few colours, and it keeps them
		return []made{{from, typePNG, encoded}}, err
	}
	opaque := true
	if o, ok := src.(interface{ Opaque() bool }); ok {
		opaque = o.Opaque()
	}
	var all []made
	for _, m := range scale(src, wanted) {
		m = upright(m, turn)
		one, err := encode(m, t, opaque, all)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func decodePicture(b []byte, t mediaType) (image.Image, error) {
	if hides(b) {
		return nil, errPolyglot
	}
	r := bytes.NewReader(b)
	decode := png.Decode
	if t == typeJPEG {
		decode = jpeg.Decode
	}
	m, err := decode(r)
	if err != nil {
		return nil, errNoPicture
	}
	if t == typePNG && len(bytes.TrimRight(b[len(b)-r.Len():], "\x00\r\n ")) > 0 {
		return nil, errPolyglot
	}
	return m, nil
}

// sizes are those that a picture of this size is kept in, before it is turned.
func sizes(from size, turned bool) []size {
	width := from.w
	if turned {
		width = from.h
	}
	largest := min(width, widths[0])
	var all []size
	for i, w := range widths {
		if i == 0 {
			w = largest
		} else if w*10 > largest*9 { // hardly smaller than the largest
			continue
		}
		ratio := float64(w) / float64(width)
		all = append(all, size{reduced(from.w, ratio), reduced(from.h, ratio)})
	}
	return all
}

func reduced(n int, ratio float64) int {
	return min(n, max(1, int(math.Round(float64(n)*ratio))))
}

// encode makes a JPEG of a photograph, and a PNG of what is transparent or is
// smaller so. The smaller sizes are of the same type as the largest.
func encode(m *image.RGBA, t mediaType, opaque bool, larger []made) (made, error) {
	s := size{m.Rect.Dx(), m.Rect.Dy()}
	kind := t
	switch {
	case len(larger) > 0:
		kind = larger[0].mediaType
	case !opaque:
		kind = typePNG
	}
	var photo, drawing []byte
	var err error
	if kind == typeJPEG || len(larger) == 0 && opaque {
		if photo, err = encodeJPEG(m); err != nil {
			return made{}, err
		}
	}
	if kind == typePNG {
		if drawing, err = encodePNG(m); err != nil {
			return made{}, err
		}
	}
	if drawing == nil || photo != nil && len(photo)*5 < len(drawing)*4 { // only if it is much smaller: it loses
		return made{s, typeJPEG, photo}, nil
	}
	return made{s, typePNG, drawing}, nil
}

func encodeJPEG(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, m, &jpeg.Options{Quality: photoQuality})
	return b.Bytes(), err
}

func encodePNG(m image.Image) ([]byte, error) {
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}

// measure is the size of a stored picture; zero if it is none.
func measure(b []byte, t mediaType) size {
	var c image.Config
	err := errors.ErrUnsupported
	switch t {
	case typePNG:
		c, err = png.DecodeConfig(bytes.NewReader(b))
	case typeJPEG:
		c, err = jpeg.DecodeConfig(bytes.NewReader(b))
	}
	if err != nil {
		return size{}
	}
	return size{c.Width, c.Height}
}
