// Package layout holds the two frames of the portal: Public and Office.
package layout

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"portal/internal/site/settings"
	"portal/internal/text/markdown"
	"portal/templates/component"
)

// The portal's names.
const (
	LongName  = "ระบบศูนย์รวมข้อมูลเพื่อติดต่อราชการ สำหรับเจ้าหน้าที่"
	ShortName = "info สำหรับเจ้าหน้าที่"
)

const description = "เว็บไซต์สำหรับเจ้าหน้าที่ของรัฐ ใช้ดูแลข้อมูลหน่วยงาน จุดบริการ และคู่มือสำหรับประชาชนบน info.go.th"

// Crumb is one step of the way from the landing page.
type Crumb = component.Crumb

// Page is what every page needs.
type Page struct {
	Title       string // without the site's name
	Description string
	Return      string // address to come back to after a choice of display; Path unless set
	Path        string // such as /backend/faq: marks the menu, makes the canonical address
	BaseURL     string // such as https://admin.info.go.th, without a slash at the end
	Site        settings.Site
	Pictures    markdown.Pictures // in its texts
	Display     Display
	SignedIn    bool    // there is a session: the menu leads to the profile, not to sign-in
	Crumbs      []Crumb // after หน้าหลัก
	NoIndex     bool
	Flash       string   // one sentence on what just happened
	Year        int      // of the Buddhist era, for the copyright line
	Viewer      *Viewer  // who is signed in, for Office
	Session     *Session // how long that lasts, for Office
	Typed       bool     // the form holds what was typed before the session ended
	Sheets      []string // style sheets beyond the frame's own, such as css/editor.css
	Scripts     []string // modules that the page uses, such as js/carousel.js
}

// Session is how long the person stays signed in, in seconds from now.
type Session struct {
	Idle int // unless another request comes
	End  int // in any case
}

// Display is how the reader wants to see the site.
type Display struct {
	TextSize string // small, large or empty
	Contrast bool
}

// Viewer is the signed-in person, as the office frame shows them.
type Viewer struct {
	Name string
	Role string // roles and agencies in words
	Menu []MenuGroup
}

// MenuGroup is the part of the office menu for one task.
type MenuGroup struct {
	Title string
	Items []MenuItem
}

// MenuItem is a line of a menu.
type MenuItem struct{ Title, Path, Icon string }

var mainMenu = []MenuItem{
	{Title: "หน้าหลัก", Path: "/backend"},
	{Title: "แนวทางปฏิบัติ", Path: "/backend/guideline"},
	{Title: "คู่มือ", Path: "/backend/manual"},
	{Title: "ที่มาโครงการ", Path: "/backend/about"},
	{Title: "FAQ", Path: "/backend/faq"},
	{Title: "ติดต่อเรา", Path: "/backend/contact"},
}

// SearchPath is the page that finds anything public.
const SearchPath = "/backend/search"

// InfoURL is the citizens' site.
const InfoURL = "https://info.go.th"

var policies = []MenuItem{
	{Title: "นโยบายเว็บไซต์", Path: "/backend/policy/website"},
	{Title: "นโยบายความเป็นส่วนตัว", Path: "/backend/policy/privacy"},
	{Title: "นโยบายการรักษาความมั่นคงปลอดภัย", Path: "/backend/policy/security"},
}

func (p Page) fullTitle() string {
	if p.Title == "" {
		return LongName
	}
	return p.Title + " | " + ShortName
}

func (p Page) address() string {
	if p.Return == "" {
		return p.Path
	}
	return p.Return
}

func (p Page) describe() string {
	if p.Description == "" {
		return description
	}
	return p.Description
}

func (p Page) canonical() string {
	if p.BaseURL == "" || p.Path == "" {
		return ""
	}
	return p.BaseURL + p.Path
}

// Class is the class of a page's first tag: all in which a public page differs
// for its reader. It is always as long, so that the rest of the page can be
// packed once for all.
func Class(d Display, signedIn bool) string {
	class := ""
	if d.TextSize == "small" || d.TextSize == "large" {
		class = "text-" + d.TextSize + " "
	}
	if d.Contrast {
		class += "contrast "
	}
	if signedIn {
		class += "signed-in"
	}
	return fmt.Sprintf("%-29s", class)
}

// here reports whether the page is at path or below it.
func (p Page) here(path string) bool {
	return p.Path == path || path != "/backend" && strings.HasPrefix(p.Path, path+"/")
}

// Text is a text of the page as safe HTML.
func (p Page) Text(src string) templ.Component { return templ.Raw(p.Pictures.HTML(src)) }
