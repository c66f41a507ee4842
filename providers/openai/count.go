package openai

import (
	"context"
	"errors"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// CountTokens has the provider count the prompt where it can: by the Responses API, which is asked over the network. Chat
// Completions counts nothing, and not every host of Responses does; there the prompt is estimated offline.
func (c *Client) CountTokens(ctx context.Context, req request.Request) (request.TokenCount, error) {
	if c.cfg.API != Responses {
		return c.dialect.EstimateTokens(&req)
	}
	count, err := c.dialect.CountTokens(ctx, &req, "input_tokens", c.encodeCount)
	if e, ok := errors.AsType[*request.Error](err); ok && e.Class == request.ClassNotFound && e.Code != modelNotFound {
		return c.dialect.EstimateTokens(&req)
	}
	return count, err
}

// modelNotFound is the code that tells an unknown model from an unknown address.
const modelNotFound = "model_not_found"

// encodeCount writes what is in the prompt; the endpoint refuses what concerns the answer.
func (c *Client) encodeCount(call *dialect.Call, e *dialect.Encoder) (*wire.Target, error) {
	a := &responses{codec: codec{Call: *call, client: c}}
	a.encoder(e, false).prompt()
	target, err := c.targetOf(call.Model)
	if err != nil {
		return nil, err
	}
	count := *target.URL
	count.Path, count.RawPath = count.Path+"/input_tokens", ""
	return c.dialect.Target(&count), nil
}
