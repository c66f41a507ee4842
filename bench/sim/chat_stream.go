package sim

import (
	"encoding/json"
	"net/http"
	"time"
)

// stream sends the answer piece by piece, at the model's speed.
func (t *turn) stream() {
	t.w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	t.w.Header().Set("Cache-Control", "no-cache")
	chunks := t.chunks()
	if sleep(t.r.Context(), t.firstToken()) != nil {
		return
	}
	t.w.WriteHeader(http.StatusOK)
	t.flush() // the client has the headers, even if a fault strikes at once
	start, speed := time.Now(), t.speed()
	for i, c := range chunks {
		due := start.Add(writing(c.written, speed))
		if sleep(t.r.Context(), time.Until(due)) != nil || !t.faultDuring(i) || !t.event(c.chatResponse) {
			return
		}
	}
	t.finishStream(len(chunks))
}

// faultDuring plays the fault that strikes after a number of chunks. It reports whether the stream goes on.
func (t *turn) faultDuring(sent int) bool {
	if sent != t.fault.After {
		return true
	}
	switch t.fault.Kind {
	case FaultCut:
		panic(http.ErrAbortHandler)
	case FaultStall:
		return t.stall()
	case FaultMalformed:
		return t.write([]byte("data: {\"id\":\"" + t.id + "\",\"choices\":[{\"delta\":{\"content\":\n\n"))
	case FaultErrorEvent:
		t.write([]byte("data: " + string(t.fault.body()) + "\n\n"))
		return false
	}
	return true
}

func (t *turn) event(c chatResponse) bool {
	body, _ := json.Marshal(c)
	line := append(append([]byte("data: "), body...), "\n\n"...)
	if t.fault.Kind == FaultDrip {
		return t.drip(line)
	}
	return t.write(line)
}

// finishStream sends usage if asked for, and the terminal event. A fault placed beyond the last chunk strikes here.
func (t *turn) finishStream(sent int) {
	if t.fault.After >= sent {
		t.fault.After = sent
		if !t.faultDuring(sent) {
			return
		}
	}
	if t.wantsUsage() {
		last := t.response("chat.completion.chunk")
		last.Choices, last.Usage = []chatChoice{}, t.usage()
		if !t.event(last) {
			return
		}
	}
	t.end([]byte("data: [DONE]\n\n"))
}

func (t *turn) wantsUsage() bool {
	return t.req.StreamOptions != nil && t.req.StreamOptions.IncludeUsage
}

// obfuscation is there unless the client declines it.
func (t *turn) obfuscation() string {
	if o := t.req.StreamOptions; o != nil && o.IncludeObfuscation != nil && !*o.IncludeObfuscation {
		return ""
	}
	return randomID(t.rng, 1+t.rng.IntN(15))
}

// chunk is an event of a stream, sent when so many tokens of its choice are written: a stream takes as long as the same
// answer in one piece, and the first piece of text comes with the first token.
type chunk struct {
	chatResponse
	written int
}

// chunks cuts the answer up: the role, the text, the calls, the finish reason; each choice after the other.
func (t *turn) chunks() []chunk {
	var out []chunk
	for i := range t.choices() {
		written := t.reply.reasoning
		add := func(delta any, finish *string, tokens int) {
			written += tokens
			c := t.response("chat.completion.chunk")
			c.Choices = []chatChoice{{Index: i, Delta: delta, FinishReason: finish}}
			c.Obfuscation = t.obfuscation()
			if t.wantsUsage() {
				c.Usage = json.RawMessage("null")
			}
			out = append(out, chunk{c, written})
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
		t.callChunks(func(d chatDelta, tokens int) { add(d, nil, tokens) })
		add(chatDelta{}, &t.reply.finish, 0)
	}
	return out
}

// callChunks sends the head of every call, and then their arguments in turn: calls interleave, told apart by index.
func (t *turn) callChunks(add func(d chatDelta, tokens int)) {
	arguments := make([][]string, len(t.reply.calls))
	longest := 0
	for i, c := range t.reply.calls {
		arguments[i] = cut(c.Function.Arguments)
		longest = max(longest, len(arguments[i]))
		head := c
		head.Index, head.Function.Arguments = new(i), ""
		add(chatDelta{ToolCalls: []chatCall{head}}, callTokens(&head))
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
