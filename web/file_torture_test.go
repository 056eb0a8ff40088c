//go:build torture

package web

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

// hugePNG is a picture of side × side pixels, one bit each, in little room.
func hugePNG(side int) []byte {
	var b, packed bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, content []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(content)))
		content = append([]byte(name), content...)
		b.Write(content)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(content))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(side)), uint32(side))
	chunk("IHDR", append(head, 1, 0, 0, 0, 0))
	z := zlib.NewWriter(&packed)
	row := make([]byte, 1+(side+7)/8)
	for range side {
		_, _ = z.Write(row)
	}
	_ = z.Close()
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return b.Bytes()
}

func manyFrames(n int) []byte {
	g := &gif.GIF{}
	for range n {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, 200, 200), color.Palette{color.Black, color.White}))
		g.Delay = append(g.Delay, 1)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Not parallel: it measures.
func TestA59_Torture_BombsAreRefusedAtOnce(t *testing.T) {
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	for name, f := range map[string]sent{"PNG": {"a.png", hugePNG(30_000)}, "GIF": {"a.gif", manyFrames(2000)}} {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		part, _ := m.CreateFormFile("files", f.name)
		_, _ = part.Write(f.content)
		_ = m.Close()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		res, page := s.sendBody(editor, m.FormDataContentType(), nil, &body)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "กรุณา") {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 50<<20 || took > 300*time.Millisecond {
			t.Errorf("%s of %d bytes: %d bytes allocated, %v", name, len(f.content), used, took)
		} else {
			t.Logf("%s of %d bytes: %d bytes allocated, %v", name, len(f.content), used, took)
		}
	}
}

// broken gives some bytes and then what a connection that is cut gives.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Not parallel: it measures, and looks into the folder of temporary files.
func TestA63_Torture_ManyLargeUploads(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := newSite(t)
	editor := s.person("editor", authz.DGAAdmin)
	before := s.files()
	filler := bytes.Repeat([]byte("q 1 0 0 1 0 0 cm Q\n"), 20<<20/19-100)
	documents := [][]byte{
		smallPDF(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(filler), filler)),
		smallPDF("<< /A 1 >>", fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(filler), filler)),
	}
	filler = nil
	picture := encodedJPEG(photo(7740, 5160)) // 39.9 million pixels
	if len(picture) > 10<<20 {
		t.Fatalf("the picture has %d bytes", len(picture))
	}
	const head = "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"%d.%s\"\r\n\r\n"
	body := func(i int) (name string, content []byte) {
		if i%10 == 0 {
			return "jpg", picture
		}
		return "pdf", documents[i%2]
	}
	for i := range 20 {
		ext, content := body(i)
		cut := io.MultiReader(strings.NewReader(fmt.Sprintf(head, i, ext)), broken{bytes.NewReader(content[:len(content)/2])})
		if res, _ := s.sendBody(editor, "multipart/form-data; boundary=x", nil, cut); res.StatusCode != http.StatusBadRequest {
			t.Errorf("cut off: %d", res.StatusCode)
		}
	}
	if n := s.files(); n != before {
		t.Errorf("%d files of uploads that were cut off", n-before)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	idle, peak := m.HeapInuse, uint64(0)
	done := make(chan struct{})
	var watching, all sync.WaitGroup
	watching.Go(func() {
		for {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	start := time.Now()
	for i := range 20 {
		all.Go(func() {
			ext, content := body(i)
			whole := io.MultiReader(strings.NewReader(fmt.Sprintf(head, i, ext)), bytes.NewReader(content), strings.NewReader("\r\n--x--\r\n"))
			if res, page := s.sendBody(editor, "multipart/form-data; boundary=x", nil, whole); res.StatusCode != http.StatusSeeOther {
				t.Errorf("%d: %d\n%s", i, res.StatusCode, page)
			}
		})
	}
	all.Wait()
	close(done)
	watching.Wait()
	t.Logf("20 uploads in %v, %d MB more memory at most", time.Since(start), (peak-idle)>>20)
	if peak-idle > 400<<20 {
		t.Errorf("%d MB more memory", (peak-idle)>>20)
	}
	if n := s.count(`SELECT count(*) FROM files WHERE NOT variant_only`); n != before+3 {
		t.Errorf("%d files", n-before)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// 500 downloads of 20 MB are opened 500 downloads of 20 MB at once, and none
// goes on reading.
func TestA63_Torture_ManyDownloadsShareTheBytes(t *testing.T) {
	s := newSite(t)
	hash, b := s.publish("thick", 20<<20)
	s.refresh()
	server := httptest.NewServer(s.handler)
	defer server.Close()
	before := heap()
	var opened sync.WaitGroup
	conns := make([]net.Conn, 500)
	for i := range conns {
		opened.Go(func() {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Error(err)
				return
			}
			conns[i] = conn
			_, _ = fmt.Fprintf(conn, "GET /backend/file/%s HTTP/1.1\r\nHost: %s\r\n\r\n", hash, strings.TrimPrefix(baseURL, "https://"))
			status := make([]byte, len("HTTP/1.1 200 OK"))
			if _, err := io.ReadFull(conn, status); err != nil || string(status) != "HTTP/1.1 200 OK" {
				t.Errorf("%s, %v", status, err)
			}
		})
	}
	opened.Wait()
	if grown := heap() - before; grown > 100<<20 {
		t.Errorf("%d downloads of %d MB hold %d MB", len(conns), len(b)>>20, grown>>20)
	}
	for i, conn := range conns {
		if i < 3 { // and they do arrive
			_, rest, _ := bytes.Cut(all(t, conn, len(b)), []byte("\r\n\r\n"))
			if sum := sha256.Sum256(rest); hex.EncodeToString(sum[:]) != hash {
				t.Errorf("%d bytes, others than were asked for", len(rest))
			}
		}
		_ = conn.Close()
	}
}

// all reads the rest of an answer with a body of n bytes.
func all(t *testing.T, conn net.Conn, n int) []byte {
	t.Helper()
	in, b := bufio.NewReader(conn), []byte{}
	_, _ = in.ReadBytes('\n') // the rest of the status line
	for {
		line, err := in.ReadBytes('\n')
		if b = append(b, line...); err != nil || len(bytes.TrimSpace(line)) == 0 {
			break
		}
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(in, body); err != nil {
		t.Error(err)
	}
	return append(b, body...)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}
