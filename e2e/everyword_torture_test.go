//go:build torture

package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// wordsOfTheHouse are what public pages say besides their content: names of
// buttons, fields and roles, which are the same in the whole portal.
var wordsOfTheHouse = []string{
	"อ่านแนวทางปฏิบัติทั้งหมด", "คำถามทั้งหมด", "คู่มือทั้งหมด", "ประกาศทั้งหมด", "ดาวน์โหลดคู่มือ", "อ่านที่มาโครงการ", "บัญชีผู้ใช้งาน", "เว็บไซต์ INFO",
	"สำหรับเจ้าหน้าที่ส่วนกลาง", "สำหรับเจ้าหน้าที่จัดทำคู่มือ", "สำหรับผู้ดูแลระบบ ก.พ.ร.", "สำหรับผู้ดูแลระบบ สพร.", "สำหรับเจ้าหน้าที่จุดบริการ",
	"ระบบศูนย์รวมข้อมูลเพื่อติดต่อราชการ สำหรับเจ้าหน้าที่",
	"ปรับปรุงล่าสุด", "คำตอบนี้ช่วยได้หรือไม่", "ลิงก์ของคำถามนี้", "ขอบคุณสำหรับความเห็น", "ที่ตั้งสำนักงาน", "สื่อสังคมออนไลน์", "ฟีด Atom",
	"รับประกาศใหม่ด้วยโปรแกรมอ่านข่าวได้ที่", "ติดต่อสอบถาม", "ติดตามสำนักงานพัฒนารัฐบาลดิจิทัล", "ข้อตกลงการใช้งาน",
	"นโยบายเว็บไซต์", "นโยบายความเป็นส่วนตัว", "นโยบายการรักษาความมั่นคงปลอดภัย", "โทรศัพท์", "เปิดแผนที่", "ในหน้านี้", "เข้าสู่ระบบ", "ดาวน์โหลด",
}

// sentences are the texts of a public page that are long enough to know again,
// without dates.
func (b *tab) sentences() []string {
	b.t.Helper()
	return evaluate[[]string](b, `(() => { const found = new Set();
		for (const part of document.querySelectorAll("main, body > footer")) {
			const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
			while (walker.nextNode()) {
				const text = walker.currentNode.textContent.trim().replace(/\s+/g, " ").replace(/ ·$/, "");
				if (/[ก-๛]{8}/.test(text) && !/^·? ?\d+ [ก-๛]+ 25\d\d/.test(text) && !text.startsWith("พิมพ์จาก") && !text.startsWith("คำตอบของ")) found.add(text);
			}
			for (const image of part.querySelectorAll("img[alt]")) if (image.alt) found.add(image.alt);
		}
		return [...found] })()`)
}

// rewrite puts another word in place of each Thai one in every field of the
// editor, without scripts and on a tablet.
const rewrite = `(() => { for (const f of document.querySelectorAll("#editor textarea, #editor input[type=text], #editor input:not([type])"))
	if (/[ก-๛]/.test(f.value)) f.value = f.value.replace(/[ก-๛]+/g, (word, at) => word === "ปี" && f.value[at - 1] === "{" ? word : "ใหม่");
	return true })()`

// items are the addresses of all items of a kind.
func (b *tab) items(list string) []string {
	b.t.Helper()
	b.open(list)
	return evaluate[[]string](b, `[...new Set([...document.querySelectorAll("main a")].map((a) => a.href)
		.filter((to) => new RegExp("^" + location.pathname + "/[a-z0-9-]+$").test(new URL(to).pathname) && !to.endsWith("/new")))]`)
}

// TestTorture_EveryWordIsEditable is an administrator who changes every text of
// every item and publishes it: nothing of the old content is left on any page.
func TestTorture_EveryWordIsEditable(t *testing.T) {
	p := startPortal(t)
	b := openTab(t, middle, 1024)
	b.withoutScripts()
	public := slices.DeleteFunc(append(slices.Clone(publicPages), "/backend/announcement"), func(path string) bool { return strings.Contains(path, "/log") })
	before := map[string][]string{}
	for _, path := range public {
		b.open(p.base + path)
		before[path] = b.sentences()
		if len(before[path]) < 3 {
			t.Errorf("%s says only %q", path, before[path])
		}
	}
	b.signIn(p, "sample-dga-admin")
	changed := 0
	for _, kind := range []string{"banner", "announcement", "faq-group", "faq", "manual", "page", "site"} {
		for _, item := range b.items(p.base + "/backend/content/" + kind) {
			b.open(item)
			evaluate[bool](b, rewrite)
			b.click(`#editor button[name=then]`)
			if !strings.HasSuffix(b.path(), "/publish") {
				t.Fatalf("%s: at %s\n%s", item, b.path(), b.text())
			}
			b.fill("#reason", "เปลี่ยนทุกคำ")
			if status := b.click(`form[action$="/publish"] button[type=submit]`); status != http.StatusOK || !strings.Contains(b.text(), "เผยแพร่แล้ว") {
				t.Fatalf("%s: %d\n%s", item, status, b.text())
			}
			changed++
		}
	}
	t.Logf("%d items changed", changed)
	for _, path := range public {
		b.open(p.base + path)
		for _, text := range b.sentences() {
			if slices.Contains(before[path], text) && !slices.Contains(wordsOfTheHouse, text) {
				t.Errorf("%s still says %q", path, text)
			}
		}
	}
}
