package kit

import (
	"fmt"
	"net/http"
	"strings"
)

// ReplacePolicy puts a part of the page's security policy in the place of another.
func (k *Kit) ReplacePolicy(w http.ResponseWriter, old, more string) {
	const name = "Content-Security-Policy"
	w.Header().Set(name, strings.Replace(w.Header().Get(name), old, more, 1))
}

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

// AllowRichEditor lets a page use the rich editor (component.RichText). It is for the
// forms that show one, and for no other page of the editors.
func (k *Kit) AllowRichEditor(w http.ResponseWriter) {
	w.Header().Set("Content-Security-Policy", Policy(k.Provider, true))
}
