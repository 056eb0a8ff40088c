package postgres

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

const (
	fetchTimeout  = 10 * time.Minute
	pinnedVersion = "18.4.0-beta.17"
)

// packed is an npm package with the programs for one platform.
type packed struct {
	platform  string
	integrity string // SHA-512, as npm writes it
}

// packages are pinned by content: what differs by one byte is not unpacked.
var packages = map[string]packed{
	"linux/amd64":  {"linux-x64", "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA=="},
	"linux/arm64":  {"linux-arm64", "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg=="},
	"darwin/arm64": {"darwin-arm64", "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q=="},
	"darwin/amd64": {"darwin-x64", "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q=="},
}

func pinned() (packed, bool) {
	p, ok := packages[runtime.GOOS+"/"+runtime.GOARCH]
	return p, ok
}

func (p packed) name() string { return "@embedded-postgres/" + p.platform + "@" + pinnedVersion }

func (p packed) dirIn(cache string) string {
	return filepath.Join(cache, "postgres-"+pinnedVersion+"-"+p.platform)
}

func (p packed) binIn(cache string) string { return filepath.Join(p.dirIn(cache), "native", "bin") }

// fetch brings Postgres to a machine without it, by npm or, as root on
// Debian, by apt-get.
func fetch(ctx context.Context, cache string, log io.Writer) (programs, error) {
	var tried []error
	if p, ok := pinned(); ok && cache != "" && has("npm") {
		say(log, "เครื่องนี้ไม่มี Postgres: ดาวน์โหลด %s ด้วย npm ประมาณ 24 MB (no Postgres here: fetching it)", p.name())
		err := p.fetch(ctx, cache)
		if found, ok := programsIn(ctx, p.binIn(cache)); ok && err == nil {
			return found, nil
		}
		tried = append(tried, fmt.Errorf("npm: %w", err))
	}
	if os.Geteuid() == 0 && has("apt-get") {
		say(log, "เครื่องนี้ไม่มี Postgres: ติดตั้งด้วย apt-get (no Postgres here: apt-get install postgresql)")
		if err := apt(ctx); err != nil {
			tried = append(tried, err)
		} else if found := installed(ctx, cache); len(found) > 0 {
			return found[0], nil
		}
	}
	return programs{}, errors.Join(append([]error{errors.New("no Postgres on this machine: " + advice())}, tried...)...)
}

func advice() string {
	if runtime.GOOS == "darwin" {
		return "install it with: brew install postgresql@17"
	}
	return "install it with: sudo apt-get install postgresql"
}

func has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

func apt(ctx context.Context) error {
	for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", "postgresql"}} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}

// fetch unpacks beside the final place and renames, so that two processes
// may do it at once and half of it is never used.
func (p packed) fetch(ctx context.Context, cache string) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := os.Chmod(work, 0o755); err != nil { // another user may run it
		return err
	}
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", work, p.name())
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack %s: %w\n%s", p.name(), err, out)
	}
	files, err := filepath.Glob(filepath.Join(work, "*.tgz"))
	if err != nil || len(files) != 1 {
		return fmt.Errorf("npm pack %s gave %d files", p.name(), len(files))
	}
	if err := p.verify(files[0]); err != nil {
		return err
	}
	if err := unpack(files[0], work); err != nil {
		return err
	}
	err = os.Rename(filepath.Join(work, "package"), p.dirIn(cache))
	if errors.Is(err, os.ErrExist) {
		return nil // another process was faster
	}
	return err
}

func (p packed) verify(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != p.integrity {
		return fmt.Errorf("%s is not the file we know (SHA-512 %s): not used", p.name(), got)
	}
	return nil
}
