package app

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// browserKeys are keys of their own from those that hide tokens (HKDF, RFC 5869),
// so that every server knows the browsers that another one has met.
func browserKeys(tokenKeys string) (keys [][]byte) {
	for _, text := range strings.Split(tokenKeys, ",") {
		secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil {
			continue // token.ParseKeys has refused it
		}
		key, err := hkdf.Key(sha256.New, secret, nil, "portal known browsers", sha256.Size)
		if err == nil {
			keys = append(keys, key)
		}
	}
	return keys
}
