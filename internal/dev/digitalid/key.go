package digitalid

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	jose "github.com/go-jose/go-jose/v4"
)

// signingKey is our RSA key with a name made from it, so that a key kept in a
// file keeps its name too.
type signingKey struct {
	id  string
	key *rsa.PrivateKey
}

func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Key() any                                    { return k.key }
func (k signingKey) ID() string                                  { return k.id }

// publicKey is the half that everybody may see.
type publicKey struct{ signingKey }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return &k.key.PublicKey }

func loadKey(file string) (signingKey, error) {
	if file == "" {
		return newKey()
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return createKey(file)
	}
	if err != nil {
		return signingKey{}, err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return signingKey{}, fmt.Errorf("%s holds no key: delete it", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return signingKey{}, fmt.Errorf("%s: %w", file, err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return signingKey{}, fmt.Errorf("%s holds no RSA key: delete it", file)
	}
	return named(key), nil
}

func newKey() (signingKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return signingKey{}, err
	}
	return named(key), nil
}

// createKey writes beside the file and renames: half a key would stop every
// later start.
func createKey(file string) (signingKey, error) {
	k, err := newKey()
	if err != nil {
		return k, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.key)
	if err != nil {
		return k, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return k, err
	}
	b := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := os.WriteFile(file+".new", b, 0o600); err != nil {
		return k, err
	}
	return k, os.Rename(file+".new", file)
}

func named(key *rsa.PrivateKey) signingKey {
	sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	return signingKey{id: hex.EncodeToString(sum[:8]), key: key}
}
