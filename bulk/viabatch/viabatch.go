// Package viabatch takes any number of requests through a provider's batch API: it cuts them into batches, submits these, asks
// how far they are, hands out the results, sends once more what expired or has no result, and goes on after a restart with the
// batches that a former run has submitted.
//
// Use it for work that may take a day and shall cost half; use a dispatcher where answers are wanted soon, or where requests of
// one run go to several providers. It keeps no state on disk: the caller does, by Config.OnSubmitted and Config.Attached.
//
// A process that dies between the provider's word that it has a batch and the end of OnSubmitted leaves a batch that nobody
// asks for again: its items are sent twice after the restart. A Client around a request.NamedBatcher can write a name down before
// it submits, and find the batch by that; package bulk does.
package viabatch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Defaults of Config.
const (
	DefaultPoll     = time.Minute
	DefaultInFlight = 8
)

// Config says what is to be done. Client and Items are required.
type Config struct {
	Client request.Batcher
	// Items are the requests. They are ranged over once, and read only while there is a place for another batch; while the next
	// one is waited for, nothing else is done. An error ends the run.
	Items iter.Seq2[request.BatchItem, error]
	// Limits make batches smaller than Client.BatchLimits allows, which holds for fields that are zero.
	Limits request.BatchLimits
	// Poll is the longest time between two questions about a batch, DefaultPoll if zero; the first are asked sooner. After a
	// failure it is waited longer, and as long as the provider asks.
	Poll time.Duration
	// InFlight bounds the batches under way at once, DefaultInFlight if zero. Their requests are kept in memory, to be sent
	// again if they expire.
	InFlight int
	// Attached are the batches of a former run in the order in which they were submitted, with those of their items whose results
	// are still wanted. These are not submitted again, unless they expired or have no result and are among Items. An item that is
	// in two of them was sent twice, and is not sent a third time.
	Attached []Submitted
	// OnSubmitted, if not nil, is told of each batch as soon as the provider has it, and must make that durable before it
	// returns. An error ends the run.
	OnSubmitted func(Submitted) error
	// Resend, if not nil, is asked before an item is sent once more: false gives it the error why it would be, which says whether
	// the provider may have billed it.
	Resend func(id string, why error) bool
	// OnPolled, if not nil, is told how far a batch is whenever that was asked, before the results of one that is over.
	OnPolled func(request.Batch)
	// OnWait, if not nil, is called before each wait: what a caller gathers of the results, to write it together, is best written
	// then.
	OnWait func()
}

// Submitted is a batch that a provider has.
type Submitted struct {
	// ID is the provider's name for the batch, Items are the IDs of the items in it.
	ID    string
	Items []string
	// Again are those of the items that were submitted before, and are not sent a third time.
	Again []string
	// Warnings name what of the requests could not be honoured as asked, each once; the responses do not repeat them. They are
	// not needed to attach the batch.
	Warnings []request.Warning
}

// Run yields one result for each item, in no particular order, and one for each item of an attached batch; the sequence blocks
// between them, and may be ranged over once. An item that can't be sent has a result with its error. An error of the sequence
// is its last element, and is that of the context, of Items, of OnSubmitted, or one that concerns all requests, such as a wrong
// key or a used-up quota. Batches that are under way then, or when the loop is left, stay so: attach them to another run, or
// end them with Client.CancelBatch.
func Run(ctx context.Context, cfg Config) iter.Seq2[request.BatchResult, error] {
	return func(yield func(request.BatchResult, error) bool) {
		if err := cfg.complete(); err != nil {
			yield(request.BatchResult{}, err)
			return
		}
		r := &run{Config: cfg, ctx: ctx, yield: yield, drafts: map[string]*draft{}, attached: map[string]*entry{}}
		r.attach()
		r.run()
	}
}

// complete fills in defaults and checks the configuration.
func (c *Config) complete() error {
	var faults []error
	if c.Client == nil {
		faults = append(faults, errors.New("client is nil; give one of a provider with batches"))
	}
	if c.Items == nil {
		faults = append(faults, errors.New("items are nil; give a sequence, if an empty one"))
	}
	if c.Poll < 0 || c.InFlight < 0 || c.Limits.Items < 0 || c.Limits.Bytes < 0 {
		faults = append(faults, errors.New("poll, in-flight and limits must not be negative; 0 is the default"))
	}
	if len(faults) > 0 {
		return fmt.Errorf("via batch: %w", errors.Join(faults...))
	}
	if c.Poll == 0 {
		c.Poll = DefaultPoll
	}
	if c.InFlight == 0 {
		c.InFlight = DefaultInFlight
	}
	most := c.Client.BatchLimits()
	c.Limits = request.BatchLimits{
		Items: lower(c.Limits.Items, most.Items), Bytes: lower(c.Limits.Bytes, most.Bytes), OneModel: c.Limits.OneModel || most.OneModel,
	}
	return nil
}

// lower is the lower of two bounds, of which 0 is none.
func lower(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
