package auditlog_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"portal/internal/dev/testdb"
	"portal/internal/kit/audit"
	"portal/internal/kit/jobs"
	"portal/internal/ops/auditlog"
)

func TestHeadIsAnchoredWhenItChanged(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	s := auditlog.New(pool, audit.New(pool), time.Now)
	job := s.Jobs(auditlog.MinimumKeep)[0]
	heads := func() (anchors []string) {
		t.Helper()
		var out bytes.Buffer
		if err := job.Do(t.Context(), slog.New(slog.NewJSONHandler(&out, nil))); err != nil {
			t.Fatal(err)
		}
		for d := json.NewDecoder(&out); ; {
			var line struct{ Msg, Anchor string }
			if err := d.Decode(&line); errors.Is(err, io.EOF) {
				return anchors
			} else if err != nil || line.Msg != "audit head" {
				t.Fatalf("%+v, %v", line, err)
			}
			anchors = append(anchors, line.Anchor)
		}
	}
	if got := heads(); len(got) != 0 {
		t.Errorf("an empty log: %v", got)
	}
	if _, err := pool.Exec(t.Context(), `INSERT INTO audit_entries (action, subject) VALUES ('content.seeded', 'x')`); err != nil {
		t.Fatal(err)
	}
	got := heads()
	if len(got) != 1 {
		t.Fatalf("%v", got)
	}
	anchor, err := auditlog.ParseAnchor(got[0])
	if err != nil || anchor.ID != 1 {
		t.Fatalf("%v, %v", anchor, err)
	}
	if _, err := s.Verify(t.Context(), jobs.Actor, &anchor, nil); err != nil {
		t.Error(err)
	}
	if got := heads(); len(got) != 0 {
		t.Errorf("nothing changed: %v", got)
	}
}
