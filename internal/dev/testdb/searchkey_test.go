package testdb_test

import (
	"testing"

	"portal/internal/dev/testdb"
)

// TestSearchKeyUnitesSpellings asks the database's own function: however a word
// was typed, its key is the same.
func TestSearchKeyUnitesSpellings(t *testing.T) {
	t.Parallel()
	pool := testdb.New(t)
	for typed, want := range map[string]string{
		"น้ํา": "น้ำ", "นํ้า": "น้ำ", "นำ้": "น้ำ", "น้ำ": "น้ำ",
		"เเก้ว": "แก้ว", "ท่ี": "ที่", "ท\u200bาง": "ทาง", "  กรม \t การ ": "กรม การ", "DGA": "dga", "e\u0301": "é", "": "",
	} {
		var got string
		if err := pool.QueryRow(t.Context(), `SELECT search_key($1)`, typed).Scan(&got); err != nil || got != want {
			t.Errorf("%q became %q, %v; want %q", typed, got, err, want)
		}
	}
}
