package dispatcher

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// Mapping says what to ask of a model about an item, and what to make of its answer. An error or a panic of either is that
// item's error. Ask is called on the goroutine that reads the items, Read on the reader's.
type Mapping[In, Out any] struct {
	Ask  func(In) (request.Request, error)
	Read func(In, *request.Response) (Out, error)
}

// Mapped is what became of an item: a value or an error.
type Mapped[In, Out any] struct {
	Item  In
	Index int
	Value Out
	// Response is nil where the model gave none.
	Response *request.Response
	Err      error
}

// Map asks about each item, such as a document, as Run does.
func Map[In, Out any](ctx context.Context, d *Dispatcher, items iter.Seq[In], m Mapping[In, Out], opts RunOptions) iter.Seq[Mapped[In, Out]] {
	jobs := func(yield func(Job) bool) {
		for item := range items {
			job := Job{Value: item}
			fence(&job.Err, func() (err error) {
				job.Request, err = m.Ask(item)
				return err
			})
			if !yield(job) {
				return
			}
		}
	}
	return func(yield func(Mapped[In, Out]) bool) {
		for r := range d.Run(ctx, jobs, opts) {
			item, _ := r.Job.Value.(In) // zero for an error of the source
			out := Mapped[In, Out]{Item: item, Index: r.Index, Response: r.Response, Err: r.Err}
			if out.Err == nil {
				fence(&out.Err, func() (err error) {
					out.Value, err = m.Read(item, r.Response)
					return err
				})
			}
			if !yield(out) {
				return
			}
		}
	}
}

// Reduce combines values, a group of neighbours at a time, until one is left: summaries of chapters into the summary of a
// book. Groups of one round are asked about at once; a round begins when the one before it is done. It blocks until the end,
// and stops at the first error. The values of one round are held in memory, and the Outcome is that of the last. A
// single value is returned without asking.
func Reduce[T any](ctx context.Context, d *Dispatcher, values []T, group int, m Mapping[[]T, T], opts RunOptions) (T, error) {
	var none T
	switch {
	case len(values) == 0:
		return none, errors.New("dispatcher: nothing to reduce")
	case group < 2:
		return none, errors.New("dispatcher: groups to reduce must have at least two values")
	}
	opts.Order = Input
	if opts.Outcome == nil {
		opts.Outcome = new(Outcome)
	}
	for len(values) > 1 {
		whole := len(values)
		if whole%group == 1 { // one value alone is its own combination
			whole--
		}
		next := make([]T, 0, whole/group+2)
		for r := range Map(ctx, d, slices.Chunk(values[:whole], group), m, opts) {
			if r.Err != nil {
				return none, r.Err
			}
			next = append(next, r.Value)
		}
		if err := opts.Outcome.Err; err != nil {
			return none, err
		}
		values = append(next, values[whole:]...)
	}
	return values[0], nil
}
