package org

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/export"
	"portal/internal/kit/idempotency"
	"portal/internal/kit/problem"
	"portal/internal/org/agency"
	"portal/templates/org/agencyview"
	"portal/web/kit"
)

// maxUpload is the largest file with the form around it, in bytes.
const maxUpload = agency.MaxFile + kit.MaxForm

const importTitle = "นำเข้าหน่วยงานจากไฟล์"

// importForm asks for a file.
func (p agencyPages) importForm(w http.ResponseWriter, r *http.Request) error {
	if err := p.agencies.MayAdd(r.Context(), p.Actor(r)); err != nil {
		return err
	}
	return p.askFile(w, r, http.StatusOK, nil)
}

func (p agencyPages) askFile(w http.ResponseWriter, r *http.Request, status int, bad *problem.Error) error {
	l, err := p.frameOf(r, importTitle)
	if err != nil {
		return err
	}
	l.Scripts = append(l.Scripts, "js/upload.js")
	return p.Render(w, r, status, agencyview.Import(l, bad))
}

// importSent checks the file as a whole and keeps it until it is confirmed.
func (p agencyPages) importSent(w http.ResponseWriter, r *http.Request) error {
	if err := p.agencies.MayAdd(r.Context(), p.Actor(r)); err != nil {
		return err // before the file is read
	}
	if busy := p.LimitUploads(w, r); busy != nil {
		return p.askFile(w, r, kit.StatusOf(busy), busy)
	}
	kit.AllowTime(w)
	name, content, err := kit.UploadedFile(r, "file", "กรุณาเลือกไฟล์ CSV")
	key := ""
	if err == nil {
		key, err = p.agencies.Keep(r.Context(), p.Actor(r), agency.Upload{Name: name, Content: content})
	}
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To:    agenciesPath + "/import/" + key,
		Again: func(status int, bad *problem.Error) error { return p.askFile(w, r, status, bad) },
	})
}

// preview shows what importing the kept file would do.
func (p agencyPages) preview(w http.ResponseWriter, r *http.Request) error {
	return p.showPreview(w, r, http.StatusOK, nil)
}

func (p agencyPages) showPreview(w http.ResponseWriter, r *http.Request, status int, bad *problem.Error) error {
	kit.AllowTime(w)
	key := chi.URLParam(r, "key")
	plan, err := p.agencies.Preview(r.Context(), p.Actor(r), key)
	if err != nil {
		return err
	}
	l, err := p.frameOf(r, "ตรวจสอบก่อนนำเข้า")
	if err != nil {
		return err
	}
	return p.Render(w, r, status, agencyview.Preview(l, agencyview.PreviewView{
		Preview: plan, Path: agenciesPath + "/import/" + key, Key: string(idempotency.New()), Problem: bad,
	}))
}

// carryOut imports the kept file.
func (p agencyPages) carryOut(w http.ResponseWriter, r *http.Request) error {
	kit.AllowTime(w)
	done, err := p.agencies.Import(r.Context(), p.Actor(r), chi.URLParam(r, "key"), idempotency.Key(r.PostForm.Get("form_key")))
	return p.AnswerForm(w, r, err, kit.FormAnswer{
		To: agenciesPath, Message: fmt.Sprintf("นำเข้าแล้ว: เพิ่ม %d หน่วยงาน แก้ไข %d หน่วยงาน", done.Added, done.Changed),
		Again: func(status int, bad *problem.Error) error { return p.showPreview(w, r, status, bad) },
	})
}

// faults gives the file back with a column of what is wrong.
func (p agencyPages) faults(w http.ResponseWriter, r *http.Request) error {
	kit.AllowTime(w)
	return p.download(w, "agencies-errors.csv", func(to export.Writer) error {
		return p.agencies.Faults(r.Context(), p.Actor(r), chi.URLParam(r, "key"), to)
	})
}

// template is an empty file to fill in.
func (p agencyPages) template(w http.ResponseWriter, r *http.Request) error {
	if err := p.agencies.MayAdd(r.Context(), p.Actor(r)); err != nil {
		return err
	}
	return p.download(w, "agencies-template.csv", func(to export.Writer) error { return to.Row(agency.Headings...) })
}

// download sends a table, whole or not at all: what it is made of is in memory
// anyhow.
func (p agencyPages) download(w http.ResponseWriter, name string, fill func(export.Writer) error) error {
	var b bytes.Buffer
	to, err := export.NewWriter(&b, export.CSV)
	if err != nil {
		return err
	}
	if err := fill(to); err != nil {
		return err
	}
	if err := to.Close(); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", export.CSV.ContentType())
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = b.WriteTo(w) // the reader has gone: there is no one to answer
	return nil
}
