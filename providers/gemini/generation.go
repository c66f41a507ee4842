package gemini

import (
	"bytes"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/wire"
)

// generation is one request for content. A stream's events have the shape of the whole answer, each with the next parts; the
// last usage counts.
type generation struct {
	dialect.Call
	client  *Client
	blocked bool   // the prompt was
	body    []byte // being read
}

var _ dialect.Codec = (*generation)(nil)

// Encode writes the body and finds the address.
func (a *generation) Encode(e *dialect.Encoder, streamed bool) (*wire.Target, error) {
	enc := encoder{Encoder: e, call: &a.Call, client: a.client}
	enc.encode()
	method := methodComplete
	if streamed {
		method = methodStream
	}
	return a.client.targetOf(a.Model, method)
}

// Whole takes in an answer, or the list of pieces that a proxy makes of a stream.
func (a *generation) Whole(body []byte, out dialect.Emit) error { return a.document(body, out) }

// Event takes in one event. The dialect has no terminal one; where a gateway adds OpenAI's, it says nothing.
func (a *generation) Event(event wire.Event, out dialect.Emit) (done bool, err error) {
	data := bytes.TrimSpace(event.Data)
	switch {
	case len(data) == 0, string(data) == "[DONE]":
		return false, nil
	case string(event.Type) == "error":
		a.Failure = edge.ParseBody(data)
		return false, nil
	}
	return false, a.document(data, out)
}

// EndOfStream is the only end there is: good after a finish reason.
func (a *generation) EndOfStream() bool { return a.Finished }
