package backup

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
)

// Recipients reads public keys of age (age1…), or files with one on each line.
func Recipients(names []string) ([]age.Recipient, error) {
	var all []age.Recipient
	for _, name := range slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.TrimSpace(n) == "" }) {
		some, err := recipients(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	if len(all) == 0 {
		return nil, errors.New("nobody could open this backup: give --to, or PORTAL_BACKUP_TO, a public key of age or a file of them (`portal backup key` makes one)")
	}
	return all, nil
}

func recipients(name string) ([]age.Recipient, error) {
	if strings.HasPrefix(strings.ToUpper(name), "AGE-SECRET-KEY-") {
		return nil, errors.New("this is a secret key: a backup is made for a public key (age1…)")
	}
	if strings.HasPrefix(name, "age1") {
		some, err := age.ParseRecipients(strings.NewReader(name))
		if err != nil {
			return nil, fmt.Errorf("%s is not a public key of age", name)
		}
		return some, nil
	}
	f, err := os.Open(name) // #nosec G304 -- a file that the operator names
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	some, err := age.ParseRecipients(f)
	if err != nil {
		return nil, fmt.Errorf("%s holds something other than public keys of age", name)
	}
	return some, nil
}

// Identities reads secret keys of age from the file, one on each line; from
// standard input if it is called "-", so that nobody but who gives it needs to be
// able to read it.
func Identities(name string) ([]age.Identity, error) {
	f := os.Stdin
	if name != "-" {
		var err error
		if f, err = os.Open(name); err != nil { // #nosec G304 -- a file that the operator names
			return nil, err
		}
		defer func() { _ = f.Close() }()
	}
	all, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%s holds something other than secret keys of age", name) // without err, which may quote a key
	}
	return all, nil
}

// WriteKey makes a new key and writes it as age-keygen does.
func WriteKey(w io.Writer, at time.Time) error {
	k, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "# created: %s\n# public key: %s\n%s\n", at.UTC().Format(time.RFC3339), k.Recipient(), k)
	return err
}
