package anthropic

import (
	"errors"
	"net/http"
	"time"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// counter asks for the size of a request's prompt. The body is that of the request without what concerns the answer.
type counter struct {
	dialect.Call
	client *Client
	tokens int
}

var _ dialect.Codec = (*counter)(nil)

// Encode writes the body and finds the address.
func (c *counter) Encode(e *dialect.Encoder, _ bool) (*wire.Target, error) {
	enc := encoder{Encoder: e, client: c.client, req: c.Req, modelName: c.Model, counting: true}
	enc.encode()
	to, err := c.client.targetsOf(c.Model)
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

// ReadLimits reads the anthropic-ratelimit headers.
func (c *counter) ReadLimits(h http.Header, to *request.Limits) {
	edge.AnthropicLimits(h, time.Now(), to)
}

var errNoCount = errors.New("it holds no input_tokens; check the base URL")

// Whole reads the count.
func (c *counter) Whole(body []byte, _ dialect.Emit) error {
	var r jsontext.Reader
	r.Reset(body)
	for key := range r.Fields() {
		if string(key) == "input_tokens" && r.Kind() == jsontext.Number {
			c.tokens, c.Begun = r.Count(), true
		} else {
			r.Skip()
		}
	}
	if err := r.Err(); err != nil || c.Begun {
		return err
	}
	return errNoCount
}

// Event, EndOfStream and Complete have nothing to do: a count is no stream and no answer.
func (c *counter) Event(wire.Event, dialect.Emit) (bool, error) { return true, nil }
func (c *counter) EndOfStream() bool                            { return false }
func (c *counter) Complete()                                    {}
