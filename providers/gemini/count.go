package gemini

import (
	"context"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// CountTokens has the provider count the prompt: messages, tools and all. It makes a network call, which is not billed.
func (c *Client) CountTokens(ctx context.Context, req request.Request) (request.TokenCount, error) {
	return c.dialect.CountTokens(ctx, &req, "totalTokens", c.encodeCount)
}

// encodeCount writes the whole request, which the Gemini API counts. Vertex AI takes only what is in the prompt.
func (c *Client) encodeCount(call *dialect.Call, e *dialect.Encoder) (*wire.Target, error) {
	enc := encoder{Encoder: e, call: call, client: c}
	if c.vertex {
		e.Raw("{")
		enc.prompt()
		e.Raw("}")
	} else {
		e.Raw(`{"generateContentRequest":`)
		enc.model = resource(call.Model)
		enc.encode()
		e.Raw("}")
	}
	return c.targetOf(call.Model, methodCount)
}
