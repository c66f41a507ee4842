package anthropic

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

var _ request.Batcher = (*Client)(nil)

// batchLimits are the vendor's: requests of a batch, and its bytes, less what stands around the items.
var batchLimits = request.BatchLimits{Items: 100_000, Bytes: 256_000_000 - 1_000}

// BatchLimits says how much one batch may hold.
func (c *Client) BatchLimits() request.BatchLimits { return batchLimits }

// BatchItemSize gives the bytes of an item's request with its ID.
func (c *Client) BatchItemSize(item request.BatchItem) (int, error) { return c.batching().Size(item) }

func (c *Client) batching() *dialect.Batching {
	b := &dialect.Batching{Client: c.dialect, Limits: batchLimits, Codec: c.newCodec, Refuse: refuseItem, Append: appendItem}
	if c.cfg.Platform != Direct {
		b.Absent = "batches of Vertex AI and Bedrock are not supported; send the requests one by one"
	}
	return b
}

func appendItem(w *jsontext.Writer, id string, body []byte) {
	w.Comma()
	w.Raw("{")
	w.Text("custom_id", id)
	w.Key("params")
	w.Value(body)
	w.Raw("}")
}

// customID is what the API takes for one.
var customID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// refuseItem refuses what the API would, and what would be lost: that a call of a tool is the answer is known only to who asked.
func refuseItem(item *request.BatchItem, codec dialect.Codec) string {
	switch {
	case !customID.MatchString(item.ID):
		return "the ID must have 1 to 64 letters, digits, - and _"
	case codec.(*message).answerTool != "":
		return "response_format: the model gives JSON by a tool alone, which can't be told apart in a batch; use a model with structured output"
	}
	return ""
}

// SubmitBatch sends the items in one request.
func (c *Client) SubmitBatch(ctx context.Context, items []request.BatchItem) (request.Batch, error) {
	batch, err := c.batching().Encode(items, `{"requests":[`, `]}`)
	if err != nil {
		return request.Batch{}, err
	}
	state, err := c.askBatch(ctx, "", batch.Body)
	state.Warnings = batch.Warnings
	return state, dialect.Submitted(err)
}

// PollBatch asks once how far a batch is.
func (c *Client) PollBatch(ctx context.Context, id string) (request.Batch, error) {
	return c.askBatch(ctx, "/"+url.PathEscape(id), nil)
}

// CancelBatch asks the provider to end a batch.
func (c *Client) CancelBatch(ctx context.Context, id string) error {
	_, err := c.askBatch(ctx, "/"+url.PathEscape(id)+"/cancel", wire.GetBuffer())
	return err
}

func (c *Client) batchTarget(path string) (*wire.Target, error) {
	if err := c.batching().Err(); err != nil {
		return nil, err
	}
	return c.dialect.TargetBehind("/v1/messages/batches" + path)
}

// askBatch gets the state of a batch.
func (c *Client) askBatch(ctx context.Context, path string, body *wire.Buffer) (request.Batch, error) {
	target, err := c.batchTarget(path)
	if err != nil {
		return request.Batch{}, err
	}
	var got batchObject
	if err := c.dialect.Fetch(ctx, target, body, &got); err != nil {
		return request.Batch{}, err
	}
	if got.ID == "" {
		return request.Batch{}, c.dialect.Broken(errNoBatch)
	}
	return got.batch(), nil
}

var errNoBatch = errors.New("it holds no batch")

// batchObject is a batch as the vendor writes it.
type batchObject struct {
	ID       string     `json:"id"`
	Status   string     `json:"processing_status"`
	Created  time.Time  `json:"created_at"`
	Expires  time.Time  `json:"expires_at"`
	Canceled *time.Time `json:"cancel_initiated_at"`
	Counts   struct {
		Processing int `json:"processing"`
		Succeeded  int `json:"succeeded"`
		Errored    int `json:"errored"`
		Canceled   int `json:"canceled"`
		Expired    int `json:"expired"`
	} `json:"request_counts"`
}

// batch tells by the counts how a batch ended: the vendor has one word for all.
func (o *batchObject) batch() request.Batch {
	n := &o.Counts
	failed := n.Errored + n.Canceled + n.Expired
	b := request.Batch{
		ID: o.ID, State: request.BatchRunning, Created: o.Created, Expires: o.Expires,
		Counts: request.BatchCounts{Total: n.Processing + n.Succeeded + failed, Succeeded: n.Succeeded, Failed: failed},
	}
	if o.Status == "ended" {
		b.State = request.BatchEnded
		switch {
		case n.Canceled > 0:
			b.State = request.BatchCanceled
		case n.Expired > 0:
			b.State = request.BatchExpired
		}
	}
	return b
}
