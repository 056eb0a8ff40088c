package file

import (
	"bytes"
	"encoding/binary"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mediaType is a type that files may be of, as HTTP names it.
type mediaType string

const (
	typePNG  mediaType = "image/png"
	typeJPEG mediaType = "image/jpeg"
	typePDF  mediaType = "application/pdf"
)

// Largest files, in bytes.
const (
	MaxPicture  = 10 << 20
	MaxDocument = 20 << 20
)

// headBytes is how much of a file is enough to know its type.
const headBytes = 1024

// extensions are what the names of files of each type may end in, the usual
// one first.
var extensions = map[mediaType][]string{
	typePNG: {".png"}, typeJPEG: {".jpg", ".jpeg", ".jfif"}, typePDF: {".pdf"},
}

var (
	errEmpty = refuse("ไฟล์ว่างเปล่า กรุณาตรวจสอบไฟล์แล้วส่งใหม่")
	errGIF   = refuse("ยังไม่รับภาพ GIF กรุณาบันทึกเป็น PNG แล้วส่งใหม่")
	errWebP  = refuse("ยังไม่รับภาพ WebP หรือ HEIC กรุณาบันทึกเป็น JPEG แล้วส่งใหม่")
	errSVG   = refuse("ยังไม่รับภาพ SVG กรุณาบันทึกเป็น PNG แล้วส่งใหม่")
	errType  = refuse("ไม่ใช่ไฟล์ PNG, JPEG หรือ PDF กรุณาแปลงเป็นชนิดเหล่านี้ก่อนส่ง")
	errName  = refuse("นามสกุลของชื่อไฟล์ไม่ตรงกับชนิดไฟล์ กรุณาเปลี่ยนชื่อให้ลงท้ายด้วย .png, .jpg หรือ .pdf แล้วส่งใหม่")
)

// sniff tells the type of a file from its first bytes alone.
func sniff(head []byte) (mediaType, error) {
	has := func(at int, s string) bool { return len(head) > at && bytes.HasPrefix(head[at:], []byte(s)) }
	lower := bytes.ToLower(head)
	switch {
	case len(head) == 0:
		return "", errEmpty
	case has(0, "\x89PNG\r\n\x1a\n"):
		return typePNG, nil
	case has(0, "\xff\xd8\xff"):
		return typeJPEG, nil
	case has(0, "%PDF-") && markup(lower):
		return "", errPolyglot
	case has(0, "%PDF-"):
		return typePDF, nil
	case has(0, "GIF8"):
		return "", errGIF
	case has(0, "RIFF") && has(8, "WEBP"), has(4, "ftyphei"), has(4, "ftypavif"), has(4, "ftypmif1"):
		return "", errWebP
	case bytes.Contains(lower, []byte("<svg")):
		return "", errSVG
	}
	return "", errType
}

var marks = [][]byte{[]byte("<script"), []byte("<html"), []byte("<!doctype html"), []byte("<svg"), []byte("<?php"), []byte("<body")}

// markup reports whether lower, in small letters, would run in a browser that
// took it for a page.
func markup(lower []byte) bool {
	for _, mark := range marks {
		if bytes.Contains(lower, mark) {
			return true
		}
	}
	return false
}

// hides reports whether a picture is a page or an archive besides.
func hides(b []byte) bool {
	for rest := b; ; {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i:]
		if markup(bytes.ToLower(rest[:min(len(rest), 16)])) {
			return true
		}
		rest = rest[1:]
	}
	return archive(b)
}

// archive reports whether a file ends as a ZIP archive does, whatever it begins
// with.
func archive(b []byte) bool {
	const record = 22 // bytes, and a comment to the end of the file behind them
	from := max(0, len(b)-record-1<<16)
	for at := len(b); ; {
		i := bytes.LastIndex(b[from:at], []byte("PK\x05\x06"))
		if i < 0 {
			return false
		}
		at = from + i
		if at+record <= len(b) && at+record+int(binary.LittleEndian.Uint16(b[at+20:])) == len(b) {
			return true
		}
	}
}

// claim is an ending that says of which type a file is.
var claim = regexp.MustCompile(`^\.[A-Za-z][A-Za-z0-9]{1,4}$`)

const maxName = 150 // characters, its ending included

// cleanName is the name under which a file of type t is kept: one line, without
// what has a meaning in paths, with the ending of its type.
func cleanName(sent string, t mediaType) (string, error) {
	name := strings.ToValidUTF8(sent, "")
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), strings.ContainsRune(`/\:*?"<>|`, r), unicode.Is(unicode.Bidi_Control, r):
			return ' '
		case r == '\u200b' || r == '\u2028' || r == '\u2029' || r == '\ufeff':
			return -1
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(name), " ")
	end := path.Ext(name)
	base := strings.TrimRight(strings.TrimSuffix(name, end), " .")
	switch {
	case known(end):
	case claim.MatchString(end):
		return "", errName
	default:
		base = strings.TrimRight(name, " .")
	}
	if base = strings.TrimLeft(base, " ."); base == "" {
		base = "ไฟล์"
	}
	ending := extensions[t][0]
	for utf8.RuneCountInString(base) > maxName-len(ending) {
		_, n := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-n]
	}
	base = strings.TrimRight(base, " .")
	return base + ending, nil
}

func known(end string) bool {
	for _, all := range extensions {
		for _, e := range all {
			if strings.EqualFold(e, end) {
				return true
			}
		}
	}
	return false
}
