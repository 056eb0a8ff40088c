package listing

import "github.com/jackc/pgx/v5"

// Each gives rows to give one by one, as an export needs them: no more than one
// is in memory. It closes rows.
func Each[T any](rows pgx.Rows, to pgx.RowToFunc[T], give func(T) error) error {
	defer rows.Close()
	for rows.Next() {
		v, err := to(rows)
		if err != nil {
			return err
		}
		if err := give(v); err != nil {
			return err
		}
	}
	return rows.Err()
}
