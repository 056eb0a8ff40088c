package token

import (
	"bytes"
	"encoding/base64"
	"testing"
)

func testKeys(t testing.TB, fill ...byte) Keys {
	t.Helper()
	text := ""
	for i, b := range fill {
		if i > 0 {
			text += ","
		}
		text += base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, keyBytes))
	}
	keys, err := ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestA28_KeysRotateAndFailClosed(t *testing.T) {
	old, rotated, wrong := testKeys(t, 1), testKeys(t, 2, 1), testKeys(t, 3)
	sealed := old.seal(example, "7/dga_admin")
	if got, err := rotated.open(sealed, "7/dga_admin"); err != nil || got != example {
		t.Errorf("after a rotation: %q, %v", got, err)
	}
	if got, err := wrong.open(sealed, "7/dga_admin"); err == nil {
		t.Errorf("a wrong key opened %q", got)
	}
	if got, err := old.open(sealed, "8/dga_admin"); err == nil {
		t.Errorf("moved to another row it opened as %q", got)
	}
	if !bytes.Equal(rotated.hashes(example)[1], old.hash(example)) || bytes.Equal(rotated.hash(example), old.hash(example)) {
		t.Error("hashes do not follow the keys")
	}
}

func TestParseKeysRefuses(t *testing.T) {
	for _, text := range []string{"", "short", "AAAA", base64.StdEncoding.EncodeToString(make([]byte, 31))} {
		if _, err := ParseKeys(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}
