package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"portal/internal/kit/authz"
)

func TestStatusPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	body := text(t, s.get("/backend/status", admin))
	for _, want := range []string{"<h1>สถานะระบบ</h1>", "รุ่นของระบบ", "โครงสร้างฐานข้อมูล", "ฐานข้อมูล", "Digital ID", "การสำรองข้อมูล", "ยังไม่เคยสำรองข้อมูล",
		"บันทึกการใช้งาน", "ใบรับรอง HTTPS", "รายการที่รอ", "งานเบื้องหลัง", "ปกติ", "ควรตรวจสอบ", `aria-current="page"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	if rows, icons := strings.Count(body, `<th scope="row">`), strings.Count(body, `<span class="badge badge--`); rows != 12 || icons != rows {
		t.Errorf("%d lines, %d states", rows, icons)
	}
	if menu := text(t, s.get("/backend/profile", s.person("officer", authz.CentralOfficer))); strings.Contains(menu, "/backend/status") {
		t.Error("the menu of somebody who may not see it has it")
	}
}

// TestA72_StatusPageWhileTheDatabaseIsFrozen freezes the database between the
// session and the page, as far as that can be told apart: the page answers in
// time, as itself or as the page that says that the database is away.
func TestA72_StatusPageWhileTheDatabaseIsFrozen(t *testing.T) {
	s, link := awaySite(t)
	admin := s.person("admin", authz.DGAAdmin)
	if res := s.get("/backend/status", admin); res.StatusCode != http.StatusOK {
		t.Fatalf("%d", res.StatusCode)
	}
	link.Freeze()
	start := time.Now()
	res := s.get("/backend/status", admin)
	if took := time.Since(start); res.StatusCode != http.StatusServiceUnavailable || took > 2*time.Second || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d after %s", res.StatusCode, took)
	}
}
