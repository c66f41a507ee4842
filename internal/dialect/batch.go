package dialect

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// BatchPage is how many batches are asked for at once, the most that the vendors give, to find one by its name; MaxBatchPages is how
// often.
const (
	BatchPage     = "100"
	MaxBatchPages = 10
)

// Batching is how a dialect puts requests into batches.
type Batching struct {
	Client *Client
	Limits request.BatchLimits
	// Absent, if not empty, says why the provider has no batches.
	Absent string
	// Codec begins a request.
	Codec func(*request.Request) Codec
	// Refuse says what is wrong with an item that was encoded, or nothing. It may be nil.
	Refuse func(item *request.BatchItem, codec Codec) string
	// Append writes an item around the body of its request.
	Append func(w *jsontext.Writer, id string, body []byte)
}

// Batch is a batch as it is sent.
type Batch struct {
	// Body is what the items come to, between what the dialect writes around them.
	Body *wire.Buffer
	// Model is the one asked for, of the last item.
	Model    string
	Warnings []request.Warning
}

// Err is the error for a provider without batches, or nil.
func (b *Batching) Err() error {
	if b.Absent == "" {
		return nil
	}
	return b.Client.invalid(b.Absent)
}

// Size is the bytes that an item takes; see request.Batcher.
func (b *Batching) Size(item request.BatchItem) (int, error) {
	if err := b.Err(); err != nil {
		return 0, err
	}
	batch := Batch{Body: wire.GetBuffer()}
	defer batch.Body.Free()
	batch.Body.B = append(batch.Body.B, '[') // counts for what separates the item from the next
	if err := b.add(&batch, &item); err != nil {
		return 0, err
	}
	return len(batch.Body.B), nil
}

// Encode writes the items behind the head, and the tail behind them. The caller sends the body, or frees it.
func (b *Batching) Encode(items []request.BatchItem, head, tail string) (*Batch, error) {
	if err := b.check(items); err != nil {
		return nil, err
	}
	batch := &Batch{Body: wire.GetBuffer()}
	batch.Body.B = append(batch.Body.B, head...)
	model := ""
	for i := range items {
		err := b.add(batch, &items[i])
		if err == nil && i > 0 && b.Limits.OneModel && batch.Model != model {
			err = b.Client.invalid(fmt.Sprintf("the batch asks for the models %s and %s; give each its own batch", model, batch.Model))
		}
		if err != nil {
			batch.Body.Free()
			return nil, err
		}
		model = batch.Model
	}
	if most := b.Limits.Bytes; most > 0 && len(batch.Body.B)-len(head) > most {
		batch.Body.Free()
		return nil, b.Client.invalid(fmt.Sprintf("the batch is larger than %d bytes; send fewer items", most))
	}
	batch.Body.B = append(batch.Body.B, tail...)
	return batch, nil
}

func (b *Batching) check(items []request.BatchItem) error {
	if err := b.Err(); err != nil {
		return err
	}
	if len(items) == 0 {
		return b.Client.invalid("the batch has no items")
	}
	if most := b.Limits.Items; most > 0 && len(items) > most {
		return b.Client.invalid(fmt.Sprintf("the batch has more than %d items; send fewer", most))
	}
	seen := make(map[string]struct{}, len(items))
	for i := range items {
		if _, twice := seen[items[i].ID]; twice {
			return b.Client.invalid(fmt.Sprintf("two items have the ID %q; give each its own", items[i].ID))
		}
		seen[items[i].ID] = struct{}{}
	}
	return nil
}

// add encodes an item behind those that stand in the batch.
func (b *Batching) add(batch *Batch, item *request.BatchItem) error {
	if item.ID == "" {
		return b.Client.invalid("an item has no ID")
	}
	codec := b.Codec(&item.Request)
	call := codec.Frame()
	body, _, err := call.prepare(codec, false)
	if err != nil {
		return fmt.Errorf("item %q: %w", item.ID, call.named(err))
	}
	defer body.Free()
	if b.Refuse != nil {
		if why := b.Refuse(item, codec); why != "" {
			return b.Client.invalid(fmt.Sprintf("item %q: %s", item.ID, why))
		}
	}
	w := jsontext.Writer{B: batch.Body.B}
	b.Append(&w, item.ID, body.B)
	batch.Body.B, batch.Model = w.B, call.Model
	for _, warning := range call.Response.Warnings {
		if !slices.Contains(batch.Warnings, warning) {
			batch.Warnings = append(batch.Warnings, warning)
		}
	}
	return nil
}

func (c *Client) invalid(message string) error {
	return &request.Error{Class: request.ClassInvalid, Provider: c.cfg.Provider, Model: c.cfg.Model, Message: message}
}

// Submitted is the error of handing over what costs money at once: a gateway that gave up may have passed it on.
func Submitted(err error) error {
	if e, ok := errors.AsType[*request.Error](err); ok && (e.Status == http.StatusBadGateway || e.Status == http.StatusGatewayTimeout) {
		e.MaybeBilled = true
	}
	return err
}

// NotBilled is an error of something that costs nothing, whatever became of it.
func NotBilled(err error) error {
	if e, ok := errors.AsType[*request.Error](err); ok {
		e.MaybeBilled = false
	}
	return err
}

// ReadAnswer reads the answer to an item of a batch.
func ReadAnswer(codec Codec, requestID string, body []byte) (*request.Response, error) {
	call := codec.Frame()
	call.batched, call.Response.RequestID = true, requestID
	if err := call.read(codec, body, nil); err != nil {
		return nil, err
	}
	return call.finish(codec)
}

// ItemError is the error for an item of a batch that failed with an error status.
func (c *Client) ItemError(status int, requestID string, body []byte) error {
	e := edge.StatusError(status, http.Header{}, body, new(request.Limits), c.Redact)
	e.Provider, e.RequestID = c.cfg.Provider, requestID
	c.report(e, func() (uint64, bool) { return edge.Unknown(status, http.Header{}, body) })
	return e
}

// ItemFailure is the error for an item of a batch that failed without a status. One that was not answered was not billed.
func (c *Client) ItemFailure(found *edge.Failure) error {
	e := found.InBandError(c.Redact)
	e.Provider, e.Status = c.cfg.Provider, 0
	e.MaybeBilled = e.Class == request.ClassTimeout && e.Reason != request.ReasonExpired
	c.report(e, func() (uint64, bool) { return found.Unknown(http.StatusOK) })
	return e
}

// Unreadable is the result of an item whose line can't be read.
func (c *Client) Unreadable(err error) request.BatchResult {
	return request.BatchResult{Err: &request.Error{
		Class: request.ClassTruncated, Provider: c.cfg.Provider, Message: "a result can't be read", MaybeBilled: true, Err: err,
	}}
}
