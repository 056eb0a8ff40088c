//go:build torture && linux

package web

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"portal/internal/dev/testdb"
	"portal/internal/kit/db"
)

// smallDisk names the folder in which the test that runs again has its own small
// disk.
const smallDisk = "PORTAL_TEST_SMALL_DISK"

// onSmallDisk runs the test again in a process that sees mounts of its own, so
// that nothing of them is left however it ends, with a disk of so many bytes. It
// returns that disk in the process that has it, and nil in the other, for which
// the test is over.
func onSmallDisk(t *testing.T, size int) *disk {
	t.Helper()
	if at := os.Getenv(smallDisk); at != "" {
		if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", at, "tmpfs", 0, fmt.Sprint("mode=0755,size=", size)); err != nil {
			t.Fatal(err)
		}
		return &disk{t: t, at: at}
	}
	attr := ownMounts(t)
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=10m")
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "PORTAL_TEST_DATABASE_URL=") { // its Postgres must see the disk
			cmd.Env = append(cmd.Env, e)
		}
	}
	cmd.Env = append(cmd.Env, smallDisk+"="+t.TempDir())
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	if t.Logf("%s", out); err != nil {
		t.Error(err)
	}
	return nil
}

// ownMounts gives a process mounts of its own: by a user namespace, as anybody
// may on most machines, or as root without one, as in some containers.
func ownMounts(t *testing.T) *syscall.SysProcAttr {
	t.Helper()
	var errs []error
	for _, attr := range []syscall.SysProcAttr{
		{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}},
		{Cloneflags: syscall.CLONE_NEWNS},
	} {
		try := exec.Command("/bin/sh", "-c", ":")
		try.SysProcAttr = &attr
		err := try.Run()
		if err == nil {
			return &attr
		}
		errs = append(errs, err)
	}
	t.Fatalf("a full disk needs a small one, and this machine lets nobody mount it: allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or give the container the capability SYS_ADMIN: %v", errors.Join(errs...))
	return nil
}

// disk is a small file system.
type disk struct {
	t  *testing.T
	at string
}

// database is an empty database of ours whose tables and indexes lie on the disk,
// of a Postgres whose own files lie elsewhere.
func (d *disk) database() *pgxpool.Pool {
	d.t.Helper()
	ctx, address := d.t.Context(), testdb.Owned(d.t)
	admin, err := pgx.Connect(ctx, strings.Replace(testdb.Admin(d.t, address), address[strings.LastIndex(address, "/"):], "/postgres"+address[strings.Index(address, "?"):], 1))
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	var data string
	if err := admin.QueryRow(ctx, `SHOW data_directory`).Scan(&data); err != nil {
		d.t.Fatal(err)
	}
	room := filepath.Join(d.at, "tables")
	owner, err := os.Stat(data)
	if err == nil {
		err = os.Mkdir(room, 0o700)
	}
	if err == nil { // Postgres may run as somebody else
		err = os.Chown(room, int(owner.Sys().(*syscall.Stat_t).Uid), int(owner.Sys().(*syscall.Stat_t).Gid))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	name := strings.SplitN(address[strings.LastIndex(address, "/")+1:], "?", 2)[0]
	for _, sql := range []string{`CREATE TABLESPACE small LOCATION '` + room + `'`, `ALTER DATABASE ` + name + ` SET TABLESPACE small`} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			d.t.Fatal(err)
		}
	}
	pool, err := db.Open(ctx, address)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(pool.Close)
	return pool
}

func (d *disk) ballast() string { return filepath.Join(d.at, "ballast") }

// fill leaves no byte of the disk free.
func (d *disk) fill() {
	d.t.Helper()
	f, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	at := int64(0)
	for _, step := range []int64{1 << 20, 64 << 10, 4 << 10} {
		for {
			err := syscall.Fallocate(int(f.Fd()), 0, at, step)
			if errors.Is(err, syscall.ENOSPC) {
				break
			}
			if err != nil {
				d.t.Fatal(err)
			}
			at += step
		}
	}
	if at < 1<<20 {
		d.t.Fatalf("the disk was full before: %d bytes", at)
	}
}

// free makes room again.
func (d *disk) free() {
	d.t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		d.t.Fatal(err)
	}
}
