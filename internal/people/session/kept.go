package session

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"

	"portal/internal/kit/authz"
)

// Form is what somebody sent after their session had ended.
type Form struct {
	Path   string // its own address
	Fields url.Values
}

// KeepForm keeps f until the person whose session token was signs in again. It
// returns the key that opens it, for the browser's cookie alone: the form is
// sealed with it. key is the one that the browser has already, if any. Nothing
// is kept, and "" returned, if no session is known by token. Public: the token
// says whose form it is, and that person alone gets it back.
func (s *Service) KeepForm(ctx context.Context, token, key string, f Form) (string, error) {
	staffID, found, err := selectOwner(ctx, s.keep, hash(token))
	if err != nil || !found {
		return "", err
	}
	if len(key) != len(token) { // none yet, or not one of ours
		key = rand.Text()
	}
	sealed, err := seal(key, place(staffID, f.Path), []byte(f.Fields.Encode()))
	if err != nil {
		return "", err
	}
	return key, insertForm(ctx, s.keep, keptForm{
		KeyHash: hash(key), StaffID: staffID, Path: f.Path, Sealed: sealed, ExpiresAt: s.now().Add(FormLasts),
	})
}

// TakeForm gives the actor the fields that wait under key for the form at path,
// once.
func (s *Service) TakeForm(ctx context.Context, actor authz.Actor, key, path string) (url.Values, bool, error) {
	if err := actor.Require(authz.ViewProfile); err != nil {
		return nil, false, err
	}
	f, found, err := takeForm(ctx, s.keep, hash(key), actor.StaffID, path)
	if err != nil || !found || !s.now().Before(f.ExpiresAt) {
		return nil, false, err
	}
	text, err := unseal(key, place(f.StaffID, f.Path), f.Sealed)
	if err != nil {
		return nil, false, err
	}
	fields, err := url.ParseQuery(string(text))
	return fields, err == nil, err
}

// DropForms forgets what waits under key for anybody but staffID, who has just
// signed in. Public: it only forgets.
func (s *Service) DropForms(ctx context.Context, key string, staffID int64) error {
	return deleteFormsOfOthers(ctx, s.keep, hash(key), staffID)
}

// place ties a sealed form to its person and address.
func place(staffID int64, path string) []byte { return fmt.Appendf(nil, "%d %s", staffID, path) }

func seal(key string, place, text []byte) ([]byte, error) {
	aead, err := cipherOf(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails, by its documentation
	return aead.Seal(nonce, nonce, text, place), nil
}

func unseal(key string, place, sealed []byte) ([]byte, error) {
	aead, err := cipherOf(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("session: a kept form is too short")
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], place)
}

// cipherOf derives an AES-256 key that the look-up value does not give away.
func cipherOf(key string) (cipher.AEAD, error) {
	secret, err := hkdf.Key(sha256.New, []byte(key), nil, "portal kept form", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
