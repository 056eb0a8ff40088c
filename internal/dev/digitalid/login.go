package digitalid

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"portal/static"
)

//go:embed pages.html
var pagesHTML string

// The pages bring the portal's font along: a fresh machine may have no Thai one.
var pages = template.Must(template.New("").Funcs(template.FuncMap{"asset": static.Path}).Parse(pagesHTML))

// login shows the list of people and takes the choice. It asks every time:
// whoever tests roles wants to be somebody else.
func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("id")
	req, ok := p.store.request(id)
	if !ok {
		show(w, http.StatusBadRequest, "expired", nil)
		return
	}
	if r.Method != http.MethodPost {
		show(w, http.StatusOK, "login", map[string]any{"ID": id, "Client": p.store.o.ClientID, "People": p.store.o.People})
		return
	}
	if r.PostFormValue("cancel") != "" {
		_ = p.store.DeleteAuthRequest(r.Context(), id)
		op.AuthRequestError(w, r, req, oidc.ErrAccessDenied().WithDescription("The person cancelled."), p.op)
		return
	}
	person, ok := p.store.person(r.PostFormValue("sub"))
	if !ok {
		show(w, http.StatusBadRequest, "expired", nil)
		return
	}
	p.store.choose(id, person.Sub)
	http.Redirect(w, r, p.store.o.Issuer+callbackPath+"?id="+url.QueryEscape(id), http.StatusSeeOther)
}

func (p *Provider) home(w http.ResponseWriter) {
	show(w, http.StatusOK, "home", nil)
}

func show(w http.ResponseWriter, status int, page string, data any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, page, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	// No form-action: browsers apply it to the redirect back to the portal.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
