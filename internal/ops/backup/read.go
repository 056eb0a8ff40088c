package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// maxJSON bounds head and manifest.
const maxJSON = 16 << 20

// Contents is a backup without its rows.
type Contents struct {
	Head     Head
	Manifest Manifest
	Sum      string // SHA-256 of the manifest in hexadecimal
}

// Check reads the whole file and compares it with its checksums, without a
// database.
func Check(r Restoring) (Contents, error) {
	c, err := readFile(r.File, r.Keys, func(_ Head, _ Table, rows io.Reader) error {
		_, err := io.Copy(io.Discard, rows)
		return err
	})
	if want := strings.ToLower(strings.TrimSpace(r.Manifest)); err == nil && want != "" && want != c.Sum {
		err = fmt.Errorf("the manifest of this backup has the checksum %s, not the one given: it is another backup", c.Sum)
	}
	return c, err
}

// readFile reads a backup and gives each the rows of one table after the other.
// What each has done counts only if no error is returned.
func readFile(path string, keys []age.Identity, each func(Head, Table, io.Reader) error) (Contents, error) {
	f, err := os.Open(path) // #nosec G304 -- a file that the operator names
	if err != nil {
		return Contents{}, err
	}
	defer func() { _ = f.Close() }()
	opened, err := age.Decrypt(f, keys...)
	if err != nil {
		return Contents{}, notOpened(path, err)
	}
	unpacked, err := zstd.NewReader(opened, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return Contents{}, err
	}
	defer unpacked.Close()
	r := &reader{from: unpacked}
	r.tar = tar.NewReader(r)
	c, err := r.all(each)
	if r.failed != nil { // rather than what became of it further up
		return Contents{}, errDamaged
	}
	return c, err
}

// reader is a backup being read.
type reader struct {
	from   io.Reader
	failed error // what reading the file itself ended with
	tar    *tar.Reader
	entry  *tar.Header // the one to be read next
}

func (r *reader) Read(b []byte) (int, error) {
	n, err := r.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		r.failed = err
	}
	return n, err
}

// next goes to the next entry.
func (r *reader) next() (err error) {
	if r.entry, err = r.tar.Next(); err != nil {
		r.entry = nil
		return errDamaged // also at the end, which comes after the manifest alone
	}
	return nil
}

func (r *reader) all(each func(Head, Table, io.Reader) error) (c Contents, err error) {
	headSum, err := r.json(headName, &c.Head)
	if err != nil {
		return c, err
	}
	if c.Head.Format != format { // the rest may look different
		return c, c.Head.mayRestore(0)
	}
	if err := r.next(); err != nil {
		return c, err
	}
	var copied []Copied
	for _, t := range c.Head.Tables {
		rows := &rows{from: r, prefix: tablesFolder + t.Name + "/", sum: sha256.New()}
		if err := each(c.Head, t, rows); err != nil {
			return c, err
		}
		copied = append(copied, Copied{Name: t.Name, Bytes: rows.bytes, SHA256: hex.EncodeToString(rows.sum.Sum(nil))})
	}
	if c.Sum, err = r.manifest(&c.Manifest); err != nil {
		return c, err
	}
	if c.Manifest.Head != headSum {
		return c, errDamaged
	}
	return c, c.Manifest.verify(copied)
}

// manifest reads the entry that is next, and then the file's end, without which
// it may have been cut.
func (r *reader) manifest(m *Manifest) (sum string, err error) {
	if sum, err = r.decode(manifestName, m); err != nil {
		return "", err
	}
	if _, err := r.tar.Next(); !errors.Is(err, io.EOF) {
		return "", errDamaged
	}
	_, err = io.Copy(io.Discard, r)
	return sum, err
}

func (r *reader) json(name string, v any) (sum string, err error) {
	if err := r.next(); err != nil {
		return "", err
	}
	return r.decode(name, v)
}

func (r *reader) decode(name string, v any) (sum string, err error) {
	if r.entry.Name != name || r.entry.Size > maxJSON {
		return "", errDamaged
	}
	text, err := io.ReadAll(r.tar)
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return "", errDamaged
	}
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:]), nil
}

// rows reads the parts of one table as one.
type rows struct {
	from   *reader
	prefix string
	sum    hash.Hash
	bytes  int64
}

func (p *rows) Read(b []byte) (int, error) {
	for {
		if p.from.entry == nil || !strings.HasPrefix(p.from.entry.Name, p.prefix) {
			return 0, io.EOF
		}
		n, err := p.from.tar.Read(b)
		p.sum.Write(b[:n])
		p.bytes += int64(n)
		if n > 0 && errors.Is(err, io.EOF) {
			err = nil
		}
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		if err != nil { // this part is read
			if err := p.from.next(); err != nil {
				return 0, err
			}
		}
	}
}
