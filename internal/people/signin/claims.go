package signin

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"

	"portal/internal/people/staff"
)

const (
	maxSubject = 255 // OpenID Connect Core, section 2
	maxClaim   = 200 // runes of a name or an e-mail that we keep
	clockSkew  = 5 * time.Minute
)

// claims are those of the ID token and of userinfo that we read.
type claims struct {
	Subject    string      `json:"sub"`
	AuthParty  string      `json:"azp"`
	SessionID  string      `json:"sid"`
	AuthTime   int64       `json:"auth_time"`
	NotBefore  json.Number `json:"nbf"`
	GivenName  string      `json:"given_name"`
	FamilyName string      `json:"family_name"`
	Name       string      `json:"name"`
	Email      string      `json:"email"`
	Username   string      `json:"preferred_username"`
	IAL        level       `json:"ial_level"`
}

// level is an assurance level, sent as a string or as a number.
type level string

// UnmarshalJSON accepts "2.3" and 2.3.
func (l *level) UnmarshalJSON(b []byte) error {
	*l = level(strings.Trim(string(b), `"`))
	if *l == "null" {
		*l = ""
	}
	return nil
}

// validateClaims checks what go-oidc leaves open in an ID token whose
// signature, issuer, audience and expiry hold (OpenID Connect Core, 3.1.3.7).
func validateClaims(t *oidc.IDToken, raw, clientID, nonce string, now time.Time) error {
	var c claims
	if err := t.Claims(&c); err != nil {
		return fmt.Errorf("reading claims: %w", err)
	}
	if err := checkNames(t); err != nil {
		return err
	}
	if err := checkSubject(t.Subject); err != nil {
		return err
	}
	// In seconds: a time.Time of absurd numbers begins again in the past.
	latest := now.Add(clockSkew).Unix()
	notBefore, _ := c.NotBefore.Float64() // go-oidc has read it
	switch {
	case nonce == "" || t.Nonce != nonce:
		return errors.New("nonce does not match")
	case !slices.Equal(t.Audience, []string{clientID}):
		return errors.New("audience is not us alone")
	case c.AuthParty != "" && c.AuthParty != clientID:
		return errors.New("azp is not us")
	case t.IssuedAt.Unix() <= 0:
		return errors.New("iat is missing")
	case t.IssuedAt.Unix() > latest:
		return errors.New("iat is in the future")
	case notBefore >= float64(latest+1):
		return errors.New("nbf is in the future")
	case !t.Expiry.After(now):
		return errors.New("exp is past")
	case c.AuthTime > latest:
		return errors.New("auth_time is in the future")
	}
	return checkType(raw)
}

// decisive are the claims by which a token is believed or not.
var decisive = []string{"iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "at_hash", "sid", "auth_time", "events", "jti"}

// checkNames refuses decisive claims that are there twice, or in capitals: their
// names are unique and told apart by case (RFC 7519, section 4), but Go's decoder
// takes the last of them all.
func checkNames(t *oidc.IDToken) error {
	var all json.RawMessage
	if err := t.Claims(&all); err != nil {
		return fmt.Errorf("reading claims: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(all))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("the claims are no object")
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return fmt.Errorf("reading claims: %w", err)
		}
		written := fmt.Sprint(name)
		for _, known := range decisive {
			if strings.EqualFold(written, known) && (written != known || seen[known]) {
				return fmt.Errorf("%s is there twice or in capitals", known)
			}
		}
		seen[written] = true
		if err := d.Decode(new(json.RawMessage)); err != nil {
			return fmt.Errorf("reading claims: %w", err)
		}
	}
	return nil
}

// checkSubject also refuses the character that stands for what was no text: two
// people could be told apart by that alone.
func checkSubject(sub string) error {
	if sub == "" || len(sub) > maxSubject || strings.ContainsFunc(sub, unicode.IsControl) || strings.ContainsRune(sub, unicode.ReplacementChar) {
		return errors.New("sub is empty, too long or has characters that nobody can read")
	}
	return nil
}

// checkType refuses other kinds of JWT: logout and access tokens say what they
// are in their header (RFC 8725, 3.11).
func checkType(raw string) error {
	typ, err := typeOf(raw)
	if err == nil && typ != "" && !strings.EqualFold(typ, "JWT") {
		err = errors.New("typ is not JWT")
	}
	return err
}

// typeOf reads what kind of token it says it is. A map tells names apart by case.
func typeOf(raw string) (string, error) {
	head, _, _ := strings.Cut(raw, ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return "", fmt.Errorf("reading the token's header: %w", err)
	}
	var h map[string]json.RawMessage
	if err := json.Unmarshal(text, &h); err != nil {
		return "", fmt.Errorf("reading the token's header: %w", err)
	}
	typ := ""
	if h["typ"] == nil {
		return typ, nil
	}
	if err := json.Unmarshal(h["typ"], &typ); err != nil {
		return "", fmt.Errorf("reading the token's typ: %w", err)
	}
	return typ, nil
}

// merge fills what the ID token leaves out from userinfo.
func (c claims) merge(info claims) claims {
	for _, f := range []struct{ to, from *string }{
		{&c.GivenName, &info.GivenName}, {&c.FamilyName, &info.FamilyName}, {&c.Name, &info.Name},
		{&c.Email, &info.Email}, {&c.Username, &info.Username}, {(*string)(&c.IAL), (*string)(&info.IAL)},
	} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	return c
}

func (c claims) identity(issuer string) staff.Identity {
	name := clean(c.GivenName + " " + c.FamilyName)
	for _, other := range []string{c.Name, c.Username, c.Email, "ไม่ระบุชื่อ"} {
		if name == "" {
			name = clean(other)
		}
	}
	return staff.Identity{
		Issuer: issuer, Subject: c.Subject, Name: name, Email: clean(c.Email),
		Username: clean(c.Username), IAL: clean(string(c.IAL)),
	}
}

// clean makes a claim fit to be shown: valid UTF-8 of one line and bounded length.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > maxClaim {
		s = string(r[:maxClaim])
	}
	return strings.TrimSpace(s)
}

// levelForm is how levels are written: ParseFloat takes Infinity too.
var levelForm = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{1,3})?$`)

// assured reports whether level reaches minimum; an empty minimum asks nothing.
func assured(level, minimum string) bool {
	if minimum == "" {
		return true
	}
	have, err := strconv.ParseFloat(level, 64)
	if err != nil || !levelForm.MatchString(level) {
		return false
	}
	want, err := strconv.ParseFloat(minimum, 64)
	return err == nil && have >= want
}
