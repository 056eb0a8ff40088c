package signin

import (
	"net/url"
	"path"
	"strings"
	"unicode"
)

// DefaultReturn is where a sign-in leads when nothing else was wanted.
const DefaultReturn = "/backend/profile"

// SafeReturn returns to if it is a path of this portal, and DefaultReturn for
// everything else: other sites, other schemes, and texts that a browser, or a
// proxy that decodes once more, may read as such.
func SafeReturn(to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil, u.Scheme != "", u.Host != "", u.User != nil, u.Opaque != "":
	case strings.ContainsFunc(to, unicode.IsControl), strings.ContainsAny(to, `\ `):
	case u.Path != "/backend" && !strings.HasPrefix(u.Path, "/backend/"):
	case strings.HasPrefix(u.Path, "/backend/login"), strings.HasPrefix(u.Path, "/backend/logout"):
	case path.Clean(u.Path) != u.Path || u.RawPath != "":
	case strings.ContainsFunc(u.Path, unicode.IsControl), strings.ContainsAny(u.Path, `\%`):
	default:
		return u.RequestURI()
	}
	return DefaultReturn
}
