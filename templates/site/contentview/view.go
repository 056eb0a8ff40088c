// Package contentview renders the editors of what visitors read.
package contentview

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"portal/internal/kit/problem"
	"portal/internal/site/editing"
	"portal/internal/text/thaidate"
	"portal/templates/component"
)

// Path is the address of a kind's list.
func Path(k editing.Kind) string { return "/backend/content/" + string(k) }

// ItemPath is the address of an item's editor.
func ItemPath(k editing.Kind, key string) string {
	if key == "" {
		key = "new"
	}
	return Path(k) + "/" + key
}

// Form is what the editor of an item holds, as it was typed.
type Form struct {
	editing.Item
	Typed    editing.Fields
	Key      string
	Problem  *problem.Error
	Theirs   editing.Fields // what somebody else saved meanwhile, or nil
	Pictures []component.Option
	Files    []component.Option
	Pages    []component.Option // of the site, for links
	Person   int64              // who is editing
	Saved    string             // mark of the state that was saved just now, or ""
}

// keep names what is typed into the form in the browser.
func keep(person int64, it editing.Item, mark string) string {
	return fmt.Sprintf("%d/%s/%s/%s", person, it.Kind, it.Key, mark)
}

// list is one kind's list of items.
type listGroup struct {
	Title   string
	Entries []editing.Entry
}

// List is what the list of a kind shows.
type List struct {
	Kind    editing.Kind
	Entries []editing.Entry
	Key     string
	Problem *problem.Error
	May     bool              // add items
	Places  map[string]string // typed beside the items before the session ended, by their keys
}

// groups are the entries under the headings they stand under; those nobody has
// seen come first.
func (v List) groups() []listGroup {
	var all []listGroup
	for _, e := range v.Entries {
		title := e.Group
		if !e.Published {
			title = "ยังไม่เคยเผยแพร่"
		}
		if len(all) == 0 || all[len(all)-1].Title != title {
			all = append(all, listGroup{Title: title})
		}
		last := &all[len(all)-1]
		last.Entries = append(last.Entries, e)
	}
	return all
}

// movable reports whether the group's order can be changed.
func (v List) movable(g listGroup) bool {
	return v.Kind.Ordered() && len(g.Entries) > 1 && g.Entries[0].Published
}

// orderItems are the lines of a group whose order can be changed.
func (v List) orderItems(g listGroup) []component.OrderItem {
	items := make([]component.OrderItem, len(g.Entries))
	for i, e := range g.Entries {
		items[i] = component.OrderItem{Key: e.Key, Title: e.Name, Link: ItemPath(v.Kind, e.Key), More: states(e), Place: v.Places[e.Key]}
	}
	return items
}

func keys(entries []editing.Entry) string {
	all := make([]string, len(entries))
	for i, e := range entries {
		all[i] = e.Key
	}
	return strings.Join(all, " ")
}

// fieldNames are the labels of all that can be wrong with a form.
func (f Form) fieldNames() []component.FieldName {
	var all []component.FieldName
	for _, in := range f.Inputs {
		all = append(all, component.FieldName{Name: in.Name, Label: in.Title()})
		for i := range f.Typed.Rows(in.Name) {
			for _, part := range in.Parts {
				all = append(all, component.FieldName{Name: rowName(in, i, part), Label: fmt.Sprintf("%s รายการที่ %d %s", in.Label, i+1, part.Label)})
			}
		}
	}
	return all
}

func rowName(in editing.Input, i int, part editing.Input) string {
	return in.Name + "." + strconv.Itoa(i) + "." + part.Name
}

// spare is how many empty rows a list offers below those that are filled.
const spare = 2

// begins reports whether a part of the form begins with its i-th input.
func (f Form) begins(i int) bool {
	return f.Inputs[i].Part != "" && (i == 0 || f.Inputs[i-1].Part != f.Inputs[i].Part)
}

// rowCount is how many rows of a list the form shows.
func (f Form) rowCount(in editing.Input) int {
	return min(len(f.Typed.Rows(in.Name))+spare, max(in.Max, len(f.Typed.Rows(in.Name))))
}

// theirs is what somebody else saved for an input, where it differs.
func (f Form) theirs(in editing.Input) (words string, differs bool) {
	if f.Theirs == nil {
		return "", false
	}
	words = in.Words(f.Theirs)
	return words, words != in.Words(f.Typed)
}

func (f Form) describedBy(in editing.Input, name string) string {
	var ids []string
	if in.Hint != "" {
		ids = append(ids, name+"-hint")
	}
	if f.Problem.Field(name) != "" {
		ids = append(ids, name+"-error")
	}
	return strings.Join(ids, " ")
}

func (f Form) attributes(in editing.Input, name string) templ.Attributes {
	a := templ.Attributes{}
	if d := f.describedBy(in, name); d != "" {
		a["aria-describedby"] = d
	}
	if f.Problem.Field(name) != "" {
		a["aria-invalid"] = "true"
	}
	if in.Max > 0 && in.Type != editing.List {
		a["maxlength"] = strconv.Itoa(in.Max)
	}
	return a
}

// inputType is the type of an input element (HTML, 4.10.5).
func inputType(t editing.InputType) string {
	switch t {
	case editing.Date:
		return "date"
	case editing.Moment:
		return "datetime-local"
	}
	return "text"
}

// rich is the field for a text with headings, lists, links and pictures.
func (f Form) rich(in editing.Input, name, value string) component.RichField {
	return component.RichField{
		Name: name, Label: in.Label, Optional: !in.Required, Hint: in.Hint, Value: value, Fix: f.Problem.Field(name), Pages: f.Pages,
		Pictures: "/backend/content/files?pick=picture", Convert: "/backend/content/convert",
	}
}

// choices are what a select of the form offers.
func (f Form) choices(in editing.Input) []component.Option {
	switch in.Type {
	case editing.Picture:
		return f.Pictures
	case editing.Document:
		return f.Files
	}
	all := make([]component.Option, len(in.Options))
	for i, o := range in.Options {
		all[i] = component.Option{Value: o.Value, Label: o.Label}
	}
	return all
}

// state says in words how an entry stands.
func state(e editing.Entry) string {
	switch {
	case !e.Published:
		return "ฉบับร่าง"
	case !e.Shown:
		return "ซ่อนอยู่"
	case e.Ended:
		return "สิ้นสุดเวลาแสดงแล้ว"
	case e.Waits:
		return "รอถึงเวลาแสดง"
	}
	return "เผยแพร่แล้ว"
}

func draftWords(d editing.DraftNote) string {
	if d.PublishAt != nil {
		return "กำหนดเผยแพร่ " + thaidate.ShortTime(*d.PublishAt)
	}
	return fmt.Sprintf("ฉบับร่างโดย %s เมื่อ %s", d.By, thaidate.ShortTime(d.At))
}

func versionTitle(v editing.Version) string {
	if v.Number == 0 {
		return "เนื้อหาเริ่มต้น"
	}
	return fmt.Sprintf("ฉบับที่ %d", v.Number)
}
