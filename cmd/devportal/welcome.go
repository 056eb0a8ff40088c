package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"portal/cmd/internal/app"
	"portal/internal/dev/digitalid"
	"portal/internal/kit/authz"
	"portal/internal/ops/seed"
)

// welcome prints what to click next.
func welcome(ctx context.Context, a *app.App, s settings, logFile string, out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  เปิดเว็บไซต์  http://localhost:%d/backend\n  Digital ID จำลอง  %s\n\n", s.port, s.issuer)
	b.WriteString("  คนตัวอย่าง (เลือกได้ที่หน้า Digital ID จำลอง)\n")
	for _, p := range digitalid.SamplePeople() {
		fmt.Fprintf(&b, "    %s %s · %s\n", p.GivenName, p.FamilyName, p.Note)
	}
	b.WriteString("\n  รหัส Token ที่ออกใหม่ (ใช้ได้ครั้งเดียว)\n")
	for _, role := range authz.Roles {
		code, err := a.IssueToken(ctx, role, seed.SampleAgency[role])
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "    %s  %s\n", code, role.Name())
	}
	where, afresh := whereData(s.dir)
	fmt.Fprintf(&b, "\n  ข้อมูลเก็บที่ %s\n  บันทึกการทำงาน  %s\n  เริ่มใหม่ทั้งหมด: กด Ctrl-C แล้ว%s\n  %s กด Ctrl-C เพื่อหยุด\n\n",
		where, logFile, afresh, time.Now().Format(time.TimeOnly))
	_, err := io.WriteString(out, b.String())
	return err
}

// whereData says where the data lie and how to begin without them. An address of
// a database may hold a password: it is not shown.
func whereData(dir string) (where, afresh string) {
	switch {
	case os.Getenv("DATABASE_URL") != "":
		return "ฐานข้อมูลใน DATABASE_URL", "ระบุฐานข้อมูลเปล่าใน DATABASE_URL"
	case os.Getenv("PORTAL_DEV_DIR") != "":
		return dir, "ลบโฟลเดอร์นี้ และพิมพ์ make run"
	}
	return dir, "พิมพ์ make clean run"
}
