package openai

import (
	"bytes"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/wire"
)

// chat is one request in the Chat Completions dialect. It puts the answer together from one completion document, or from
// the many of a stream. Both have the same shape but for "message" and "delta". It takes what compatible servers really
// send: other types count as absent, unknown fields are passed over, usage may come anywhere and the last one counts.
type chat struct {
	codec
	calls  []slot
	detail *detail // the last one, to tell whether the next goes on with it
}

var _ dialect.Codec = (*chat)(nil)

// Encode writes the body and finds the address.
func (a *chat) Encode(e *dialect.Encoder, streamed bool) (*wire.Target, error) {
	cfg := &a.client.cfg
	enc := encoder{Encoder: e, call: &a.Call, cfg: cfg, quirks: &cfg.Quirks, streamed: streamed}
	enc.encode()
	return a.client.targetOf(a.Model)
}

// Whole takes in a completion.
func (a *chat) Whole(body []byte, out dialect.Emit) error { return a.document(body, out) }

// terminal is the dialect's last event.
var terminal = []byte("[DONE]")

// Event takes in one event. Where a server forgets the blank line between events, the terminal one runs into the event
// before it.
func (a *chat) Event(event wire.Event, out dialect.Emit) (done bool, err error) {
	data, done := bytes.CutSuffix(bytes.TrimSpace(event.Data), terminal)
	switch {
	case len(data) == 0:
		return done, nil
	case string(event.Type) == "error":
		a.Failure = edge.ParseBody(data)
		return done, nil
	}
	return done, a.document(data, out)
}

// EndOfStream is good after a finish reason: some servers leave the terminal event out.
func (a *chat) EndOfStream() bool {
	if a.Finished {
		a.Warn("stream", "the server closed it after the finish reason, without [DONE]")
	}
	return a.Finished
}
