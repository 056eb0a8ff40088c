package web

import (
	"net/http"
	"strings"
	"testing"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
)

// TestCursorsThatNoPageWrites opens lists at places that have the form of a
// cursor but hold what Postgres cannot compare with.
func TestCursorsThatNoPageWrites(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.person("admin", authz.DGAAdmin)
	hash := strings.Repeat("ab", 32)
	for path, places := range map[string][][]string{
		"/backend/audit":         {{"0"}, {"9223372036854775808"}, {"x"}, {"\x00"}},
		"/backend/staff":         {{"ก\x00", "1", "1"}, {"ก", "x", "1"}, {"ก", "1", ""}},
		"/backend/tokens":        {{"ก\x00", "1", "1"}, {"ก", "x", "1"}, {"ก", "1", "2147483648"}},
		"/backend/agencies":      {{"ก\x00", "1"}, {"ก", "x"}, {"ก", "9223372036854775808"}},
		"/backend/agencies?q=ก":  {{"ก\x00", "1"}, {"ก", "0"}},
		"/backend/content/files": {{"0000-01-01T00:00:00Z", hash}, {"2026-01-01T00:00:00+23:59", hash}, {"2026-01-01T00:00:00,5Z", hash}, {"2026-01-01T00:00:00Z", "x"}, {"infinity", hash}},
	} {
		join := "?"
		if strings.Contains(path, "?") {
			join = "&"
		}
		for _, keys := range places {
			res := s.get(path+join+"page="+listing.Cursor{Keys: keys}.String(), admin)
			if body := text(t, res); res.StatusCode != http.StatusBadRequest || !strings.Contains(body, "กรุณาเปิดรายการใหม่") {
				t.Errorf("%s at %q: %d", path, keys, res.StatusCode)
			}
		}
	}
}
