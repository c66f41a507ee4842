package sim

import "encoding/json"

// The vendor's events, but for the first, which carries the response as it begins.
type (
	messagesBlockStart struct {
		Type  string `json:"type"`
		Index int    `json:"index"`
		Block any    `json:"content_block"`
	}
	messagesBlockDelta struct {
		Type  string `json:"type"`
		Index int    `json:"index"`
		Delta any    `json:"delta"` // of a type, with one field named after it
	}
	messagesBlockStop struct {
		Type  string `json:"type"`
		Index int    `json:"index"`
	}
	messagesEnd struct {
		Type  string `json:"type"`
		Delta struct {
			StopReason   *string              `json:"stop_reason"`
			StopSequence *string              `json:"stop_sequence"`
			StopDetails  *messagesStopDetails `json:"stop_details,omitempty"`
		} `json:"delta"`
		Usage struct {
			messagesInput
			messagesOutput
		} `json:"usage"`
	}
	messagesTextDelta struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	messagesThinkingDelta struct {
		Type     string `json:"type"`
		Thinking string `json:"thinking"`
	}
	messagesSignatureDelta struct {
		Type      string `json:"type"`
		Signature string `json:"signature"`
	}
	messagesInputDelta struct {
		Type        string `json:"type"`
		PartialJSON string `json:"partial_json"`
	}
)

func (m *messages) frame(name string, data []byte) []byte { return serverSent(name, data) }

func (m *messages) malformed() event {
	return event{name: "content_block_delta", data: raw(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":`)}
}

func (m *messages) failed(body []byte) event { return event{name: "error", data: raw(body)} }

// messagesStream gathers the events of a stream, with how many tokens are written by then.
type messagesStream struct {
	events  []event
	written int
	blocks  int
}

func (s *messagesStream) add(name string, data any) {
	s.events = append(s.events, event{name, data, s.written})
}

// block adds one block: its start, its deltas, each of which is a token, and its end. The vendor's first ping comes once the
// first has begun.
func (s *messagesStream) block(start any, deltas []any) {
	s.add("content_block_start", messagesBlockStart{"content_block_start", s.blocks, start})
	if s.blocks == 0 {
		s.add("ping", raw(`{"type": "ping"}`))
	}
	for _, d := range deltas {
		if _, sealed := d.(messagesSignatureDelta); !sealed && d != (messagesInputDelta{Type: "input_json_delta"}) {
			s.written++
		}
		s.add("content_block_delta", messagesBlockDelta{"content_block_delta", s.blocks, d})
	}
	s.add("content_block_stop", messagesBlockStop{"content_block_stop", s.blocks})
	s.blocks++
}

func (m *messages) stream(t *turn) (events, closing []event) {
	s := &messagesStream{}
	s.add("message_start", struct {
		Type    string           `json:"type"`
		Message messagesResponse `json:"message"`
	}{"message_start", m.response(t)})
	m.thoughts(s, t.reply)
	if pieces := t.reply.pieces; len(pieces) > 0 {
		deltas := make([]any, len(pieces))
		for i, p := range pieces {
			deltas[i] = messagesTextDelta{"text_delta", p}
		}
		s.block(messagesText{Type: "text"}, deltas)
	}
	for _, c := range t.reply.calls {
		s.written += callHead(&c)
		s.block(newMessagesCall(c, json.RawMessage("{}")), messagesArguments(c.arguments))
	}
	end := messagesEnd{Type: "message_delta"}
	end.Delta.StopReason, end.Delta.StopSequence, end.Delta.StopDetails = m.stop(t.reply)
	end.Usage.messagesInput, end.Usage.messagesOutput = m.input(t), m.output(t)
	s.written = t.reply.tokens()
	s.add("message_delta", end)
	return s.events, []event{{name: "message_stop", data: raw(`{"type":"message_stop"}`)}}
}

// thoughts adds the block of thinking, if there is one. Its signature comes last. Thinking that is not shown takes as long.
func (m *messages) thoughts(s *messagesStream, a *reply) {
	switch {
	case len(a.thoughts) == 0:
		return
	case a.redacted:
		s.written += len(a.thoughts)
		s.block(messagesRedacted{"redacted_thinking", a.seal}, nil)
		return
	}
	shown := m.shown(a)
	s.written += len(a.thoughts) - len(shown)
	var deltas []any
	for _, p := range shown {
		deltas = append(deltas, messagesThinkingDelta{"thinking_delta", p})
	}
	s.block(messagesThought{Type: "thinking"}, append(deltas, messagesSignatureDelta{"signature_delta", m.signature(a)}))
}

// messagesArguments begin with an empty piece. Those of a call without any end with it: there is nothing to be read as JSON.
func messagesArguments(arguments string) []any {
	deltas := []any{messagesInputDelta{Type: "input_json_delta"}}
	if arguments == "{}" {
		return deltas
	}
	for _, p := range cut(arguments) {
		deltas = append(deltas, messagesInputDelta{"input_json_delta", p})
	}
	return deltas
}
