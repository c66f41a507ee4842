package dialect

import (
	"context"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// CountTokens has the provider count a request's prompt: encode writes what is counted and says where it goes, and the count
// comes as a number in a field of the answer. It makes a network call and blocks as long.
func (c *Client) CountTokens(ctx context.Context, req *request.Request, field string, encode func(*Call, *Encoder) (*wire.Target, error)) (request.TokenCount, error) {
	count := &counting{Call: c.NewCall(req), field: field, encode: encode}
	if err := count.ask(ctx, count); err != nil {
		return request.TokenCount{}, err
	}
	if count.Failure != nil {
		return request.TokenCount{}, count.inBand(count.Failure)
	}
	return request.TokenCount{Tokens: count.tokens}, nil
}

// counting is one request for a count.
type counting struct {
	Call
	field  string
	encode func(*Call, *Encoder) (*wire.Target, error)
	tokens int
}

var _ Codec = (*counting)(nil)

func (c *counting) Encode(e *Encoder, _ bool) (*wire.Target, error) { return c.encode(&c.Call, e) }

// Whole reads the count.
func (c *counting) Whole(body []byte, _ Emit) error {
	var r jsontext.Reader
	r.Reset(body)
	for key := range r.Fields() {
		switch {
		case string(key) == c.field:
			c.Begun = r.CountTo(&c.tokens)
		case string(key) == "error":
			c.Fail(edge.ParseValue(&r))
		default:
			r.Skip()
		}
	}
	return r.Err()
}

// The rest has nothing to do: a count is no stream and no answer.
func (c *counting) Event(wire.Event, Emit) (bool, error) { return true, nil }
func (c *counting) EndOfStream() bool                    { return false }
func (c *counting) Complete()                            {}
