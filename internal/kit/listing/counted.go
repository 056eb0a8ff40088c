package listing

// Parse reads a cursor of n keys.
func Parse(text string, n int) (Cursor, error) {
	return Order{Columns: make([]Column, max(n, 0))}.Parse(text)
}

// Key is the n-th value, or nil at the first page.
func (c Cursor) Key(n int) *string {
	if c.First() {
		return nil
	}
	return &c.Keys[n]
}

// SQL gives the comparison and the direction of a list that is sorted upwards.
func (c Cursor) SQL() (compare, direction string) { return Order{}.Compare(c), Order{}.Direction(c) }

// DescSQL is SQL for a list that is sorted downwards, newest first.
func (c Cursor) DescSQL() (compare, direction string) {
	o := Order{Down: true}
	return o.Compare(c), o.Direction(c)
}
