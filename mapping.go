package llmgate

import (
	"context"
	"iter"

	"github.com/seed63918563/llmgate/dispatcher"
)

// A mapping says what to ask about an item and what to make of the answer; see package dispatcher.
type (
	Mapping[In, Out any] = dispatcher.Mapping[In, Out]
	Mapped[In, Out any]  = dispatcher.Mapped[In, Out]
)

// Map asks about each item, such as a document, as a Gate's Run does, and hands out what the mapping makes of the answers. It
// is lazy: nothing is asked before the sequence is ranged over, which blocks as Run does.
func Map[In, Out any](ctx context.Context, g *Gate, items iter.Seq[In], m Mapping[In, Out], opts RunOptions) iter.Seq[Mapped[In, Out]] {
	return dispatcher.Map(ctx, g.Dispatcher, items, m, opts)
}

// Reduce combines values, a group of neighbours at a time, until one is left, and blocks until then; see dispatcher.Reduce.
func Reduce[T any](ctx context.Context, g *Gate, values []T, group int, m Mapping[[]T, T], opts RunOptions) (T, error) {
	return dispatcher.Reduce(ctx, g.Dispatcher, values, group, m, opts)
}
