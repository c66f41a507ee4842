package langchain

import (
	"bytes"
	"cmp"
	"encoding/json"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/request"
)

// anthropicChat reads answers of the Messages API.
type anthropicChat struct {
	written
	// calls gives the place among the tool calls of a content block that is one.
	calls map[int]int
	usage anthropicUsage
}

func (a *anthropicChat) Encode(e *dialect.Encoder, streamed bool) (*wire.Target, error) {
	p := anthropicParameters{Encoder: e, written: &a.written}
	return a.encode(e, true, func() { p.write(streamed) }, field{"messages", joinTurns}, field{name: "tools"})
}

// anthropicEvent is an event of a stream, or a whole message, whose type is "message".
type anthropicEvent struct {
	Type string `json:"type"`
	anthropicMessage
	Message *anthropicMessage `json:"message"`
	Index   int               `json:"index"`
	Block   anthropicBlock    `json:"content_block"`
	Delta   struct {
		anthropicBlock
		PartialJSON string `json:"partial_json"`
		StopReason  string `json:"stop_reason"`
	} `json:"delta"`
}

type anthropicMessage struct {
	ID         string           `json:"id"`
	Model      string           `json:"model"`
	Content    []anthropicBlock `json:"content"`
	StopReason string           `json:"stop_reason"`
	Usage      *anthropicUsage  `json:"usage"`
}

type anthropicBlock struct {
	Type      string          `json:"type"`
	Text      string          `json:"text"`
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Input     json.RawMessage `json:"input"`
	Thinking  string          `json:"thinking"`
	Signature string          `json:"signature"`
	Data      string          `json:"data"`
}

// Whole takes in a message.
func (a *anthropicChat) Whole(body []byte, out dialect.Emit) error {
	var m anthropicEvent
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	if m.Type != "message" {
		return nil // the frame reads it as an error
	}
	a.start(&m.anthropicMessage)
	for i := range m.Content {
		a.open(i, &m.Content[i], out)
		a.close(i, out)
	}
	a.finished(m.StopReason)
	return nil
}

// Event takes in one event of a stream. Kinds that are not known are passed over, as the API wants it.
func (a *anthropicChat) Event(event wire.Event, out dialect.Emit) (done bool, err error) {
	data := bytes.TrimSpace(event.Data)
	if len(data) == 0 {
		return false, nil
	}
	var e anthropicEvent
	if err := json.Unmarshal(data, &e); err != nil {
		return false, err
	}
	switch e.Type {
	case "message_start":
		a.start(cmp.Or(e.Message, new(anthropicMessage)))
	case "content_block_start":
		a.open(e.Index, &e.Block, out)
	case "content_block_delta":
		a.delta(&e, out)
	case "content_block_stop":
		a.close(e.Index, out)
	case "message_delta":
		a.finished(e.Delta.StopReason)
		a.count(e.Usage)
	case "message_stop":
		return true, nil
	case "error":
		a.fail(data)
	}
	return false, nil
}

func (a *anthropicChat) start(m *anthropicMessage) {
	a.Begun = true
	a.Response.ID, a.Response.Model = m.ID, m.Model
	a.count(m.Usage)
}

// open begins a content block with what stands in it already: all of it in a whole message, hardly anything in a stream.
func (a *anthropicChat) open(index int, b *anthropicBlock, out dialect.Emit) {
	switch b.Type {
	case "text":
		a.AddText([]byte(b.Text), out)
	case "thinking":
		a.Parts.OpenReasoning()
		a.AddReason([]byte(b.Thinking), out)
		a.sign(b.Signature, out)
	case "redacted_thinking":
		part := request.ReasoningPart{Encrypted: b.Data}
		a.Parts.Part(part)
		out.Send(request.Chunk{Part: part})
	case "tool_use":
		if b.Name == "" {
			a.Failure = &edge.Failure{Message: "a tool call without a name"}
			return
		}
		if a.calls == nil {
			a.calls = map[int]int{}
		}
		n := len(a.calls)
		a.calls[index] = n
		input := string(b.Input)
		if input == "{}" { // in a stream it stands for what is to come
			input = ""
		}
		a.toolCall(n, b.ID, b.Name, input, out)
	default:
		a.Warn("content", "a block of type "+b.Type+" was left out; use a native client")
	}
}

func (a *anthropicChat) delta(e *anthropicEvent, out dialect.Emit) {
	d := &e.Delta
	switch d.Type {
	case "text_delta":
		a.AddText([]byte(d.Text), out)
	case "thinking_delta":
		a.AddReason([]byte(d.Thinking), out)
	case "signature_delta":
		a.sign(d.Signature, out)
	case "input_json_delta":
		if n, ok := a.calls[e.Index]; ok && d.PartialJSON != "" {
			a.toolCall(n, "", "", d.PartialJSON, out)
		}
	}
}

// close ends a block. A tool call that came without arguments has an empty object of them.
func (a *anthropicChat) close(index int, out dialect.Emit) {
	if n, ok := a.calls[index]; ok && a.Failure == nil && a.Parts.Arguments(n) == "" {
		a.toolCall(n, "", "", "{}", out)
	}
}

// sign completes the reasoning that was taken in last.
func (a *anthropicChat) sign(signature string, out dialect.Emit) {
	if signature != "" {
		a.Parts.OpenReasoning().Signature = signature
		out.Send(request.Chunk{Part: request.ReasoningPart{Signature: signature}})
	}
}
