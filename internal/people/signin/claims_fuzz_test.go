package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
)

// What a token for the fuzz targets is believed by.
const (
	fuzzIssuer = "https://id.example"
	fuzzClient = "portal"
	fuzzNonce  = "n-0S6_WzA2Mj"
	fuzzNow    = 1_800_000_000
)

// A good token of each kind.
const (
	goodClaims = `{"iss":"https://id.example","aud":"portal","sub":"somchai","nonce":"n-0S6_WzA2Mj","iat":1800000000,"exp":1800003600}`
	goodLogout = `{"iss":"https://id.example","aud":"portal","sub":"somchai","sid":"s1","jti":"j1","iat":1800000000,"exp":1800000120,"events":{"http://schemas.openid.net/event/backchannel-logout":{}}}`
)

// signed is a key set for which every signature holds.
type signed struct{}

// VerifySignature gives the payload back.
func (signed) VerifySignature(_ context.Context, jwt string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[1])
}

// tokenOf writes a token; typ is the JSON of the header's typ, or "" for none.
func tokenOf(typ, payload string) (header, raw string) {
	header = `{"alg":"RS256"}`
	if typ != "" {
		header = `{"alg":"RS256","typ":` + typ + `}`
	}
	return header, base64url([]byte(header)) + "." + base64url([]byte(payload)) + "." + base64url([]byte("signed"))
}

func fuzzVerifier(c oidc.Config) *oidc.IDTokenVerifier {
	c.Now = func() time.Time { return time.Unix(fuzzNow, 0) }
	return oidc.NewVerifier(fuzzIssuer, signed{}, &c)
}

// FuzzClaims believes an ID token if, and only if, rules that are written here
// anew do; what is believed makes a person who can be shown.
func FuzzClaims(f *testing.F) {
	f.Add(`"JWT"`, goodClaims)
	f.Add(``, strings.Replace(goodClaims, `"portal"`, `["portal"]`, 1))
	f.Add(`"at+jwt"`, goodClaims)
	verifier := fuzzVerifier(oidc.Config{ClientID: fuzzClient})
	f.Fuzz(func(t *testing.T, typ, payload string) {
		header, raw := tokenOf(typ, payload)
		token, err := verifier.Verify(t.Context(), raw)
		if err == nil {
			err = validateClaims(token, raw, fuzzClient, fuzzNonce, time.Unix(fuzzNow, 0))
		}
		j := judged(payload)
		j.idToken()
		j.typ(header, "jwt")
		j.compare(t, raw, err)
		if err == nil {
			shownWell(t, token)
		}
	})
}

// FuzzLogoutToken does the same with logout tokens.
func FuzzLogoutToken(f *testing.F) {
	f.Add(`"logout+jwt"`, goodLogout)
	f.Add(`"application/logout+jwt"`, goodLogout)
	f.Add(`"JWT"`, goodLogout)
	verifier := fuzzVerifier(oidc.Config{SkipClientIDCheck: true, SkipExpiryCheck: true})
	f.Fuzz(func(t *testing.T, typ, payload string) {
		header, raw := tokenOf(typ, payload)
		var l logoutToken
		token, err := verifier.Verify(t.Context(), raw)
		if err == nil {
			l, err = readLogout(token, raw, fuzzClient, time.Unix(fuzzNow, 0))
		}
		j := judged(payload)
		j.logoutToken()
		j.typ(header, "logout+jwt", "application/logout+jwt")
		j.compare(t, raw, err)
		if err == nil && clean(l.SessionID) == "" && l.Subject == "" {
			t.Errorf("%s ends nobody's session", payload)
		}
	})
}

// shownWell checks the person whom believed claims make.
func shownWell(t *testing.T, token *oidc.IDToken) {
	t.Helper()
	var c claims
	if err := token.Claims(&c); err != nil {
		t.Fatal(err)
	}
	p := c.identity(fuzzIssuer)
	for _, text := range []string{p.Name, p.Email, p.Username, p.IAL, clean(c.SessionID)} {
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 200 || strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("%q cannot be shown", text)
		}
	}
	if p.Name == "" || p.Subject != token.Subject || p.Issuer != fuzzIssuer {
		t.Errorf("%+v", p)
	}
	plain := regexp.MustCompile(`^\d{1,3}(\.\d{1,3})?$`).MatchString(p.IAL)
	if n, _ := strconv.ParseFloat(p.IAL, 64); assured(p.IAL, "2.3") != (plain && n >= 2.3) {
		t.Errorf("level %q", p.IAL)
	}
}

