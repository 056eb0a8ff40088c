// Package fileview renders the store of pictures and documents.
package fileview

import (
	"fmt"
	"net/url"
	"strings"

	"portal/internal/kit/listing"
	"portal/internal/kit/problem"
	"portal/internal/site/editing"
	"portal/internal/site/file"
	"portal/templates/component"
	"portal/templates/site/contentview"
)

// Path is the address of the store, Title its name in the menu.
const (
	Path  = "/backend/content/files"
	Title = "คลังไฟล์"
)

// TooMuch is said when one request is larger than any may be.
const TooMuch = "ไฟล์ที่ส่งพร้อมกันใหญ่เกิน 200 MB กรุณาแบ่งส่งหลายครั้ง"

// List is a page of the store.
type List struct {
	Page    listing.Page[file.Listed]
	Filter  file.Filter
	Outcome Outcome
	Address url.URL
}

// Outcome is what became of the files just sent. Scripts get it as JSON.
type Outcome struct {
	Added   []string  `json:"added"`   // names
	Existed []string  `json:"existed"` // names
	Refused []Refused `json:"refused"`
}

// Refused is a file that was not taken.
type Refused struct {
	Name string `json:"name"` // "" when it is about them all
	Why  string `json:"why"`
}

// Refuse adds a file that was not taken.
func (o Outcome) Refuse(name, why string) Outcome {
	o.Refused = append(o.Refused, Refused{name, why})
	return o
}

// Deletion is the page that asks before a file is deleted.
type Deletion struct {
	file.Listed
	Key     string
	Problem *problem.Error
}

func (v List) count() string {
	if v.Page.More {
		return "มากกว่า 1,000 ไฟล์"
	}
	return fmt.Sprintf("%d ไฟล์", v.Page.Count)
}

var kinds = []component.Option{{Value: string(file.Pictures), Label: "ภาพ"}, {Value: string(file.Documents), Label: "PDF"}}

var usages = []component.Option{{Value: string(file.Used), Label: "ใช้อยู่"}, {Value: string(file.Unused), Label: "ยังไม่ได้ใช้"}}

// typeName is the type of a file in a word.
func typeName(f file.Listed) string {
	switch f.MediaType {
	case "image/png":
		return "ภาพ PNG"
	case "image/jpeg":
		return "ภาพ JPEG"
	case "application/pdf":
		return "PDF"
	}
	return f.MediaType
}

// extent is how large a file is to somebody who looks at it.
func extent(f file.Listed) string {
	switch {
	case f.Pages > 0:
		return fmt.Sprintf("%d หน้า", f.Pages)
	case f.Width > 0:
		return fmt.Sprintf("%d × %d พิกเซล", f.Width, f.Height)
	}
	return ""
}

func fileURL(hash string) string { return "/backend/file/" + hash }

func deleteURL(hash string) string { return Path + "/" + hash + "/delete" }

func useURL(u file.Use) string { return contentview.ItemPath(editing.Kind(u.Kind), u.Key) }

// useName is the item that uses a file.
func useName(u file.Use) string {
	one := editing.Kind(u.Kind).One()
	switch {
	case u.Title == "":
		return one + " " + u.Key
	case strings.HasPrefix(u.Title, one): // คู่มือการใช้งาน… needs no คู่มือ before it
		return u.Title
	}
	return one + " " + u.Title
}

// useStates say in which of its versions.
func useStates(u file.Use) string {
	var all []string
	if u.Published {
		all = append(all, "เผยแพร่อยู่")
	}
	if u.Draft {
		all = append(all, "ฉบับร่าง")
	}
	if u.Versions > 0 {
		all = append(all, fmt.Sprintf("ประวัติ %d ฉบับ", u.Versions))
	}
	return strings.Join(all, " · ")
}

// namedUses is how many uses a sentence or a row names.
const namedUses = 3

// Where says in words where files are used.
func Where(uses []file.Use) string {
	var all []string
	for _, u := range uses[:min(len(uses), namedUses)] {
		all = append(all, fmt.Sprintf("%s (%s)", useName(u), useStates(u)))
	}
	words := strings.Join(all, ", ")
	if more := len(uses) - namedUses; more > 0 {
		words += fmt.Sprintf(" และอีก %d แห่ง", more)
	}
	return words
}
