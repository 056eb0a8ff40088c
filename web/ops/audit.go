package ops

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"portal/internal/kit/authz"
	"portal/internal/kit/export"
	"portal/internal/kit/problem"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/features"
	"portal/internal/org/agency"
	"portal/internal/text/thaidate"
	"portal/templates/component"
	"portal/templates/ops/auditview"
	"portal/web/kit"
)

// auditPages are บันทึกการใช้งาน: who did what.
type auditPages struct {
	*kit.Kit
	log      *auditlog.Service
	agencies *agency.Service
}

const auditTitle = "บันทึกการใช้งาน"

// list shows the entries that the filter in the address finds.
func (p auditPages) list(w http.ResponseWriter, r *http.Request) error {
	form, filter, choice, err := p.filter(r)
	if err != nil {
		return err
	}
	found, err := p.log.Entries(r.Context(), p.Actor(r), filter, r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, auditTitle)
	if err != nil {
		return err
	}
	v := auditview.List{
		Address: url.URL{Path: "/backend/audit", RawQuery: form.values().Encode()},
		Person:  form.Person, Text: form.Text, Action: form.Action, From: form.From, Until: form.Until,
		Unit: choice.Filter(kit.UnitLabel), Filtered: len(form.values()) > 0 || choice.Text != "",
		Actions: actionGroups(), Count: found.Count, More: found.More, Partial: found.Partial, Next: found.Page.Next, Previous: found.Page.Previous,
	}
	l.Scripts = []string{"js/unitpicker.js"}
	for _, e := range found.Page.Rows {
		v.Entries = append(v.Entries, auditEntry(e))
	}
	return p.Render(w, r, http.StatusOK, auditview.Entries(l, v))
}

// filter reads the filter of the list from the address.
func (p auditPages) filter(r *http.Request) (auditForm, auditlog.Filter, kit.UnitChoice, error) {
	form := parseAuditForm(r.URL.Query())
	filter, err := form.filter()
	if err != nil {
		return form, filter, kit.UnitChoice{}, err
	}
	choice, err := p.ChooseUnit(r, p.agencies, authz.ViewAudit, r.URL.Query())
	if choice.Unit != nil {
		filter.Unit, form.Unit = choice.Unit.ID, kit.UnitID(choice.Unit.ID)
	}
	return form, filter, choice, err
}

// show shows all of one entry.
func (p auditPages) show(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return problem.New(problem.NotFound, "")
	}
	e, previous, err := p.log.Entry(r.Context(), p.Actor(r), auditlog.ID(id))
	if err != nil {
		return err
	}
	l, err := p.OfficeFrame(r, "บันทึกเลขที่ "+strconv.FormatInt(id, 10))
	if err != nil {
		return err
	}
	l.Crumbs = append([]component.Crumb{{Title: auditTitle, Path: "/backend/audit"}}, l.Crumbs...)
	v := auditview.Whole{
		Entry: auditEntry(e), ActionCode: string(e.Action), SubjectKey: e.Subject,
		Hash: hex.EncodeToString(e.Hash), Previous: hex.EncodeToString(previous), Raw: string(e.Detail),
	}
	for _, name := range e.Agencies {
		v.Agencies = append(v.Agencies, name)
	}
	slices.Sort(v.Agencies)
	return p.Render(w, r, http.StatusOK, auditview.Entry(l, v))
}

// export sends what the filter finds as a file.
func (p auditPages) export(w http.ResponseWriter, r *http.Request) error {
	format, err := export.ParseFormat(r.URL.Query().Get("format"))
	if err != nil {
		return err
	}
	_, filter, _, err := p.filter(r)
	if err != nil {
		return err
	}
	name := "audit-" + p.Now().In(thaidate.Bangkok).Format("2006-01-02-1504")
	return p.Stream(w, r, name, format, func(out export.Writer) error {
		if err := out.Row(auditHeads...); err != nil {
			return err
		}
		return p.log.Export(r.Context(), p.Actor(r), filter, string(format), func(e auditlog.Entry) error {
			return out.Row(auditRow(e)...)
		})
	})
}

func actionGroups() []auditview.ActionGroup {
	groups := features.Words.Groups()
	all := make([]auditview.ActionGroup, len(groups))
	for i, g := range groups {
		all[i].Name = g.Name
		for _, a := range g.Actions {
			all[i].Actions = append(all[i].Actions, component.Option{Value: string(a.Action), Label: a.Name})
		}
	}
	return all
}
