package main

import (
	"net"
	"strings"
	"testing"

	"portal/cmd/internal/app"
)

// TestAPortInUseSaysHowToChooseAnother wants the sentence of `make run`.
func TestAPortInUseSaysHowToChooseAnother(t *testing.T) {
	t.Parallel()
	l, err := app.Listen("localhost:0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	port := l.Addr().(*net.TCPAddr).Port
	if _, err := bind(port); err == nil || !strings.Contains(err.Error(), "is in use by another program") || !strings.Contains(err.Error(), "make run") {
		t.Error(err)
	}
	if _, err := bind(maxPort + 1); err == nil || strings.Contains(err.Error(), "in use") {
		t.Errorf("a port that does not exist: %v", err)
	}
}

func TestWelcomeSaysWhereTheDataLie(t *testing.T) {
	for name, tt := range map[string]struct{ database, dir, where, afresh string }{
		"as it comes":      {"", "", "/home/a/.dev", "make clean run"},
		"another folder":   {"", "/srv/data", "/home/a/.dev", "ลบโฟลเดอร์"},
		"another database": {"postgres://a:secret@db/portal", "/srv/data", "DATABASE_URL", "ฐานข้อมูลเปล่า"},
	} {
		t.Setenv("DATABASE_URL", tt.database)
		t.Setenv("PORTAL_DEV_DIR", tt.dir)
		where, afresh := whereData("/home/a/.dev")
		if !strings.Contains(where, tt.where) || !strings.Contains(afresh, tt.afresh) || strings.Contains(where+afresh, "secret") {
			t.Errorf("%s: %q, %q", name, where, afresh)
		}
	}
}
