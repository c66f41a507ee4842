package anthropic

import (
	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/wire"
)

// message is one request in the Messages dialect. It puts the answer together block by block, whether the blocks stand in
// one document or come in events.
type message struct {
	dialect.Call
	client *Client
	// answerTool names the tool whose input is the answer's text, where the request asks for JSON and the model has no
	// other way to be held to it.
	answerTool string
	open       []block // those that have begun and not ended
	counts     counts
}

var _ dialect.Codec = (*message)(nil)

// Encode writes the body and finds the address.
func (a *message) Encode(e *dialect.Encoder, streamed bool) (*wire.Target, error) {
	enc := encoder{Encoder: e, call: &a.Call, client: a.client, streamed: streamed}
	enc.encode()
	a.answerTool = enc.answerTool
	to, err := a.client.targetsOf(a.Model)
	switch {
	case err != nil:
		return nil, err
	case streamed:
		return to.streamed, nil
	}
	return to.whole, nil
}

// EndOfStream is never good: the API always sends message_stop.
func (a *message) EndOfStream() bool { return false }
