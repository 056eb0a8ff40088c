package postgres

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// shared is where another user's data and programs go when a closed home
// bars the way to ours.
const shared = "/var/tmp"

// identity is as whom the server runs: it refuses to run as root.
type identity struct {
	attr syscall.SysProcAttr
	// uid and gid are of another real user, who must own the data; -1 when
	// the files stay ours.
	uid, gid int
}

func asOurselves() identity { return identity{uid: -1, gid: -1} }

// asOther is the answer for root where there are no user namespaces.
func asOther() (identity, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 != nil || err2 != nil {
			continue
		}
		id := identity{uid: int(uid), gid: int(gid)}
		id.attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return id, nil
	}
	return identity{}, errors.New("root may not run Postgres, and there is neither a user postgres nor nobody: run this as an ordinary user")
}

// sysProcAttr is a copy, for one command.
func (id identity) sysProcAttr() *syscall.SysProcAttr {
	a := id.attr
	return &a
}

func (id identity) own(path string) error {
	if id.uid < 0 {
		return nil
	}
	return os.Chown(path, id.uid, id.gid)
}

// reachable returns dir, or a folder that stands for it if the server's user
// cannot enter dir.
func (id identity) reachable(dir string) (string, error) {
	if id.uid < 0 {
		return dir, nil
	}
	if err := id.own(dir); err != nil {
		return "", err
	}
	try := exec.Command("/bin/sh", "-c", `cd -- "$1"`, "sh", dir)
	try.SysProcAttr = id.sysProcAttr()
	if try.Run() == nil {
		return dir, nil
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(dir))
	other := filepath.Join(shared, fmt.Sprintf("portal-pg-data-%x", h.Sum64()))
	if err := os.Mkdir(other, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(other)
	if err != nil {
		return "", err
	}
	// Anybody may make a folder there: trust only root's and the server's.
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || (st.Uid != 0 && int(st.Uid) != id.uid) {
		return "", fmt.Errorf("%s belongs to somebody else: delete it", other)
	}
	return other, id.own(other)
}

// cacheDir is where fetched programs are kept; empty if nowhere.
func (id identity) cacheDir() string {
	if id.uid >= 0 {
		return filepath.Join(shared, "portal-pg-programs")
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(base, "portal")
}