// judge finds reasons not to believe a set of claims. unsure notes what is not
// laid down: such a token may be believed or not.
type judge struct {
	claims map[string]any
	why    []string
	unsure bool
}

func (j *judge) require(ok bool, why string) {
	if !ok {
		j.why = append(j.why, why)
	}
}

func (j *judge) compare(t *testing.T, raw string, err error) {
	t.Helper()
	if believed := err == nil; believed && len(j.why) > 0 || !believed && len(j.why) == 0 && !j.unsure {
		t.Errorf("%s: %v; the rules say %q (unsure: %v)", raw, err, j.why, j.unsure)
	}
}

// judged reads the claims, of which each name must be there once and as it is.
func judged(payload string) *judge {
	j := &judge{claims: map[string]any{}}
	d := json.NewDecoder(strings.NewReader(payload))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') || !json.Valid([]byte(payload)) {
		j.require(false, "no object")
		return j
	}
	for d.More() {
		token, _ := d.Token()
		name, _ := token.(string)
		var value any
		_ = d.Decode(&value) // it is valid
		for _, known := range strings.Fields("iss sub aud azp exp iat nbf nonce at_hash sid auth_time events jti") {
			_, twice := j.claims[name]
			j.require(!strings.EqualFold(name, known) || name == known && !twice, known+" is not unique")
		}
		for _, other := range strings.Fields("given_name family_name name email preferred_username ial_level _claim_names _claim_sources") {
			j.unsure = j.unsure || strings.EqualFold(name, other)
			if _, twice := j.claims[name]; strings.EqualFold(name, other) && name == other && !twice && !strings.HasPrefix(name, "_") {
				j.unsure = false
				_, text := value.(string)
				j.require(text || value == nil || other == "ial_level", other+" is no text")
			}
		}
		j.claims[name] = value
	}
	return j
}

func (j *judge) text(name string) string {
	s, ok := j.claims[name].(string)
	j.require(ok || j.claims[name] == nil, name+" is no text")
	return s
}

// person checks a name by which a person or a thing is known.
func (j *judge) person(name string) {
	s := j.text(name)
	odd := strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\ufffd' })
	j.require(len(s) >= 1 && len(s) <= 255 && !odd, name+" is illegible")
}

// seconds reads a time, which texts may hold too where textToo. Beyond 10^15 it
// is not laid down what they mean.
func (j *judge) seconds(name string, textToo bool) (n float64) {
	text := ""
	switch v := j.claims[name].(type) {
	case json.Number:
		text = v.String()
	case string:
		j.require(textToo && regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`).MatchString(v), name+" is no time")
		text = v
	default:
		j.require(false, name+" is no time")
	}
	n, err := strconv.ParseFloat(text, 64)
	j.unsure = j.unsure || err != nil || math.Abs(n) > 1e15
	return math.Trunc(n)
}

// common looks at what both kinds of token have. Only with expiry does it matter
// from when a token counts.
func (j *judge) common(expiry bool) {
	_, many := j.claims["aud"].([]any)
	j.require(j.text("iss") == fuzzIssuer, "iss")
	if all, _ := j.claims["aud"].([]any); many && len(all) == 1 {
		j.require(all[0] == fuzzClient, "aud")
	} else {
		j.require(j.claims["aud"] == fuzzClient, "aud")
	}
	if j.claims["nbf"] != nil {
		n := j.seconds("nbf", true)
		j.require(n <= fuzzNow+300 || !expiry, "nbf")
	}
	j.text("at_hash")
}

func (j *judge) idToken() {
	j.common(true)
	j.person("sub")
	j.require(j.text("nonce") == fuzzNonce, "nonce")
	azp := j.text("azp")
	j.require(azp == "" || azp == fuzzClient, "azp")
	j.text("sid")
	iat := j.seconds("iat", true)
	j.require(iat > 0 && iat <= fuzzNow+300, "iat")
	j.require(j.seconds("exp", true) > fuzzNow, "exp")
	if at := j.claims["auth_time"]; at != nil {
		number, _ := at.(json.Number)
		n, err := number.Int64()
		j.require(err == nil && n <= fuzzNow+300, "auth_time")
	}
}
