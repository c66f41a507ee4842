package gemini

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

var _ request.NamedBatcher = (*Client)(nil)

// batchLimits are the vendor's of requests that stand in the batch itself, and not in a file, less what stands around them.
var batchLimits = request.BatchLimits{Bytes: 20_000_000 - 1_000, OneModel: true}

// BatchLimits says how much one batch may hold.
func (c *Client) BatchLimits() request.BatchLimits { return batchLimits }

// BatchItemSize gives the bytes of an item's request with its ID.
func (c *Client) BatchItemSize(item request.BatchItem) (int, error) { return c.batching().Size(item) }

func (c *Client) batching() *dialect.Batching {
	b := &dialect.Batching{Client: c.dialect, Limits: batchLimits, Codec: c.newCodec, Append: appendItem}
	if c.vertex {
		b.Absent = "batches of Vertex AI are not supported; send the requests one by one"
	}
	return b
}

func appendItem(w *jsontext.Writer, id string, body []byte) {
	w.Comma()
	w.Raw("{")
	w.Key("request")
	w.Value(body)
	w.Key("metadata")
	w.Raw("{")
	w.Text("key", id)
	w.Raw("}}")
}

// SubmitBatch sends the items in one request.
func (c *Client) SubmitBatch(ctx context.Context, items []request.BatchItem) (request.Batch, error) {
	return c.SubmitBatchAs(ctx, "llmgate", items)
}

// SubmitBatchAs is SubmitBatch with a name for the batch to be shown by.
func (c *Client) SubmitBatchAs(ctx context.Context, name string, items []request.BatchItem) (request.Batch, error) {
	head := jsontext.Writer{B: []byte(`{"batch":{`)}
	head.Text("displayName", name)
	head.Raw(`,"inputConfig":{"requests":{"requests":[`)
	batch, err := c.batching().Encode(items, string(head.B), `]}}}}`)
	if err != nil {
		return request.Batch{}, err
	}
	target, err := c.targetFor(batch.Model, ":batchGenerateContent")
	if err != nil {
		batch.Body.Free()
		return request.Batch{}, err
	}
	state, err := c.askBatch(ctx, target, batch.Body)
	state.Warnings = batch.Warnings
	return state, dialect.Submitted(err)
}

// PollBatch asks once how far a batch is. The vendor sends the results along, which are passed over.
func (c *Client) PollBatch(ctx context.Context, id string) (request.Batch, error) {
	target, err := c.batchTarget(id, "")
	if err != nil {
		return request.Batch{}, err
	}
	return c.askBatch(ctx, target, nil)
}

// CancelBatch asks the provider to end a batch.
func (c *Client) CancelBatch(ctx context.Context, id string) error {
	target, err := c.batchTarget(id, ":cancel")
	if err != nil {
		return err
	}
	return c.dialect.Fetch(ctx, target, wire.GetBuffer(), new(json.RawMessage))
}

// batchTarget is the address of a batch, whose ID is its path.
func (c *Client) batchTarget(id, method string) (*wire.Target, error) {
	if err := c.batching().Err(); err != nil {
		return nil, err
	}
	if name, ok := strings.CutPrefix(id, "batches/"); !ok || name == "" || strings.ContainsAny(name, "/?#:") || strings.Contains(name, "..") {
		return nil, &request.Error{Class: request.ClassInvalid, Provider: c.cfg.Provider, Message: "the ID of a batch is of the form batches/NAME"}
	}
	u := *c.base
	u.Path, u.RawPath = u.Path+"/"+id+method, ""
	return c.dialect.Target(&u), nil
}

// askBatch gets the state of a batch.
func (c *Client) askBatch(ctx context.Context, target *wire.Target, body *wire.Buffer) (request.Batch, error) {
	got := operation{}
	if err := c.dialect.Walk(ctx, target, body, got.read); err != nil {
		return request.Batch{}, err
	}
	if got.name == "" {
		return request.Batch{}, c.dialect.Broken(errors.New("it holds no batch"))
	}
	return got.batch(c), nil
}

// batchMetadata is what a batch says of itself. Counts are numbers, usually in texts.
type batchMetadata struct {
	Name    string    `json:"displayName"`
	State   string    `json:"state"`
	Created time.Time `json:"createTime"`
	Stats   struct {
		Total     json.Number `json:"requestCount"`
		Succeeded json.Number `json:"successfulRequestCount"`
		Failed    json.Number `json:"failedRequestCount"`
	} `json:"batchStats"`
}

// batchStates are by what stands behind BATCH_STATE_ or, of older answers, JOB_STATE_.
var batchStates = map[string]request.BatchState{
	"PENDING": request.BatchSubmitted, "QUEUED": request.BatchSubmitted, "SUCCEEDED": request.BatchEnded,
	"PARTIALLY_SUCCEEDED": request.BatchEnded, "FAILED": request.BatchFailed, "CANCELLED": request.BatchCanceled, "EXPIRED": request.BatchExpired,
}

func (o *operation) batch(c *Client) request.Batch {
	m := &o.metadata
	_, word, _ := strings.Cut(m.State, "_STATE_")
	b := request.Batch{
		ID: o.name, State: cmp.Or(batchStates[word], request.BatchRunning), Created: m.Created,
		Counts: request.BatchCounts{Total: count(m.Stats.Total), Succeeded: count(m.Stats.Succeeded), Failed: count(m.Stats.Failed)},
	}
	if b.State == request.BatchFailed || o.failed() && !b.State.Over() {
		b.State, b.Err = request.BatchFailed, c.dialect.ItemFailure(o.failure())
	}
	return b
}

func count(n json.Number) int {
	i, _ := n.Int64() // 0 of none
	return int(i)
}

func (o *operation) failed() bool { return len(o.err) > 0 && !bytes.Equal(o.err, []byte("null")) }

func (o *operation) failure() *edge.Failure {
	if o.failed() {
		return batchFailure(o.err)
	}
	return &edge.Failure{Kind: "INTERNAL", Message: "the batch failed"}
}
