// Package pricing knows the models of each vendor: their limits, what they can do, and their list prices for display. It
// answers from a table that is part of the program; nothing is fetched, and nothing is read before the first question.
//
// Use it to refuse what a model can't do before it is sent, or to list models. A model that it does not know is not a
// wrong name: tables age faster than models appear. It does not calculate costs.
//
// The table is made from public lists by the command in the folder gen, which settles where they disagree.
package pricing

import (
	_ "embed"
	"fmt"
	"iter"
	"sync"

	"github.com/seed63918563/llmgate/request"
)

//go:embed models.txt
var text string

// table parses on first use, for importing the package must cost nothing.
var table = sync.OnceValue(func() *Table {
	t, err := Parse(text)
	if err != nil {
		panic(fmt.Sprintf("pricing: the built-in table: %v", err))
	}
	return t
})

// Lookup finds a model of the built-in table; see [Table.Lookup].
func Lookup(vendor, model string) (Model, bool) { return table().Lookup(vendor, model) }

// Capabilities says what a model can do by the built-in table. Known is false if the table does not have it.
func Capabilities(vendor, model string) request.Capabilities {
	m, ok := Lookup(vendor, model)
	if !ok {
		return request.Capabilities{}
	}
	return m.Capabilities()
}

// Models yields the built-in table, sorted by vendor and name.
func Models() iter.Seq[Model] { return table().Models() }

// Sources lists what the built-in table was made from.
func Sources() []Source { return table().Sources() }
