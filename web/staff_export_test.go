package web

import (
	"encoding/csv"
	"net/url"
	"strings"
	"testing"

	"portal/internal/kit/authz"
)

func TestExportHoldsWhatTheListShows(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.hire("เอก", authz.DGAAdmin, authz.CodeDGA)
	s.hire("กมล", "", "")
	s.hire("ข้าวฟ่าง", authz.OPDCAdmin, authz.CodeOPDC)
	res := s.get("/backend/staff/export?"+url.Values{"format": {"csv"}}.Encode(), admin.cookie)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text(t, res), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("%v %v", rows, err)
	}
	if got := strings.Join(rows[0], "|"); got != "ชื่อ|อีเมล|บทบาทผู้ใช้|หน่วยงาน|รหัสหน่วยงาน|สถานะ|ได้รับเมื่อ|เข้าสู่ระบบล่าสุด" {
		t.Errorf("%s", got)
	}
	for i, want := range []string{"กมล|||ยังไม่ได้รับสิทธิ์", "ข้าวฟ่าง|ผู้ดูแลระบบ ก.พ.ร.|01010000|ใช้งานอยู่", "เอก|ผู้ดูแลระบบ สพร.|01036001|ใช้งานอยู่"} {
		r := rows[i+1]
		if got := strings.Join([]string{r[0], r[2], r[4], r[5]}, "|"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if name := res.Header.Get("Content-Disposition"); !strings.HasPrefix(name, "attachment; filename*=utf-8''") {
		t.Error(name)
	}
}
