package anthropic

import (
	"context"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// CountTokens has the provider count the prompt, which costs a network call and no tokens. On Bedrock it is estimated.
func (c *Client) CountTokens(ctx context.Context, req request.Request) (request.TokenCount, error) {
	if c.cfg.Platform == Bedrock {
		return c.dialect.EstimateTokens(&req)
	}
	req.Extra = countable(req.Extra, c.cfg.Provider)
	return c.dialect.CountTokens(ctx, &req, "input_tokens", c.encodeCount)
}

// encodeCount writes the body of the request without what concerns the answer.
func (c *Client) encodeCount(call *dialect.Call, e *dialect.Encoder) (*wire.Target, error) {
	enc := encoder{Encoder: e, call: call, client: c, counting: true}
	enc.encode()
	to, err := c.targetsOf(call.Model)
	if err != nil {
		return nil, err
	}
	return to.count, nil
}

// countable keeps the extra fields that concern the prompt: the endpoint refuses others.
func countable(extra map[string]map[string]any, provider string) map[string]map[string]any {
	kept := map[string]any{}
	for name, value := range extra[provider] {
		switch name {
		case "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control", "mcp_servers", "context_management":
			kept[name] = value
		}
	}
	return map[string]map[string]any{provider: kept}
}
