package component

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quietZone is the white margin that readers need, in modules (ISO/IEC 18004).
const quietZone = 4

// QRCode is a QR code as the path of its dark modules, in a square of Size
// modules, quiet zone included.
type QRCode struct {
	Path string
	Size int
}

// NewQRCode encodes text, which must fit into a QR code.
func NewQRCode(text string) (QRCode, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return QRCode{}, fmt.Errorf("encoding a QR code: %w", err)
	}
	n := code.Bounds().Dx()
	dark := func(x, y int) bool { return x < n && color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y == 0 }
	var path strings.Builder
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quietZone, y+quietZone, x-from, x-from)
			}
		}
	}
	return QRCode{path.String(), n + 2*quietZone}, nil
}

// ViewBox is the code's square.
func (q QRCode) ViewBox() string { return fmt.Sprintf("0 0 %d %d", q.Size, q.Size) }
