package site

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"unicode"

	"portal/internal/kit/problem"
	"portal/internal/site/file"
	"portal/templates/site/fileview"
	"portal/web/kit"
)

// Limits of one request with files.
const (
	maxFiles       = 20
	maxParts       = 10 * maxFiles
	maxFilesUpload = 200<<20 + kit.MaxForm
)

// upload takes several files, each for itself: what is wrong with one does not
// keep the others out.
func (p libraryPages) upload(w http.ResponseWriter, r *http.Request) error {
	if err := p.files.MayAdd(r.Context(), p.Actor(r)); err != nil {
		return err // before the files are read
	}
	if busy := p.LimitUploads(w, r); busy != nil {
		return p.answer(w, r, kit.StatusOf(busy), fileview.Outcome{}.Refuse("", busy.Message))
	}
	kit.AllowTime(w)
	parts, err := r.MultipartReader()
	if err != nil {
		return kit.BadForm(err)
	}
	o, err := takeAll(parts, func(name string, from io.Reader) (file.Added, error) {
		return p.files.Add(r.Context(), p.Actor(r), name, from)
	})
	left := kit.DeadlineForPage // all is there: what is left is an answer
	if len(o.Added) > 0 {
		left = kit.DeadlineForSession // storing had its time already
	}
	kit.NextWithin(w, left)
	if err != nil {
		return err
	}
	if len(o.Refused)+len(o.Added)+len(o.Existed) == 0 {
		o.Refused = []fileview.Refused{{Why: "กรุณาเลือกไฟล์ที่จะเพิ่ม"}}
	}
	if len(o.Refused) > 0 {
		return p.answer(w, r, http.StatusUnprocessableEntity, o)
	}
	if scripted(r) {
		p.Sessions.Flash(r.Context(), added(o))
		return p.data(w, r, http.StatusOK, map[string]string{"to": fileview.Path})
	}
	return p.AnswerForm(w, r, nil, kit.FormAnswer{To: fileview.Path, Message: added(o)})
}

// answer says which files were not taken, and why.
func (p libraryPages) answer(w http.ResponseWriter, r *http.Request, status int, o fileview.Outcome) error {
	if scripted(r) {
		return p.data(w, r, status, o)
	}
	return p.listWith(w, r, status, o)
}

// scripted reports whether a script sent the form and reads the answer.
func scripted(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// takeAll gives the files of a form to add as they come.
func takeAll(parts *multipart.Reader, add func(name string, from io.Reader) (file.Added, error)) (o fileview.Outcome, err error) {
	files := 0
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return o, nil
		}
		if kit.TooLarge(err) {
			return o.Refuse("", fileview.TooMuch), nil
		}
		if err != nil {
			return o, kit.BadForm(err)
		}
		if part.FormName() != "files" || part.FileName() == "" {
			continue
		}
		if files++; files > maxFiles {
			o = o.Refuse(sentName(part), "ส่งได้ครั้งละไม่เกิน 20 ไฟล์ กรุณาส่งไฟล์นี้อีกครั้ง")
			continue // to the end, or the answer would not be read
		}
		done, err := add(part.FileName(), part)
		if o, err = judge(o, sentName(part), done, err); err != nil {
			return o, err
		}
	}
	return o, kit.BadForm(errManyParts)
}

// maxSentName is how much of a file's name is repeated to who sent it, in
// characters.
const maxSentName = 150

// sentName is the name that a part of a form gives its file, as one line of text.
func sentName(part *multipart.Part) string {
	name := []rune(strings.ToValidUTF8(part.FileName(), "\ufffd"))
	for i, r := range name {
		if unicode.IsControl(r) {
			name[i] = ' '
		}
	}
	return string(name[:min(len(name), maxSentName)])
}

var errManyParts = errors.New("web: too many parts in a form with files")

// judge notes what became of one file. Its error ends the request.
func judge(o fileview.Outcome, name string, done file.Added, err error) (fileview.Outcome, error) {
	if kit.TooLarge(err) {
		return o.Refuse(name, fileview.TooMuch), nil
	}
	if bad, ok := kit.FormProblem(err); ok {
		return o.Refuse(name, bad.Message), nil
	}
	switch {
	case problem.Is(err, problem.BadInput):
		return o, kit.BadForm(err)
	case err != nil:
		return o, err
	case done.Existed:
		o.Existed = append(o.Existed, done.Name)
	default:
		o.Added = append(o.Added, done.Name)
	}
	return o, nil
}
