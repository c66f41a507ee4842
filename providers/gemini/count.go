package gemini

import (
	"net/http"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// counting is one request to count the tokens of a prompt.
type counting struct {
	dialect.Call
	client *Client
	total  int
}

var _ dialect.Codec = (*counting)(nil)

// Encode writes the whole request, which the Gemini API counts. Vertex AI takes only what is in the prompt.
func (c *counting) Encode(e *dialect.Encoder, _ bool) (*wire.Target, error) {
	enc := encoder{Encoder: e, call: &c.Call, client: c.client}
	if c.client.vertex {
		e.Raw("{")
		enc.prompt()
		e.Raw("}")
	} else {
		e.Raw(`{"generateContentRequest":`)
		enc.model = resource(c.Model)
		enc.encode()
		e.Raw("}")
	}
	return c.client.targetOf(c.Model, methodCount)
}

// ReadLimits finds nothing; see generation.
func (c *counting) ReadLimits(http.Header, *request.Limits) {}

// Whole reads the count.
func (c *counting) Whole(body []byte, _ dialect.Emit) error {
	var r jsontext.Reader
	r.Reset(body)
	for key := range r.Fields() {
		switch string(key) {
		case "totalTokens":
			c.Begun = r.Kind() == jsontext.Number || r.Kind() == jsontext.String
			c.total = r.Count()
		case "error":
			c.Failure = edge.ParseValue(&r)
		default:
			r.Skip()
		}
	}
	return r.Err()
}

// Event, EndOfStream and Complete have nothing to do: a count comes in one piece.
func (c *counting) Event(wire.Event, dialect.Emit) (done bool, err error) { return true, nil }
func (c *counting) EndOfStream() bool                                     { return false }
func (c *counting) Complete()                                             {}
