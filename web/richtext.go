package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"portal/internal/text/richtext"
)

// maxText is more than the longest text of the site needs, in bytes of a form:
// 100,000 Thai letters, nine bytes each, as Markdown and once more as the rich
// editor has it.
const maxText = 4 << 20

// Policy is the content security policy: whatever a page does not need is shut.
// Forms may lead to provider. On the pages of editors three Trusted Types
// policies may be made, each of which cleans: by static/js/richclean.js (default,
// and richtext for reading only) and by the DOMPurify within Trix.
func Policy(provider string, editor bool) string {
	types := "'none'"
	if editor {
		types = "default richtext dompurify"
	}
	return fmt.Sprintf("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "+
		"connect-src 'self'; form-action 'self' %s; base-uri 'none'; frame-ancestors 'none'; "+
		"require-trusted-types-for 'script'; trusted-types %s", provider, types)
}

// forEditors lets a page use the rich editor (component.RichText). It is for the
// forms that show one, and for no other page of the editors.
func (k *Kit) forEditors(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", Policy(k.provider, true))
}

// convertText answers the rich editor when somebody changes to the plain field
// and back.
func (p contentPages) convertText(w http.ResponseWriter, r *http.Request) error {
	if err := p.editing.MayWrite(p.actor(r)); err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	answer := ConvertText(r.PostForm.Get("html"), r.PostForm.Get("markdown"))
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	return nil
}

// ConvertText is HTML as Markdown and Markdown as HTML, as static/js/richtext.js
// reads it.
func ConvertText(html, markdown string) map[string]string {
	return map[string]string{"markdown": richtext.FromHTML(html), "html": richtext.ToHTML(markdown)}
}
