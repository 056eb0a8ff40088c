package postgres

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnknownContentIsNotUnpacked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.tgz")
	if err := os.WriteFile(file, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	for platform, p := range packages {
		if err := p.verify(file); err == nil || !strings.Contains(err.Error(), "not the file we know") {
			t.Errorf("%s: %v", platform, err)
		}
	}
}

func TestUnpack(t *testing.T) {
	dir := t.TempDir()
	file := archive(t, map[string]string{
		"package/native/bin/postgres":     "program",
		"package/native/lib/libpq.so.5":   "library",
		"package/native/pg-symlinks.json": `[{"source":"native/lib/libpq.so.5","target":"native/lib/libpq.so"}]`,
	})
	if err := unpack(file, dir); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "package/native/lib/libpq.so")); err != nil || string(b) != "library" {
		t.Errorf("link: %q %v", b, err)
	}
	info, err := os.Stat(filepath.Join(dir, "package/native/bin/postgres"))
	if err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("program: %v %v", info, err)
	}
	if err := unpack(archive(t, map[string]string{"../outside": "x"}), dir); err == nil {
		t.Error("a name outside was accepted")
	}
}

func archive(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "a.tgz")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
