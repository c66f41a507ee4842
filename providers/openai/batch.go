package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

var _ request.NamedBatcher = (*Client)(nil)

// batchLimits are the vendor's: lines of a file, and its bytes.
var batchLimits = request.BatchLimits{Items: 50_000, Bytes: 200_000_000, OneModel: true}

// BatchLimits says how much one batch may hold.
func (c *Client) BatchLimits() request.BatchLimits { return batchLimits }

// BatchItemSize gives the bytes of an item's line.
func (c *Client) BatchItemSize(item request.BatchItem) (int, error) { return c.batching().Size(item) }

func (c *Client) batching() *dialect.Batching {
	b := &dialect.Batching{Client: c.dialect, Limits: batchLimits, Codec: c.newCodec, Append: func(w *jsontext.Writer, id string, body []byte) {
		w.Raw(`{`)
		w.Text("custom_id", id)
		w.Text("method", "POST")
		w.Text("url", c.batchURL())
		w.Key("body")
		w.Value(body)
		w.Raw("}\n")
	}}
	switch {
	case c.cfg.Azure:
		b.Absent = "batches of Azure are not supported; send the requests one by one"
	case c.cfg.Quirks.NoBatches:
		b.Absent = "the provider has no batch API; send the requests one by one"
	}
	return b
}

// batchURL names the API inside a batch, whatever the base URL is.
func (c *Client) batchURL() string { return "/v1" + c.cfg.API.path() }

// The file stands in the upload between these. Each of its lines begins with a brace, so that none can be the boundary.
const (
	uploadType = "multipart/form-data; boundary=llmgate-batch"
	uploadHead = "--llmgate-batch\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n" +
		"--llmgate-batch\r\nContent-Disposition: form-data; name=\"file\"; filename=\"batch.jsonl\"\r\nContent-Type: application/jsonl\r\n\r\n"
	uploadTail = "\r\n--llmgate-batch--\r\n"
)

// SubmitBatch uploads the items as a file and makes a batch of it.
func (c *Client) SubmitBatch(ctx context.Context, items []request.BatchItem) (request.Batch, error) {
	return c.SubmitBatchAs(ctx, "", items)
}

// SubmitBatchAs is SubmitBatch with the name in the batch's metadata.
func (c *Client) SubmitBatchAs(ctx context.Context, name string, items []request.BatchItem) (request.Batch, error) {
	batch, err := c.batching().Encode(items, uploadHead, uploadTail)
	if err != nil {
		return request.Batch{}, err
	}
	target, err := c.dialect.TargetBehind("/files")
	if err != nil {
		batch.Body.Free()
		return request.Batch{}, err
	}
	target.Header = maps.Clone(target.Header)
	target.Header.Set("Content-Type", uploadType)
	var file struct{ ID string }
	if err := c.dialect.Fetch(ctx, target, batch.Body, &file); err != nil {
		return request.Batch{}, dialect.NotBilled(err) // a file costs nothing
	}
	body := wire.GetBuffer()
	w := jsontext.Writer{B: append(body.B, '{')}
	w.Text("input_file_id", file.ID)
	w.Text("endpoint", c.batchURL())
	w.Text("completion_window", "24h")
	if name != "" {
		w.Key("metadata")
		w.Raw("{")
		w.Text(nameKey, name)
		w.Raw("}")
	}
	w.Raw("}")
	body.B = w.B
	got, err := c.askBatch(ctx, "", body)
	if err != nil {
		return request.Batch{}, dialect.Submitted(err)
	}
	state := got.batch(c)
	state.Warnings = batch.Warnings
	return state, nil
}

// PollBatch asks once how far a batch is.
func (c *Client) PollBatch(ctx context.Context, id string) (request.Batch, error) {
	got, err := c.findBatch(ctx, id)
	if err != nil {
		return request.Batch{}, err
	}
	return got.batch(c), nil
}

// CancelBatch asks the provider to end a batch.
func (c *Client) CancelBatch(ctx context.Context, id string) error {
	_, err := c.askBatch(ctx, "/"+url.PathEscape(id)+"/cancel", wire.GetBuffer())
	return err
}

func (c *Client) findBatch(ctx context.Context, id string) (*batchObject, error) {
	return c.askBatch(ctx, "/"+url.PathEscape(id), nil)
}

// askBatch gets the object of a batch.
func (c *Client) askBatch(ctx context.Context, path string, body *wire.Buffer) (*batchObject, error) {
	if err := c.batching().Err(); err != nil {
		return nil, err
	}
	target, err := c.dialect.TargetBehind("/batches" + path)
	if err != nil {
		return nil, err
	}
	got := new(batchObject)
	if err := c.dialect.Fetch(ctx, target, body, got); err != nil {
		return nil, err
	}
	if got.ID == "" {
		return nil, c.dialect.Broken(errNoBatch)
	}
	return got, nil
}

// batchObject is a batch as the vendor writes it. Times are in seconds.
type batchObject struct {
	ID           string          `json:"id"`
	Status       string          `json:"status"`
	CreatedAt    int64           `json:"created_at"`
	ExpiresAt    int64           `json:"expires_at"`
	OutputFileID string          `json:"output_file_id"`
	ErrorFileID  string          `json:"error_file_id"`
	Errors       json.RawMessage `json:"errors"`
	Metadata     map[string]any  `json:"metadata"`
	Counts       struct {
		Total     int `json:"total"`
		Completed int `json:"completed"`
		Failed    int `json:"failed"`
	} `json:"request_counts"`
}

var batchStates = map[string]request.BatchState{
	"validating": request.BatchSubmitted, "failed": request.BatchFailed, "completed": request.BatchEnded,
	"expired": request.BatchExpired, "cancelled": request.BatchCanceled,
}

func (o *batchObject) batch(c *Client) request.Batch {
	b := request.Batch{
		ID: o.ID, State: cmp.Or(batchStates[o.Status], request.BatchRunning),
		Counts:  request.BatchCounts{Total: o.Counts.Total, Succeeded: o.Counts.Completed, Failed: o.Counts.Failed},
		Created: fromUnix(o.CreatedAt), Expires: fromUnix(o.ExpiresAt),
	}
	if b.State == request.BatchFailed {
		b.Err = c.dialect.ItemFailure(firstError(o.Errors))
	}
	return b
}

// firstError is the first of the errors of a batch that was not taken.
func firstError(list json.RawMessage) *edge.Failure {
	var errors struct{ Data []json.RawMessage }
	if json.Unmarshal(list, &errors) == nil && len(errors.Data) > 0 {
		return edge.ParseBody(errors.Data[0])
	}
	return &edge.Failure{Kind: "invalid_request_error", Message: strings.TrimSpace("the batch failed " + string(list))}
}

func fromUnix(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
