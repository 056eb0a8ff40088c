package file_test

import (
	"bytes"
	"image"
	"image/png"
	"sync"
	"testing"
	"time"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/authz"
	"portal/internal/site/file"
)

// TestAddWhilePostgresIsSilent has no limit from outside: who sends a file is
// given minutes for it. Not parallel: it measures.
func TestAddWhilePostgresIsSilent(t *testing.T) {
	pool, link := testdb.NewLink(t, testdb.New(t))
	s := file.New(pool, audit.New(pool))
	if err := pool.Ping(t.Context()); err != nil { // leaves a connection that has just been good
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	link.Freeze()
	defer link.Mend()
	var all sync.WaitGroup
	for range 3 { // none waits for the others
		all.Go(func() {
			start := time.Now()
			_, err := s.Add(t.Context(), authz.Actor{StaffID: 1, Grants: []authz.Grant{{Role: authz.DGAAdmin, Agency: 1}}}, "ภาพ.png", bytes.NewReader(picture.Bytes()))
			if took := time.Since(start); err == nil || took > 4*time.Second {
				t.Errorf("%v after %s", err, took)
			}
		})
	}
	all.Wait()
}
