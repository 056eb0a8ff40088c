package auditlog

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"portal/internal/kit/authz"
	"portal/internal/kit/listing"
)

// refusalEvery is how often one person is recorded as refused at one path.
const refusalEvery = time.Minute

// maxPath is how much of a path is kept, in characters.
const maxPath = 200

// MinimumKeep is the least time that entries are kept: a year, and a leap year
// is one too. The database refuses to delete what is younger.
const MinimumKeep = 366 * 24 * time.Hour

// order is what the log is sorted by, newest first.
var order = sortedBy("id")

func sortedBy(column string) listing.Order {
	return listing.Order{Down: true, Columns: []listing.Column{{Name: column, Type: listing.ID}}}
}

// minIndexed is the length of a text from which on the trigram index helps, in
// characters.
const minIndexed = 3

// short reports whether a text is too short for the index.
func short(text string) bool {
	return text != "" && utf8.RuneCountInString(strings.TrimSpace(text)) < minIndexed
}

// onward leads from a page that looked through a part of the log to the next
// part, which begins at edge.
func onward(next, previous string, c listing.Cursor, edge ID) (string, string) {
	to := func(back bool, id ID) string {
		return listing.Cursor{Back: back, Keys: Entry{ID: id}.keys()}.String()
	}
	if !c.Back {
		if previous == "" && !c.First() { // nothing was found: as below
			previous = to(true, idOf(c)-1)
		}
		return to(false, edge), previous
	}
	if next == "" { // nothing was found: the way back to where this page was asked for
		next = to(false, idOf(c)+1)
	}
	return next, to(true, edge)
}

// idOf is the entry that a cursor of order names.
func idOf(c listing.Cursor) ID {
	id, _ := strconv.ParseInt(c.Keys[0], 10, 64) // order.Parse has read it
	return ID(id)
}

func (e Entry) keys() []string { return []string{listing.Number(e.ID)} }

// detail is what the log keeps of a filter.
func (f Filter) detail() map[string]any {
	kept := map[string]any{}
	for name, value := range map[string]string{"person": f.Person, "text": f.Text, "action": string(f.Action)} {
		if value != "" {
			kept[name] = value
		}
	}
	for name, at := range map[string]time.Time{"from": f.From, "until": f.Until} {
		if !at.IsZero() {
			kept[name] = at.UTC().Format(time.RFC3339)
		}
	}
	if f.Unit != 0 {
		kept["unit"] = f.Unit
	}
	return kept
}

// own lists the agencies of the actor's memberships.
func own(actor authz.Actor) []authz.AgencyID {
	var all []authz.AgencyID
	for _, g := range actor.Grants {
		all = append(all, g.Agency)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// printable is text without what cannot be shown, cut at n characters.
func printable(text string, n int) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	if runes := []rune(clean); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return clean
}
