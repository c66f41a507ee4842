package sqlite

import (
	"database/sql/driver"
	"slices"
	"strings"
)

// inserter writes rows into one table, many with one statement: what that takes besides is as much as a row takes.
type inserter struct {
	one, many *statement
	columns   int
	values    []driver.Value // of rows that wait for a statement, fewer than atOnce
}

// atOnce is how many rows one statement inserts.
const atOnce = 16

// insertion is a statement that inserts n rows of so many columns.
func insertion(into string, columns, n int) string {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	return "insert into " + into + " values " + row + strings.Repeat(", "+row, n-1)
}

// insert adds a row.
func (c *change) insert(r *inserter, values ...driver.Value) {
	r.values = append(r.values, values...)
	if len(r.values) == atOnce*r.columns {
		c.last = c.do(r.many, r.values...)
		r.clear()
	}
}

// rest inserts the rows that wait. The last one's number is then in last, and those of the same commit stand before it.
func (c *change) rest(r *inserter) {
	for row := range slices.Chunk(r.values, r.columns) {
		c.last = c.do(r.one, row...)
	}
	r.clear()
}

func (r *inserter) clear() {
	clear(r.values)
	r.values = r.values[:0]
}
