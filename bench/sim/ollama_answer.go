package sim

import (
	"net/http"
	"strings"
	"time"
)

// ollamaResponse is the answer, whole or a piece of it. Only the last has the reason and the figures.
type ollamaResponse struct {
	Model      string        `json:"model"`
	CreatedAt  time.Time     `json:"created_at"`
	Message    ollamaMessage `json:"message"`
	Done       bool          `json:"done"`
	DoneReason string        `json:"done_reason,omitempty"`
	*ollamaFigures
}

// ollamaFigures are times in nanoseconds, and counts of tokens.
type ollamaFigures struct {
	TotalDuration      time.Duration `json:"total_duration"`
	LoadDuration       time.Duration `json:"load_duration"`
	PromptEvalCount    int           `json:"prompt_eval_count"`
	PromptEvalDuration time.Duration `json:"prompt_eval_duration"`
	EvalCount          int           `json:"eval_count"`
	EvalDuration       time.Duration `json:"eval_duration"`
}

func (o *ollama) open(h http.Header, stream bool) {
	if stream {
		h.Set("Content-Type", "application/x-ndjson")
	}
}

func (o *ollama) frame(_ string, data []byte) []byte { return append(data, '\n') }

func (o *ollama) malformed() event {
	return event{data: raw(`{"model":"` + o.Model + `","message":{"role":"assistant","content":`)}
}

func (o *ollama) failed(body []byte) event { return event{data: raw(body)} }

func (o *ollama) whole(t *turn) any {
	m := ollamaMessage{Content: t.reply.text(), Thinking: strings.Join(t.reply.thoughts, "")}
	for i, c := range t.reply.calls {
		m.ToolCalls = append(m.ToolCalls, newOllamaCall(i, c))
	}
	return o.last(t, m)
}

// stream sends a call in one piece, when it is written.
func (o *ollama) stream(t *turn) (events, closing []event) {
	written := 0
	add := func(m ollamaMessage, tokens int) {
		written += tokens
		events = append(events, event{data: late(func() any { return o.piece(m) }), written: written})
	}
	for _, p := range t.reply.thoughts {
		add(ollamaMessage{Thinking: p}, 1)
	}
	for _, p := range t.reply.pieces {
		add(ollamaMessage{Content: p}, 1)
	}
	for i, c := range t.reply.calls {
		add(ollamaMessage{ToolCalls: []ollamaCall{newOllamaCall(i, c)}}, callTokens(&c))
	}
	return events, []event{{data: late(func() any { return o.last(t, ollamaMessage{}) })}}
}

func (o *ollama) piece(m ollamaMessage) ollamaResponse {
	m.Role = "assistant"
	return ollamaResponse{Model: o.Model, CreatedAt: time.Now().UTC(), Message: m}
}

func (o *ollama) last(t *turn, m ollamaMessage) ollamaResponse {
	out := o.piece(m)
	out.Done, out.DoneReason = true, "stop"
	if t.reply.end == full {
		out.DoneReason = "length"
	}
	out.ollamaFigures = &ollamaFigures{
		TotalDuration: time.Since(t.begun), LoadDuration: 1, PromptEvalCount: t.prompt, PromptEvalDuration: max(1, t.first.Sub(t.begun)),
		EvalCount: t.written(), EvalDuration: max(1, time.Since(t.first)), // clients divide by them
	}
	return out
}

func newOllamaCall(i int, c call) ollamaCall {
	out := ollamaCall{ID: "call_" + strings.ToLower(c.id[:8])}
	out.Function.Index, out.Function.Name, out.Function.Arguments = i, c.name, object(c.arguments)
	return out
}
