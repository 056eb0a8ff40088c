package web

import (
	"context"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"portal/internal/kit/authz"
	"portal/internal/kit/export"
	"portal/internal/kit/problem"
	"portal/internal/ops/auditlog"
	"portal/internal/ops/features"
	"portal/internal/org/agency"
	"portal/internal/text/thaidate"
	"portal/templates/component"
	"portal/templates/ops/auditview"
)

// auditPages are บันทึกการใช้งาน: who did what.
type auditPages struct {
	*Server
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
	found, err := p.log.Entries(r.Context(), p.actor(r), filter, r.URL.Query().Get("page"))
	if err != nil {
		return err
	}
	l, err := p.office(r, auditTitle)
	if err != nil {
		return err
	}
	v := auditview.List{
		Address: url.URL{Path: "/backend/audit", RawQuery: form.values().Encode()},
		Person:  form.Person, Text: form.Text, Action: form.Action, From: form.From, Until: form.Until,
		Unit: unitField("unit", unitLabel, choice), Filtered: len(form.values()) > 0 || choice.Text != "",
		Actions: actionGroups(), Count: found.Count, More: found.More, Partial: found.Partial, Next: found.Page.Next, Previous: found.Page.Previous,
	}
	l.Scripts = []string{"js/unitpicker.js"}
	for _, e := range found.Page.Rows {
		v.Entries = append(v.Entries, auditEntry(e))
	}
	return p.render(w, r, http.StatusOK, auditview.Entries(l, v))
}

// filter reads the filter of the list from the address.
func (p auditPages) filter(r *http.Request) (auditForm, auditlog.Filter, agency.Choice, error) {
	form := parseAuditForm(r.URL.Query())
	filter, err := form.filter()
	if err != nil {
		return form, filter, agency.Choice{}, err
	}
	choice, err := p.agencies.Choose(r.Context(), p.actor(r), authz.ViewAudit, agency.PickOf(r.URL.Query(), "unit"))
	if choice.Unit != nil {
		filter.Unit, form.Unit = choice.Unit.ID, unitID(choice.Unit.ID)
	}
	return form, filter, choice, err
}

// show shows all of one entry.
func (p auditPages) show(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return problem.New(problem.NotFound, "")
	}
	e, previous, err := p.log.Entry(r.Context(), p.actor(r), auditlog.ID(id))
	if err != nil {
		return err
	}
	l, err := p.office(r, "บันทึกเลขที่ "+strconv.FormatInt(id, 10))
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
	return p.render(w, r, http.StatusOK, auditview.Entry(l, v))
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
	name := "audit-" + p.cfg.Now().In(thaidate.Bangkok).Format("2006-01-02-1504")
	return p.stream(w, r, name, format, func(out export.Writer) error {
		if err := out.Row(auditHeads...); err != nil {
			return err
		}
		return p.log.Export(r.Context(), p.actor(r), filter, string(format), func(e auditlog.Entry) error {
			return out.Row(auditRow(e)...)
		})
	})
}

// refusedWithin bounds recording a refusal: the answer waits for it.
const refusedWithin = 2 * time.Second

// refused records that somebody was refused what they asked for. The answer
// goes out even if that fails.
func (p auditPages) refused(r *http.Request, message string) {
	if !p.signedIn(r.Context()) || p.log == nil {
		return
	}
	if p.limits.Take(r.Context(), p.limits.Refusals.Own, strconv.FormatInt(p.actor(r).StaffID, 10)) > 0 {
		return // the traffic log has them all
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), refusedWithin)
	defer cancel()
	if err := p.log.Refused(ctx, p.actor(r), r.Method, r.URL.Path, message); err != nil {
		p.cfg.Log.LogAttrs(ctx, slog.LevelError, "a refusal was not recorded",
			slog.String("id", middleware.GetReqID(ctx)), slog.String("path", r.URL.Path), slog.Any("err", err))
	}
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
