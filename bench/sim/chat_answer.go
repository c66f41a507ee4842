package sim

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The vendor's response, whole and in chunks.
type (
	chatResponse struct {
		ID                string          `json:"id"`
		Object            string          `json:"object"`
		Created           int64           `json:"created"`
		Model             string          `json:"model"`
		Choices           []chatChoice    `json:"choices"`
		Usage             json.RawMessage `json:"usage,omitempty"`
		ServiceTier       string          `json:"service_tier"`
		SystemFingerprint *string         `json:"system_fingerprint"`
		// Obfuscation evens out the sizes of a stream's events.
		Obfuscation string `json:"obfuscation,omitempty"`
	}
	chatChoice struct {
		Index        int        `json:"index"`
		Message      *chatReply `json:"message,omitempty"`
		Delta        any        `json:"delta,omitempty"` // chatOpening, then chatDelta
		Logprobs     *struct{}  `json:"logprobs"`
		FinishReason *string    `json:"finish_reason"`
	}
	chatReply struct {
		Role        string     `json:"role"`
		Content     *string    `json:"content"`
		ToolCalls   []chatCall `json:"tool_calls,omitempty"`
		Refusal     *string    `json:"refusal"`
		Annotations []struct{} `json:"annotations"`
	}
	chatOpening struct {
		Role    string  `json:"role"`
		Content *string `json:"content"`
		Refusal *string `json:"refusal"`
	}
	chatDelta struct {
		Content   *string    `json:"content,omitempty"`
		Refusal   *string    `json:"refusal,omitempty"`
		ToolCalls []chatCall `json:"tool_calls,omitempty"`
	}
	chatCall struct {
		Index    *int   `json:"index,omitempty"`
		ID       string `json:"id,omitempty"`
		Type     string `json:"type,omitempty"`
		Function struct {
			Name      string `json:"name,omitempty"`
			Arguments string `json:"arguments"`
		} `json:"function"`
	}
	chatUsage struct {
		PromptTokens     int `json:"prompt_tokens"`
		CompletionTokens int `json:"completion_tokens"`
		TotalTokens      int `json:"total_tokens"`
		PromptDetails    struct {
			CachedTokens int `json:"cached_tokens"`
			AudioTokens  int `json:"audio_tokens"`
		} `json:"prompt_tokens_details"`
		CompletionDetails struct {
			ReasoningTokens          int `json:"reasoning_tokens"`
			AudioTokens              int `json:"audio_tokens"`
			AcceptedPredictionTokens int `json:"accepted_prediction_tokens"`
			RejectedPredictionTokens int `json:"rejected_prediction_tokens"`
		} `json:"completion_tokens_details"`
	}
)

func newCall(name, arguments string, rng *rand.Rand) chatCall {
	c := chatCall{ID: "call_" + randomID(rng, 24), Type: "function"}
	c.Function.Name, c.Function.Arguments = name, arguments
	return c
}

func (t *turn) response(object string) chatResponse {
	return chatResponse{ID: t.id, Object: object, Created: t.created, Model: t.req.Model, ServiceTier: "default"}
}

func (t *turn) usage() json.RawMessage {
	u := chatUsage{PromptTokens: t.prompt, CompletionTokens: t.reply.tokens() * t.choices()}
	u.TotalTokens = u.PromptTokens + u.CompletionTokens
	u.CompletionDetails.ReasoningTokens = t.reply.reasoning
	out, _ := json.Marshal(u)
	return out
}

// choices is how many times the answer is given.
func (t *turn) choices() int {
	if t.req.N == nil {
		return 1
	}
	return *t.req.N
}

// whole sends the answer at once, when the model has written it.
func (t *turn) whole() {
	resp := t.response("chat.completion")
	resp.Usage = t.usage()
	message := &chatReply{Role: "assistant", ToolCalls: t.reply.calls, Annotations: []struct{}{}}
	text := strings.Join(t.reply.pieces, "")
	switch {
	case t.reply.refusal:
		message.Refusal = &text
	case text != "" || len(t.reply.calls) == 0:
		message.Content = &text
	}
	for i := range t.choices() {
		resp.Choices = append(resp.Choices, chatChoice{Index: i, Message: message, FinishReason: &t.reply.finish})
	}
	body, _ := json.Marshal(resp)
	if sleep(t.r.Context(), t.firstToken()+writing(t.reply.tokens(), t.speed())) != nil {
		return
	}
	if t.fault.Kind == FaultMalformed {
		body = body[:len(body)/2]
	}
	h := t.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Openai-Processing-Ms", "1")
	h.Set("Openai-Version", "2020-10-01")
	t.w.WriteHeader(http.StatusOK)
	t.send(body)
}

// send writes a body, with the faults that strike while it is on its way.
func (t *turn) send(body []byte) {
	half, end := len(body)/2, len(body)-1
	switch t.fault.Kind {
	case FaultCut:
		t.write(body[:half])
		panic(http.ErrAbortHandler)
	case FaultStall:
		if !t.write(body[:half]) || !t.stall() {
			return
		}
		body = body[half:]
	case FaultDrip:
		if !t.drip(body[:end]) {
			return
		}
		body = body[end:]
	}
	t.end(body)
}

// end writes the last of an answer. It enters the books before, so that a client that has the answer finds it there.
func (t *turn) end(b []byte) {
	t.count(1)
	if !t.write(b) {
		t.count(-1)
	}
}

func (t *turn) write(b []byte) bool {
	_, err := t.w.Write(b)
	t.flush()
	return err == nil
}

func (t *turn) flush() {
	if f, ok := t.w.(http.Flusher); ok {
		f.Flush()
	}
}

// stall is silent for the fault's delay, or until the client leaves. It reports whether the client is still there.
func (t *turn) stall() bool {
	if t.fault.Delay == 0 {
		<-t.r.Context().Done()
		return false
	}
	return sleep(t.r.Context(), t.fault.Delay) == nil
}

func (t *turn) drip(body []byte) bool {
	for i := range body {
		if !t.write(body[i:i+1]) || sleep(t.r.Context(), t.fault.Delay) != nil {
			return false
		}
	}
	return true
}

// count enters an answer into the books, or takes it out.
func (t *turn) count(n int64) {
	t.sim.answered.Add(n)
	t.sim.inputTokens.Add(n * int64(t.prompt))
	t.sim.outputTokens.Add(n * int64(t.reply.tokens()*t.choices()))
}

func (t *turn) firstToken() time.Duration {
	return time.Duration(t.sim.cfg.TTFT.Sample(t.rng) * float64(time.Second))
}

func (t *turn) speed() float64 { return t.sim.cfg.TokensPerSecond.Sample(t.rng) }

// writing is how long the model takes from the first token to the last of n, at a speed in tokens per second.
func writing(n int, speed float64) time.Duration {
	if speed <= 0 || n <= 1 {
		return 0
	}
	return time.Duration(min(float64(n-1)/speed, mostSample) * float64(time.Second))
}
