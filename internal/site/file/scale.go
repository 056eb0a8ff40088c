package file

import (
	"image"
	"image/color"
)

// size is a width and height in pixels.
type size struct{ w, h int }

// scale draws src in each of sizes, none of which is larger than it. A pixel of
// the result is the mean of those it covers. It goes through src once, a row at
// a time: the kernels of x/image/draw keep an image of the full height and eight
// times the bytes in between.
func scale(src image.Image, sizes []size) []*image.RGBA {
	r := src.Bounds()
	row := rowReader(src)
	all := make([]*reduction, len(sizes))
	for i, to := range sizes {
		all[i] = newReduction(size{r.Dx(), r.Dy()}, to)
	}
	line := make([]byte, 4*r.Dx())
	for y := range r.Dy() {
		row(r.Min.Y+y, line)
		for _, d := range all {
			d.add(line)
		}
	}
	images := make([]*image.RGBA, len(all))
	for i, d := range all {
		images[i] = d.out
	}
	return images
}

// share says to which pixel of the smaller row one of the larger belongs, and
// with which weight to it and to the next.
type share struct {
	at          int
	here, after float32
}

// shares divides n pixels among m, which are no more.
func shares(n, m int) []share {
	all := make([]share, n)
	ratio := float64(m) / float64(n)
	for i := range all {
		from, to := float64(i)*ratio, float64(i+1)*ratio
		at := min(int(from), m-1)
		edge := float64(at + 1)
		if to <= edge || at == m-1 {
			all[i] = share{at, float32(to - from), 0}
		} else {
			all[i] = share{at, float32(edge - from), float32(to - edge)}
		}
	}
	return all
}

// reduction is an image that becomes smaller, row by row.
type reduction struct {
	out       *image.RGBA
	x, y      []share
	row       int       // of the larger image
	line      []float32 // the row, as wide as the result; one pixel to spare
	now, next []float32 // rows of the result under way
}

func newReduction(from, to size) *reduction {
	n := 4 * (to.w + 1)
	return &reduction{
		out: image.NewRGBA(image.Rect(0, 0, to.w, to.h)), x: shares(from.w, to.w), y: shares(from.h, to.h),
		line: make([]float32, n), now: make([]float32, n), next: make([]float32, n),
	}
}

func (d *reduction) add(row []byte) {
	clear(d.line)
	for i, s := range d.x {
		p, to := row[4*i:4*i+4:4*i+4], d.line[4*s.at:4*s.at+8:4*s.at+8]
		for c := range 4 {
			v := float32(p[c])
			to[c] += v * s.here
			to[c+4] += v * s.after
		}
	}
	s := d.y[d.row]
	for i, v := range d.line {
		d.now[i] += v * s.here
		d.next[i] += v * s.after
	}
	d.row++
	if d.row == len(d.y) || d.y[d.row].at > s.at {
		pix := d.out.Pix[s.at*d.out.Stride:]
		for i := range 4 * d.out.Rect.Dx() {
			pix[i] = byte(min(d.now[i]+0.5, 255))
		}
		d.now, d.next = d.next, d.now
		clear(d.next)
	}
}

// rowReader returns what reads a row of m as red, green, blue and alpha, the
// colours multiplied by alpha.
func rowReader(m image.Image) func(y int, to []byte) {
	r := m.Bounds()
	switch m := m.(type) {
	case *image.YCbCr:
		return func(y int, to []byte) {
			for x := range r.Dx() {
				c := m.COffset(r.Min.X+x, y)
				to[4*x], to[4*x+1], to[4*x+2] = color.YCbCrToRGB(m.Y[m.YOffset(r.Min.X+x, y)], m.Cb[c], m.Cr[c])
				to[4*x+3] = 255
			}
		}
	case *image.RGBA:
		return func(y int, to []byte) { copy(to, m.Pix[m.PixOffset(r.Min.X, y):]) }
	case *image.NRGBA:
		return func(y int, to []byte) {
			from := m.Pix[m.PixOffset(r.Min.X, y):]
			for i := 0; i < len(to); i += 4 {
				a := uint32(from[i+3])
				for c := range 3 {
					to[i+c] = byte((uint32(from[i+c])*a + 127) / 255) // #nosec G115 -- at most 255
				}
				to[i+3] = from[i+3]
			}
		}
	}
	return func(y int, to []byte) {
		for x := range r.Dx() {
			red, green, blue, alpha := m.At(r.Min.X+x, y).RGBA()
			to[4*x], to[4*x+1], to[4*x+2], to[4*x+3] = byte(red>>8), byte(green>>8), byte(blue>>8), byte(alpha>>8) // #nosec G115 -- 16 bits
		}
	}
}
