package file

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
)

// pdfDict is the outermost dictionary of an object: the first few tokens of
// each value.
type pdfDict map[string][]pdfToken

const keptTokens = 6

// wanted are the keys whose values matter.
var wanted = []string{"Type", "Pages", "Count", "Root", "N", "First", "Filter", "DecodeParms", "F", "Length"}

func (d pdfDict) keep(key string, t pdfToken) {
	if slices.Contains(wanted, key) && len(d[key]) < keptTokens {
		d[key] = append(d[key], t)
	}
}

func (d pdfDict) name(key string) string {
	if v := d[key]; len(v) > 0 && v[0].kind == pdfName {
		return v[0].text
	}
	return ""
}

func (d pdfDict) number(key string) (int, bool) {
	if v := d[key]; len(v) > 0 && v[0].kind == pdfNumber && !(len(v) > 2 && v[2].is(pdfWord, "R")) {
		return v[0].n, true
	}
	return 0, false
}

func (d pdfDict) ref(key string) (int, bool) {
	if v := d[key]; len(v) > 2 && v[0].kind == pdfNumber && v[2].is(pdfWord, "R") {
		return v[0].n, true
	}
	return 0, false
}

// unpack gives the bytes of the stream that begins with b, but no more than one
// too many.
func (d pdfDict) unpack(b []byte) ([]byte, error) {
	filters := slices.DeleteFunc(slices.Clone(d["Filter"]), func(t pdfToken) bool { return t.kind == pdfOpen || t.kind == pdfClose })
	switch {
	case len(filters) == 0:
		length, _ := d.number("Length")
		end := max(length, bytes.Index(b, []byte("endstream")))
		return b[:min(end, len(b), maxObjectStream+1)], nil
	case len(filters) == 1 && filters[0].is(pdfName, "FlateDecode") && len(b) > 2:
		content, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(b[2:])), maxObjectStream+1)) // behind zlib's two bytes
		if err != nil {
			return nil, errDamaged
		}
		return content, nil
	}
	return nil, errTangled
}
