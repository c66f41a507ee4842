package request

import (
	"context"
	"iter"
	"time"
)

// Batcher is what a [Client] implements besides where its provider has a batch API: many requests are handed over at once and
// answered within a day, at a lower price and outside the rate limits. A provider has no batch API if its errors are of
// ClassInvalid and say so; nothing was sent then. A Batcher is safe for concurrent use, and its errors are those of a Client.
type Batcher interface {
	// BatchLimits says how much one batch may hold. It does not block.
	BatchLimits() BatchLimits

	// BatchItemSize gives the bytes that an item takes of a batch. It fails, with what SubmitBatch would say of the item, if the
	// item can't be sent. It does not block.
	BatchItemSize(item BatchItem) (int, error)

	// SubmitBatch hands a batch over and blocks until the provider has it, with all of it in memory meanwhile. One item that
	// can't be sent fails the call, and nothing is sent. An error with MaybeBilled set leaves open whether there is a batch.
	SubmitBatch(ctx context.Context, items []BatchItem) (Batch, error)

	// PollBatch asks once how far a batch is.
	PollBatch(ctx context.Context, id string) (Batch, error)

	// BatchResults reads the results of a batch that is over, in no particular order and with one of them in memory at a time.
	// Items that were not answered may be left out. A result without an ID is one that can't be read; the others follow it. The
	// sequence blocks between results and ends after an error; each range reads anew.
	BatchResults(ctx context.Context, id string) iter.Seq2[BatchResult, error]

	// CancelBatch asks the provider to end a batch. It does not wait for the end: what is under way is still answered.
	CancelBatch(ctx context.Context, id string) error
}

// NamedBatcher is what a [Batcher] implements besides where its provider keeps a name of the caller's with a batch: a program that
// wrote the name down beforehand can ask for the batch although it ended before it knew the ID.
type NamedBatcher interface {
	Batcher

	// SubmitBatchAs is SubmitBatch under a name of letters, digits, - and _, at most 60, which should be no other batch's.
	SubmitBatchAs(ctx context.Context, name string, items []BatchItem) (Batch, error)

	// FindBatch gives the batch of that name; its ID is empty if none of the thousand that the provider lists first has it. It
	// blocks for as many as ten calls.
	FindBatch(ctx context.Context, name string) (Batch, error)
}

// BatchLimits bound a batch; 0 is no bound.
type BatchLimits struct {
	Items int
	// Bytes bound the sum of what BatchItemSize gives.
	Bytes int
	// OneModel: all requests of a batch are to name the same model.
	OneModel bool
}

// BatchItem is a request in a batch. The ID, unique in its batch, tells which result is its own.
type BatchItem struct {
	ID      string
	Request Request
}

// BatchState says where a batch is.
type BatchState string

// The states. From BatchEnded on a batch is over.
const (
	BatchSubmitted BatchState = "submitted"
	BatchRunning   BatchState = "running"
	// BatchEnded: each item was answered, or failed.
	BatchEnded BatchState = "ended"
	// BatchFailed: the provider did not take the batch, and Err says why. Nothing was answered.
	BatchFailed BatchState = "failed"
	// BatchExpired and BatchCanceled: the batch was over before all of its items were answered. There are results of the others.
	BatchExpired  BatchState = "expired"
	BatchCanceled BatchState = "canceled"
)

// Over reports that nothing of a batch will change any more.
func (s BatchState) Over() bool {
	switch s {
	case BatchEnded, BatchFailed, BatchExpired, BatchCanceled:
		return true
	}
	return false
}

// Batch is how far a batch is.
type Batch struct {
	// ID is the provider's name for the batch, by which another process can ask for it.
	ID     string
	State  BatchState
	Counts BatchCounts
	// Created is when the provider took it, Expires when it gives up on what is not answered; zero if it does not say.
	Created time.Time
	Expires time.Time
	// Err is why the batch failed, or nil.
	Err error
	// Warnings, from SubmitBatch alone, name what of the requests could not be honoured as asked, each once. The responses do not
	// repeat them.
	Warnings []Warning
}

// BatchCounts are the items of a batch as the provider counts them. It may tell of the last two only when the batch is over.
type BatchCounts struct {
	Total     int
	Succeeded int
	// Failed counts all that will get no answer, expired and canceled ones included.
	Failed int
}

// BatchResult is what came of an item: a Response, priced as part of a batch, or an Err. An item that was not answered in time
// fails with ReasonExpired, one that was canceled with ClassCanceled.
type BatchResult struct {
	ID       string
	Response *Response
	Err      error
}
