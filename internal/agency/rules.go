package agency

import (
	"strings"
	"unicode/utf8"

	"portal/internal/problem"
)

// maxSearch is the longest text to search for, in characters.
const maxSearch = 100

// checkText refuses a text that no name contains and Postgres cannot hold.
func checkText(text string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || utf8.RuneCountInString(text) > maxSearch {
		return problem.New(problem.BadInput, "คำค้นยาวเกินไปหรืออ่านไม่ได้ กรุณาพิมพ์ใหม่")
	}
	return nil
}
