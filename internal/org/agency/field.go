package agency

import (
	"portal/internal/kit/catalogue"
	"portal/internal/kit/form"
)

// Entry is an agency as people type it: its kind and the texts of Fields count.
type Entry = Agency

// Fields are the texts that people write about an agency. Forms, files, the
// audit log and the columns of SQL follow from them.
var Fields = []form.Field[Agency]{
	{
		Spec: form.Spec{
			Name: "code", Label: "รหัสหน่วยงาน", Heading: "รหัส", Hint: "ตัวเลข 2 ถึง 20 หลัก ไม่ซ้ำกับหน่วยงานอื่น", Max: 40,
			Missing: "กรุณากรอกรหัสหน่วยงาน", Type: form.Digits(2, 20, "รหัสต้องเป็นตัวเลข 2 ถึง 20 หลัก"),
		},
		Of: func(a *Agency) *string { return &a.Code },
	},
	{
		Spec: form.Spec{
			Name: "name", Label: "ชื่อหน่วยงาน", Heading: "ชื่อ", Hint: "ชื่อเต็มภาษาไทย", Max: 250, Missing: "กรุณากรอกชื่อหน่วยงาน",
		},
		Of: func(a *Agency) *string { return &a.Name },
	},
	{Spec: form.Spec{Name: "short_name", Label: "ชื่อย่อ", Max: 60}, Of: func(a *Agency) *string { return &a.ShortName }},
	{Spec: form.Spec{Name: "name_en", Label: "ชื่อภาษาอังกฤษ", Max: 250, Type: form.Latin}, Of: func(a *Agency) *string { return &a.NameEN }},
	{Spec: form.Spec{Name: "address", Label: "ที่อยู่", Max: 500}, Of: func(a *Agency) *string { return &a.Address }},
	{
		Spec: form.Spec{Name: "telephone", Label: "โทรศัพท์", Max: 100, Type: form.Telephone},
		Of:   func(a *Agency) *string { return &a.Telephone },
	},
	{Spec: form.Spec{Name: "website", Label: "เว็บไซต์", Max: 250, Type: form.Website}, Of: func(a *Agency) *string { return &a.Website }},
	{Spec: form.Spec{Name: "email", Label: "อีเมล", Max: 254, Type: form.Email}, Of: func(a *Agency) *string { return &a.Email }},
}

// EntryOf reads what a form sends, as it was typed.
func EntryOf(get func(string) string) Entry {
	e := Entry{Kind: Kind(get("kind"))}
	for _, f := range Fields {
		*f.Of(&e) = get(f.Name)
	}
	return e
}

// tidied is the agency with its texts as they are stored.
func (a Agency) tidied() Agency {
	for _, f := range Fields {
		*f.Of(&a) = f.Tidy(*f.Of(&a))
	}
	return a
}

// check says what to fix in what was typed, by field; it is empty when all is well.
func (a Agency) check() map[string]string {
	fix := map[string]string{}
	if !a.Kind.Valid() {
		fix["kind"] = "กรุณาเลือกประเภทหน่วยงาน"
	}
	for _, f := range Fields {
		if why := f.Check(*f.Of(&a)); why != "" {
			fix[f.Name] = why
		}
	}
	return fix
}

// with is the agency with what was typed about it.
func (a Agency) with(e Entry) Agency {
	a.Kind = e.Kind
	for _, f := range Fields {
		*f.Of(&a) = *f.Of(&e)
	}
	return a
}

// texts are what the fields hold, by name.
func (a Agency) texts() map[string]string {
	all := map[string]string{}
	for _, f := range Fields {
		all[f.Name] = *f.Of(&a)
	}
	return all
}

// words are what the audit log calls the fields, unless several features share the word.
func words() []catalogue.Field {
	all := make([]catalogue.Field, len(Fields))
	for i, f := range Fields {
		all[i] = catalogue.Field{Key: f.Name}
		if !catalogue.IsShared(f.Name) {
			all[i].Name = f.Label
		}
	}
	return all
}

func tidy(text string) string { return form.Tidy(text) }
