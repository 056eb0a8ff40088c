package signin

import (
	"encoding/json"
	"slices"
	"strings"
)

func (j *judge) logoutToken() {
	j.common(false)
	j.person("jti")
	sid := j.text("sid")
	switch {
	case j.text("sub") != "":
		j.person("sub")
	default:
		j.require(sid != "", "neither sub nor sid")
	}
	legible := strings.ContainsFunc(sid, func(r rune) bool { return r > ' ' && (r < 0x7f || r > 0xa0) })
	if sid != "" && !legible {
		j.require(false, "sid")
	}
	_, nonce := j.claims["nonce"]
	j.require(!nonce, "nonce")
	events, _ := j.claims["events"].(map[string]any)
	_, logout := events["http://schemas.openid.net/event/backchannel-logout"].(map[string]any)
	j.require(logout, "events")
	iat := j.seconds("iat", false)
	j.require(iat >= fuzzNow-300 && iat <= fuzzNow+300, "iat")
	if _, there := j.claims["exp"]; there {
		j.require(j.seconds("exp", false) > fuzzNow, "exp")
	}
	_, number := j.claims["auth_time"].(json.Number)
	j.unsure = j.unsure || number // none of its business
}

// typ looks at what kind of token the header says it is. Without a word, it is
// one; other words in the header are not laid down.
func (j *judge) typ(header string, kinds ...string) {
	d := json.NewDecoder(strings.NewReader(header))
	if !json.Valid([]byte(header)) {
		j.require(false, "the header")
		return
	}
	_, _ = d.Token() // the bracket
	n := 0
	for d.More() {
		name, _ := d.Token()
		var value any
		_ = d.Decode(&value) // it is valid
		kind, text := value.(string)
		switch name {
		case "typ":
			j.require(text && (kind == "" || slices.Contains(kinds, strings.ToLower(kind))) || value == nil, "typ")
			fallthrough
		case "alg":
			n++
		default:
			j.unsure = true
		}
	}
	j.unsure = j.unsure || n > 2
}
