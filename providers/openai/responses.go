package openai

import (
	"bytes"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
)

// responses is one request in the Responses dialect. An answer is a list of items: messages, reasoning, calls. A stream
// tells of them piece by piece, and ends with an event that repeats the whole answer.
type responses struct {
	codec
	items []item // of a stream, as far as it has begun them
	// units counts the items that are billed by use.
	units map[string]int
	// status is the answer's, why is the reason why it is not complete.
	status, why string
}

var _ dialect.Codec = (*responses)(nil)

// Encode writes the body and finds the address.
func (a *responses) Encode(e *dialect.Encoder, streamed bool) (*wire.Target, error) {
	a.encoder(e, streamed).encode()
	return a.client.targetOf(a.Model)
}

// Whole takes in a response.
func (a *responses) Whole(body []byte, out dialect.Emit) error {
	r := &a.Outer
	for r.Reset(body); r.Next(); {
		for key := range r.Fields() {
			a.field(string(key), out)
		}
	}
	return r.Err()
}

// Event takes in one event. Its name stands in its data; a server may leave it out of the event's own field.
func (a *responses) Event(event wire.Event, out dialect.Emit) (done bool, err error) {
	data := bytes.TrimSpace(event.Data)
	if len(data) == 0 || bytes.Equal(data, terminal) { // the last event is another; some servers add this one
		return false, nil
	}
	a.Outer.Reset(data)
	u := readUpdate(&a.Outer)
	if err := a.Outer.Err(); err != nil {
		return false, err
	}
	if len(u.kind) == 0 {
		u.kind = event.Type
	}
	return a.update(&u, data, out)
}

// EndOfStream is never good: the answer's status comes with the terminal event.
func (a *responses) EndOfStream() bool { return false }
