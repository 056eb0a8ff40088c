package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// Keys hide codes in the database. The first one is used for new codes; the
// others still open and find the codes made with them.
type Keys []key

type key struct {
	hmac []byte
	aead cipher.AEAD
}

const keyBytes = 32

// ParseKeys reads keys in base64 (32 bytes each), separated by commas, the
// current one first.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	for i, part := range strings.Split(text, ",") {
		secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(part))
		if err != nil || len(secret) != keyBytes {
			return nil, fmt.Errorf("key %d is not %d bytes in base64", i+1, keyBytes)
		}
		k, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// newKey derives two independent keys from one secret (HKDF, RFC 5869).
func newKey(secret []byte) (key, error) {
	mac, err := hkdf.Key(sha256.New, secret, nil, "portal role token look-up", keyBytes)
	if err != nil {
		return key{}, err
	}
	seal, err := hkdf.Key(sha256.New, secret, nil, "portal role token seal", keyBytes)
	if err != nil {
		return key{}, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return key{}, err
	}
	aead, err := cipher.NewGCM(block)
	return key{mac, aead}, err
}

// hash is the code's look-up value under the current key.
func (k Keys) hash(c Code) []byte { return k[0].hash(c) }

// hashes are its look-up values under all keys.
func (k Keys) hashes(c Code) [][]byte {
	all := make([][]byte, len(k))
	for i := range k {
		all[i] = k[i].hash(c)
	}
	return all
}

func (k key) hash(c Code) []byte {
	m := hmac.New(sha256.New, k.hmac)
	m.Write([]byte(c))
	return m.Sum(nil)
}

// seal encrypts the code so that it can be shown again; place ties it to its
// row, so that a sealed code moved to another row does not open.
func (k Keys) seal(c Code, place string) []byte {
	nonce := make([]byte, k[0].aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails, by its documentation
	return k[0].aead.Seal(nonce, nonce, []byte(c), []byte(place))
}

var errSealed = errors.New("token: no key opens this code")

// open undoes seal with whichever key fits.
func (k Keys) open(sealed []byte, place string) (Code, error) {
	code, _, err := k.openWith(sealed, place)
	return code, err
}

// openWith also says which key it was; 0 is the current one.
func (k Keys) openWith(sealed []byte, place string) (code Code, which int, err error) {
	for i, key := range k {
		n := key.aead.NonceSize()
		if len(sealed) < n {
			continue
		}
		if text, err := key.aead.Open(nil, sealed[:n], sealed[n:], []byte(place)); err == nil {
			return Code(text), i, nil
		}
	}
	return "", 0, errSealed
}
