package sim

import (
	"encoding/json"
	"math/rand/v2"
)

func (c *chat) frame(name string, data []byte) []byte { return serverSent(name, data) }

func (c *chat) malformed() event {
	return event{data: raw(`{"id":"` + c.id + `","choices":[{"delta":{"content":`)}
}

func (c *chat) failed(body []byte) event { return event{data: raw(body)} }

// stream ends with usage if asked for, and the terminal event.
func (c *chat) stream(t *turn) (events, closing []event) {
	if c.wantsUsage() {
		last := c.response("chat.completion.chunk")
		last.Choices, last.Usage = []chatChoice{}, c.usage(t)
		closing = append(closing, event{data: last})
	}
	return c.chunks(t), append(closing, event{data: raw("[DONE]")})
}

func (c *chat) wantsUsage() bool { return c.StreamOptions != nil && c.StreamOptions.IncludeUsage }

// obfuscation is there unless the client declines it.
func obfuscation(o *streamOptions, rng *rand.Rand) string {
	if o != nil && o.IncludeObfuscation != nil && !*o.IncludeObfuscation {
		return ""
	}
	return randomID(rng, 1+rng.IntN(15))
}

// chunks cuts the answer up: the role, the text, the calls, the finish reason; each choice after the other. The first piece
// of text comes with the first token.
func (c *chat) chunks(t *turn) []event {
	var out []event
	for i := range t.req.times() {
		written := t.reply.thought()
		add := func(delta any, finish *string, tokens int) {
			written += tokens
			chunk := c.response("chat.completion.chunk")
			chunk.Choices = []chatChoice{{Index: i, Delta: delta, FinishReason: finish}}
			chunk.Obfuscation = obfuscation(c.StreamOptions, c.rng)
			if c.wantsUsage() {
				chunk.Usage = json.RawMessage("null")
			}
			out = append(out, event{data: chunk, written: written})
		}
		opening := chatOpening{Role: "assistant"}
		if len(t.reply.calls) == 0 || len(t.reply.pieces) > 0 {
			opening.Content = new("")
		}
		add(opening, nil, 0)
		for _, p := range t.reply.pieces {
			if t.reply.refusal {
				add(chatDelta{Refusal: &p}, nil, 1)
			} else {
				add(chatDelta{Content: &p}, nil, 1)
			}
		}
		chatCallChunks(t.reply.calls, func(d chatDelta, tokens int) { add(d, nil, tokens) })
		add(chatDelta{}, c.finish(t), 0)
	}
	return out
}

// chatCallChunks sends the head of every call, and then their arguments in turn: calls interleave, told apart by index.
func chatCallChunks(calls []call, add func(d chatDelta, tokens int)) {
	arguments := make([][]string, len(calls))
	longest := 0
	for i, one := range calls {
		arguments[i] = cut(one.arguments)
		longest = max(longest, len(arguments[i]))
		head := newChatCall(one)
		head.Index, head.Function.Arguments = new(i), ""
		add(chatDelta{ToolCalls: []chatCall{head}}, callHead(&one))
	}
	for n := range longest {
		for i := range arguments {
			if n < len(arguments[i]) {
				piece := chatCall{Index: new(i)}
				piece.Function.Arguments = arguments[i][n]
				add(chatDelta{ToolCalls: []chatCall{piece}}, 1)
			}
		}
	}
}
