package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/internal/site/file"
	"portal/templates/site/fileview"
	"portal/web/kit"
)

// store is where files of a form go in a test. It reads each to its end, as
// file.Service does before it stores anything.
type store struct{ names, contents []string }

func (s *store) add(name string, from io.Reader) (file.Added, error) {
	content, err := io.ReadAll(from)
	switch {
	case err != nil:
		return file.Added{}, problem.Wrap(problem.BadInput, err, "ส่งไฟล์ไม่ครบ")
	case strings.HasPrefix(string(content), "refuse"):
		return file.Added{}, problem.New(problem.Invalid, "ไม่รับไฟล์นี้")
	}
	s.names, s.contents = append(s.names, name), append(s.contents, string(content))
	return file.Added{Name: name, Existed: strings.HasPrefix(string(content), "known")}, nil
}

// FuzzUpload reads what was sent for a form with files, up to a limit, in both
// ways that the portal takes files.
func FuzzUpload(f *testing.F) {
	f.Add(`multipart/form-data; boundary="ก ข"`, []byte("--ก ข--"), uint16(20))
	f.Fuzz(func(t *testing.T, contentType string, body []byte, limit uint16) {
		library(t, contentType, body, int64(limit))
		agencies(t, contentType, body, int64(limit))
	})
}

func formOf(contentType string, body []byte, limit int64) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/backend/content/files", bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, limit)
	return r
}

// filesIn are the files of what arrives of a form, as the standard library reads
// it at once; ok says that the form is whole.
func filesIn(contentType string, body []byte, limit int64, field string) (names, contents []string, ok bool) {
	arrived := body[:min(int(limit), len(body))] // a boundary's beginning at its end ends a file
	parts, err := formOf(contentType, arrived, limit).MultipartReader()
	for err == nil {
		var part *multipart.Part
		if part, err = parts.NextPart(); err != nil {
			break
		}
		content, readErr := io.ReadAll(part)
		if err = readErr; err == nil && part.FormName() == field && part.FileName() != "" {
			names, contents = append(names, part.FileName()), append(contents, string(content))
		}
	}
	return names, contents, errors.Is(err, io.EOF)
}

func library(t *testing.T, contentType string, body []byte, limit int64) {
	t.Helper()
	names, contents, ok := filesIn(contentType, body, limit, "files")
	parts, err := formOf(contentType, body, limit).MultipartReader()
	if err != nil {
		return
	}
	var kept store
	o, err := takeAll(parts, kept.add)
	if len(kept.names) > maxFiles || len(kept.names) > len(names) {
		t.Fatalf("%d files kept of %d", len(kept.names), len(names))
	}
	at := 0 // each that was kept is one of the form, whole, in its order
	for i := range kept.names {
		for at < len(names) && (names[at] != kept.names[i] || contents[at] != kept.contents[i]) {
			at++
		}
		if at++; at > len(names) {
			t.Errorf("%q was kept as %q", kept.names[i], kept.contents[i])
		}
	}
	within := int64(len(body)) <= limit
	switch {
	case err != nil:
		if !problem.Is(err, problem.BadInput) || ok && within && len(names) <= maxFiles && strings.Count(string(body), "\n--") < maxParts {
			t.Errorf("%v", err)
		}
	case within && len(o.Added)+len(o.Existed)+len(o.Refused) != len(names):
		t.Errorf("%d files, but %+v", len(names), o)
	}
	told(t, o, kept)
}

// told checks that what is said of the files can be shown and is true.
func told(t *testing.T, o fileview.Outcome, kept store) {
	t.Helper()
	if all := len(o.Added) + len(o.Existed); all != len(kept.names) {
		t.Errorf("%d files told of, %d kept", all, len(kept.names))
	}
	for _, r := range o.Refused {
		if !utf8.ValidString(r.Name) || strings.ContainsFunc(r.Name, unicode.IsControl) || utf8.RuneCountInString(r.Name) > 200 || r.Why == "" {
			t.Errorf("refused: %+v", r)
		}
	}
}

// agencies takes one file: the first, whole or not at all.
func agencies(t *testing.T, contentType string, body []byte, limit int64) {
	t.Helper()
	names, contents, _ := filesIn(contentType, body, limit, "file")
	name, content, err := kit.UploadedFile(formOf(contentType, body, limit), "file", "ไม่มีไฟล์")
	switch {
	case kit.TooLarge(err):
		if int64(len(body)) <= limit {
			t.Errorf("%d bytes are too many for %d", len(body), limit)
		}
	case err != nil:
		if !problem.Is(err, problem.BadInput) && !problem.Is(err, problem.Invalid) || content != nil {
			t.Errorf("%v beside %q", err, content)
		}
	case len(names) == 0 || name != names[0] || string(content) != contents[0]:
		t.Errorf("%q of %q", name, names)
	}
	if len(content) > int(min(limit, agency.MaxFile)) {
		t.Errorf("%d bytes", len(content))
	}
}

// TestFormOfManyParts: the parts of a form are counted, whatever they hold.
func TestFormOfManyParts(t *testing.T) {
	for n, want := range map[int]bool{maxFiles: true, maxFiles + 1: true, maxParts - 1: true, maxParts + 1: false} {
		var body strings.Builder
		for i := range n {
			fmt.Fprintf(&body, "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"%d\"\r\n\r\nx\r\n", i)
		}
		body.WriteString("--x--\r\n")
		parts, err := formOf("multipart/form-data; boundary=x", []byte(body.String()), 1<<20).MultipartReader()
		if err != nil {
			t.Fatal(err)
		}
		var kept store
		o, err := takeAll(parts, kept.add)
		if (err == nil) != want || len(kept.names) != min(n, maxFiles) || want && len(o.Refused) != max(0, n-maxFiles) || !slices.Equal(o.Added, kept.names) {
			t.Errorf("%d files: %d kept, %d refused, %v", n, len(kept.names), len(o.Refused), err)
		}
	}
}
