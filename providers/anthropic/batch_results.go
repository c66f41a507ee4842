package anthropic

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/url"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/request"
)

// BatchResults reads the results at the configured address: that which the batch names could be anybody's, and the key goes
// along.
func (c *Client) BatchResults(ctx context.Context, id string) iter.Seq2[request.BatchResult, error] {
	return func(yield func(request.BatchResult, error) bool) {
		target, err := c.batchTarget("/" + url.PathEscape(id) + "/results")
		if err != nil {
			yield(request.BatchResult{}, err)
			return
		}
		for line, err := range c.dialect.Lines(ctx, target) {
			if err != nil {
				yield(request.BatchResult{}, err)
				return
			}
			if !yield(c.batchResult(line), nil) {
				return
			}
		}
	}
}

// batchLine is a line of the results.
type batchLine struct {
	CustomID string `json:"custom_id"`
	Result   struct {
		Type    string          `json:"type"`
		Message json.RawMessage `json:"message"`
		Error   json.RawMessage `json:"error"`
	} `json:"result"`
}

var errNoResult = errors.New("the line holds no ID, or no result of a known type")

func (c *Client) batchResult(text []byte) request.BatchResult {
	var line batchLine
	if err := json.Unmarshal(text, &line); err != nil {
		return c.dialect.Unreadable(err)
	}
	result := request.BatchResult{ID: line.CustomID}
	switch kind := line.Result.Type; {
	case line.CustomID == "":
		return c.dialect.Unreadable(errNoResult)
	case kind == "succeeded":
		result.Response, result.Err = dialect.ReadAnswer(c.newCodec(new(request.Request)), "", line.Result.Message)
	case kind == "errored":
		result.Err = c.dialect.ItemFailure(edge.ParseBody(line.Result.Error))
	case kind == "expired":
		result.Err = c.dialect.ItemFailure(&edge.Failure{Code: "batch_expired", Message: "the batch expired before its turn"})
	case kind == "canceled":
		result.Err = c.dialect.ItemFailure(&edge.Failure{Code: "batch_cancelled", Message: "the batch was canceled before its turn"})
	default:
		return c.dialect.Unreadable(errNoResult)
	}
	return result
}
