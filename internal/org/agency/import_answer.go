package agency

import (
	"slices"
	"strings"

	"portal/internal/kit/export"
)

// answer writes the file that p is for, with a column that says what is wrong
// with each row. What a row holds beyond the heading stands behind it again: who
// sends the file back unmended shall not have it cut off unseen.
func answer(p fullPlan, to export.Writer) error {
	why := map[int]string{}
	for _, r := range p.Refused {
		why[r.Row] = strings.Join(r.Reasons, "; ")
	}
	heading := p.file.heading
	last := slices.IndexFunc(heading, func(h string) bool { return tidy(plain(h)) == faultHeading })
	row := func(cells []string, fault string) error {
		full := make([]string, len(heading), max(len(heading), len(cells))+1)
		copy(full, cells)
		if last < 0 {
			full = append(full, fault)
		} else {
			full[last] = fault
		}
		if len(cells) > len(heading) {
			full = append(full, cells[len(heading):]...)
		}
		for i := range full {
			full[i] = plain(full[i]) // the writer makes it harmless again
		}
		return to.Row(full...)
	}
	if err := row(heading, faultHeading); err != nil {
		return err
	}
	for _, r := range p.file.rows {
		if err := row(r.cells, why[r.n]); err != nil {
			return err
		}
	}
	return nil
}
