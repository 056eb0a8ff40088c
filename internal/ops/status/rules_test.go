package status

import (
	"strings"
	"testing"
	"time"

	"portal/internal/kit/jobs"
	"portal/internal/ops/auditlog"
	"portal/internal/people/signin"
)

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func before(d time.Duration) time.Time { return now.Add(-d) }

// TestRules is every state that each line can have.
func TestRules(t *testing.T) {
	certificate := func(f certFacts) Line { l, _ := ofCertificate(f, now); return l }
	background := func(all ...jobs.State) Line { return ofJobs(all, before(time.Hour), now) }
	for name, tt := range map[string]struct {
		line  Line
		state State
		text  string
	}{
		"build":               {ofBuild(Build{"abc", "go1", before(3 * time.Hour)}, now), Good, "3 ชั่วโมงก่อน"},
		"migrated":            {ofMigrations(29, 29), Good, "29"},
		"a migration missing": {ofMigrations(28, 29), Bad, "28"},
		"an old server":       {ofMigrations(30, 29), Check, "ใหม่กว่า"},
		"quick database":      {ofDatabase(5e9, "17.2", time.Millisecond), Good, "5.0 GB"},
		"slow database":       {ofDatabase(5e6, "17.2", time.Second), Check, "5.0 MB"},
		"sessions":            {ofSessions(7), Good, "7"},
		"empty queue":         {ofQueue(2, 0, 3), Good, "2 รายการ"},
		"late draft":          {ofQueue(2, 1, 3), Check, "เลยเวลาแล้ว 1"},
		"words pile up":       {ofQueue(0, 0, 1900), Check, "1900 คำ"},
		"quiet pools":         {ofPools([]Pool{{"อ่าน", 1, 20}, {"เขียน", 0, 20}}), Good, "อ่าน ใช้อยู่ 1 จาก 20"},
		"busy pool":           {ofPools([]Pool{{"อ่าน", 16, 20}, {"เขียน", 0, 20}}), Check, "16"},
		"full pool":           {ofPools([]Pool{{"อ่าน", 20, 20}, {"เขียน", 16, 20}}), Bad, "20"},
		"provider":            {ofProvider(signin.Contact{Answered: before(time.Second), Failed: before(time.Hour)}, now), Good, "เมื่อสักครู่"},
		"provider not asked":  {ofProvider(signin.Contact{}, now), Check, "ยังไม่ทราบผล"},
		"provider never":      {ofProvider(signin.Contact{Failed: now}, now), Bad, "ตั้งแต่ระบบเริ่มทำงาน"},
		"provider away":       {ofProvider(signin.Contact{Answered: before(time.Hour), Failed: now}, now), Bad, "60 นาทีก่อน"},
		"content":             {ofContent(contentFacts{true, false, false, before(time.Second)}, now), Good, "ตรงกับฐานข้อมูล"},
		"content not read":    {ofContent(contentFacts{}, now), Bad, "ยังไม่ได้อ่าน"},
		"content of disk":     {ofContent(contentFacts{true, true, true, before(time.Second)}, now), Bad, "สำเนาในเครื่อง"},
		"content away":        {ofContent(contentFacts{true, true, false, before(time.Second)}, now), Check, "หน่วยความจำ"},
		"content old":         {ofContent(contentFacts{true, true, false, before(time.Hour)}, now), Bad, "60 นาทีก่อน"},
		"never a backup":      {ofBackup(backup{}, false, now), Check, "ยังไม่เคยสำรองข้อมูล"},
		"backup":              {ofBackup(backup{before(time.Hour), 2e9}, true, now), Good, "2.0 GB"},
		"backup of yesterday": {ofBackup(backup{before(27 * time.Hour), 2e9}, true, now), Check, "27 ชั่วโมงก่อน"},
		"no backup for days":  {ofBackup(backup{before(80 * time.Hour), 2e9}, true, now), Bad, "3 วันก่อน"},
		"chain":               {ofChain(auditlog.Verified{Count: 200, Last: 900}), Good, "200 รายการ"},
		"empty log":           {ofChain(auditlog.Verified{}), Good, "ยังไม่มีรายการ"},
		"broken chain":        {brokenChain(17), Bad, "17"},
		"certificate":         {certificate(certFacts{Until: now.Add(60 * 24 * time.Hour), Trusted: true}), Good, "เหลือ 60 วัน"},
		"certificate soon":    {certificate(certFacts{Until: now.Add(20 * 24 * time.Hour), Trusted: true}), Check, "เหลือ 20 วัน"},
		"certificate urgent":  {certificate(certFacts{Until: now.Add(6 * 24 * time.Hour)}), Bad, "เหลือ 6 วัน"},
		"certificate over":    {certificate(certFacts{Until: before(time.Hour)}), Bad, "หมดอายุ"},
		"certificate unknown": {certificate(certFacts{Until: now.Add(60 * 24 * time.Hour)}), Check, "เหลือ 60 วัน"},
		"certificate hidden":  {certificate(certFacts{}), Check, "ตรวจไม่ได้"},
		"plain":               {certificate(certFacts{Plain: true}), Good, "ไม่ได้ตรวจ"},
		"just started":        {ofJobs([]jobs.State{{Words: "ล้างการเข้าใช้งานเก่า", Every: time.Hour}}, before(time.Second), now), Good, "เพิ่งเริ่ม"},
		"jobs":                {background(jobs.State{Words: "ล้างการเข้าใช้งานเก่า", Every: time.Hour, At: before(time.Minute)}), Good, "1 จาก 1"},
		"job never ran":       {background(jobs.State{Words: "ล้างการเข้าใช้งานเก่า", Every: time.Hour}), Check, "ล้างการเข้าใช้งานเก่า"},
		"job is late":         {background(jobs.State{Words: "จดหัวบันทึกการใช้งาน", Every: time.Minute, At: before(10 * time.Minute)}), Check, "จดหัว"},
		"job failed":          {background(jobs.State{Words: "new", Every: time.Hour, At: now, Failed: true}), Bad, "new"},
		"job given up":        {background(jobs.State{Words: "ส่งจดหมาย", Discarded: 2}), Check, "ส่งจดหมาย"},
		"job on request":      {background(jobs.State{Words: "ส่งจดหมาย", At: now}, jobs.State{Words: "นำเข้า"}), Good, "2 จาก 2"},
	} {
		if tt.line.State != tt.state || !strings.Contains(tt.line.Text, tt.text) {
			t.Errorf("%s: %s %q, want %s %q", name, tt.line.State.Name(), tt.line.Text, tt.state.Name(), tt.text)
		}
		if tt.line.State == Bad && tt.line.Hint == "" {
			t.Errorf("%s: says nothing of what to do", name)
		}
	}
}

func TestWhenTheProviderIsAsked(t *testing.T) {
	for name, tt := range map[string]struct {
		c    signin.Contact
		want bool
	}{
		"never yet":         {signin.Contact{}, true},
		"it just answered":  {signin.Contact{Answered: before(time.Minute)}, false},
		"nobody signs in":   {signin.Contact{Answered: before(5 * time.Minute)}, true},
		"it just failed":    {signin.Contact{Answered: before(time.Hour), Failed: before(time.Second)}, false},
		"it failed shortly": {signin.Contact{Answered: before(2 * time.Minute), Failed: before(time.Minute)}, true},
	} {
		if got := askProvider(tt.c, now); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
