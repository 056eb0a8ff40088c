package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// landscape is a picture of some colours, as a JPEG.
func landscape(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, color.RGBA{byte(x * 255 / w), byte(y * 255 / h), 160, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chooseFiles puts files of these names and contents into the form.
func (b *tab) chooseFiles(files map[string][]byte) {
	b.t.Helper()
	folder := b.t.TempDir()
	var all []string
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			b.t.Fatal(err)
		}
		all = append(all, path)
	}
	b.do(chromedp.SetUploadFiles(`#files`, all))
}

const addFiles = `form[data-upload] button[type="submit"]`

// manualPDF is one of the manuals that the portal comes with, said anew.
func manualPDF(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../internal/ops/seed/content/manual/dga-admin.pdf")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n') // another file to the store
}

func TestFilesPagesAreClean(t *testing.T) {
	t.Parallel()
	p := startPortal(t)
	b := openTab(t, narrow, 900)
	b.signIn(p, "sample-opdc-admin")
	b.open(p.base + "/backend/content/files")
	b.clean("files")
	b.chooseFiles(map[string][]byte{"ภาพถ่ายจุดบริการ.jpg": landscape(t, 4080, 1000), "คู่มือการใช้งานสำหรับเจ้าหน้าที่ส่วนกลาง กรมการขนส่งทางบก ฉบับปรับปรุง.pdf": manualPDF(t)})
	b.click(addFiles)
	b.clean("files added")
	b.chooseFiles(map[string][]byte{"ตาราง.xlsx": []byte("PK\x03\x04"), "ภาพ.png": []byte("<svg/>"), "ดี.jpg": landscape(t, 367, 300)})
	b.do(clickOn(addFiles))
	b.until("the refusal", `document.querySelector("#error-summary li:nth-child(2)") !== null && document.activeElement.id === "error-summary"`)
	if text := b.text(); !strings.Contains(text, "ไม่ได้เพิ่ม 2 รายการ") || !strings.Contains(text, "เพิ่มแล้ว 1 ไฟล์") {
		t.Errorf("%s", text)
	}
	b.forget() // the console speaks of the refusal
	b.clean("files refused")
	b.open(p.base + "/backend/content/files?q=ภาพถ่าย&kind=picture&used=unused")
	b.clean("files found")
	b.click(`.files a[href$="/delete"]`)
	b.clean("file delete")
	b.open(p.base + "/backend/content/files?q=nothing")
	b.clean("files none")
	b.open(p.base + "/backend/content/files?used=used")
	used := evaluate[string](b, `document.querySelector(".files tbody th a").getAttribute("href").split("/").pop()`)
	b.open(p.base + "/backend/content/files/" + used + "/delete")
	b.clean("file used")
}

// TestFilesJourney adds a picture, uses it in an answer, and finds that it cannot
// be deleted then, with and without scripts.
func TestFilesJourney(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			p := startPortal(t)
			b := openTab(t, 360, 740)
			if !scripts {
				b.withoutScripts()
			}
			b.signIn(p, "sample-dga-admin")
			b.open(p.base + "/backend/content/files")
			b.chooseFiles(map[string][]byte{"ภาพ.jpg": landscape(t, 1500, 700)})
			b.click(addFiles)
			if !strings.Contains(b.text(), "เพิ่มแล้ว 1 ไฟล์") {
				t.Fatalf("%s", b.text())
			}
			hash := evaluate[string](b, `document.querySelector(".files tbody th a").getAttribute("href").split("/").pop()`)
			if !scripts {
				b.chooseFiles(map[string][]byte{"ภาพ.png": []byte("GIF89a")})
				b.click(addFiles)
				if !strings.Contains(b.text(), "ยังไม่รับภาพ GIF") {
					t.Errorf("%s", b.text())
				}
			}
			b.open(p.base + "/backend/content/faq/token-usage")
			b.fill("#answer", "ดังภาพ ![ตัวอย่าง](/backend/file/"+hash+")")
			b.click(`#editor button[type=submit]`)
			b.open(p.base + "/backend/content/files/" + hash + "/delete")
			if text := b.text(); !strings.Contains(text, "ไฟล์นี้ลบไม่ได้") || !strings.Contains(text, "ฉบับร่าง") {
				t.Errorf("%s", text)
			}
			b.open(p.base + "/backend/content/faq/token-usage/discard")
			b.click(`form[action$="/discard"] button`)
			b.open(p.base + "/backend/content/files?used=unused")
			b.click(`.files a[href$="/delete"]`)
			b.click(`form[action$="/delete"] button`)
			if text := b.text(); !strings.Contains(text, "ลบไฟล์แล้ว") || strings.Contains(text, "ภาพ.jpg") {
				t.Errorf("%s", text)
			}
		})
	}
}
