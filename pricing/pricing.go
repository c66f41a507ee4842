// Package pricing knows the models of each vendor: their limits, what they can do, and what they cost. It answers from a table
// that is part of the program; nothing is fetched, and nothing is read before the first question.
//
// Use it to price an answer exactly, to bound what a request will cost before it is sent, to refuse what a model can't do, or
// to list models. A model that it does not know is not a wrong name: tables age faster than models appear.
//
// Prices that the table lacks, and one's own, come from a table of one's own: [Load] reads one, [Table.With] lays it over
// another, and the Config of each client takes it. No table ever changes, the built-in one neither, so there is nothing to
// register and no order of starting up to heed.
//
// What is not in a usage is not in a cost: surcharges for a region or for faster answers, sound that was read from the cache, and
// searches that the provider does not count. The built-in table is made from public lists by the command in the folder gen,
// which settles where they disagree.
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

// Builtin is the table that is part of the program.
func Builtin() *Table { return table() }

// Lookup finds a model of the built-in table; see [Table.Lookup].
func Lookup(vendor, model string) (Model, bool) { return table().Lookup(vendor, model) }

// Capabilities says what a model can do by the built-in table. Known is false if the table does not have it.
func Capabilities(vendor, model string) request.Capabilities {
	return table().Capabilities(vendor, model)
}

// Cost prices a usage by the built-in table; see [Table.Cost].
func Cost(vendor, model string, u *request.Usage, s Service) (cost request.Money, ok bool) {
	return table().Cost(vendor, model, u, s)
}

// Estimate bounds the cost of a request by the built-in table; see [Model.Estimate].
func Estimate(vendor, model string, r *request.Request, prompt request.TokenCount, s Service) Quote {
	return table().Estimate(vendor, model, r, prompt, s)
}

// Models yields the built-in table, sorted by vendor and name.
func Models() iter.Seq[Model] { return table().Models() }

// Sources lists what the built-in table was made from.
func Sources() []Source { return table().Sources() }
