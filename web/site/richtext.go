package site

import (
	"encoding/json"
	"net/http"

	"portal/internal/text/richtext"
)

// convertText answers the rich editor when the editor changes to the plain field
// and back.
func (p contentPages) convertText(w http.ResponseWriter, r *http.Request) error {
	if err := p.editing.MayWrite(p.Actor(r)); err != nil {
		return err
	}
	answer := ConvertText(r.PostForm.Get("html"), r.PostForm.Get("markdown"))
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // the reader has gone: there is no one to answer
	return nil
}

// ConvertText is HTML as Markdown and Markdown as HTML, as static/js/richtext.js
// reads it.
func ConvertText(html, markdown string) map[string]string {
	return map[string]string{"markdown": richtext.FromHTML(html), "html": richtext.ToHTML(markdown)}
}
