//go:build torture

package backup_test

import (
	"runtime"
	"sync"
	"testing"
	"time"
)

// peak is the most memory in use while fn runs.
func peak(fn func()) (most uint64) {
	stop := make(chan struct{})
	var watch sync.WaitGroup
	runtime.GC()
	watch.Go(func() {
		for ticker := time.NewTicker(5 * time.Millisecond); ; {
			select {
			case <-stop:
				ticker.Stop()
				return
			case <-ticker.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	})
	fn()
	close(stop)
	watch.Wait()
	return most
}

// TestBackup_Torture_MemoryStaysFlat backs up and restores files of 10 MB each,
// few and many of them.
func TestBackup_Torture_MemoryStaysFlat(t *testing.T) {
	k, from := key(t), migrated(t, 0)
	used := map[int][2]uint64{}
	for _, files := range []int{4, 24} {
		for n := one[int](from, `SELECT count(*)::int FROM files`); n < files; n++ {
			// Random bytes, hence as long when packed.
			from.exec(`INSERT INTO files (sha256, media_type, name, bytes)
				SELECT sha256(b), 'application/pdf', 'x.pdf', b FROM (
					SELECT string_agg(sha256((random()::text || n)::bytea), NULL) AS b FROM generate_series(1, 320000) n) made`)
		}
		var file string
		making := peak(func() { file = from.make(k).File })
		to := bare(t)
		restoring := peak(func() {
			if err := to.restore(file, k); err != nil {
				t.Fatal(err)
			}
		})
		used[files] = [2]uint64{making >> 20, restoring >> 20}
	}
	t.Logf("MB in use for 40 and 240 MB of files, making and restoring: %v", used)
	for i := range 2 {
		if few, many := used[4][i], used[24][i]; many > few*2+64 {
			t.Errorf("%d MB for few, %d MB for many", few, many)
		}
	}
}
