package sim

import (
	"encoding/json"
	"net/http"
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

func (openai) open(h http.Header, stream bool) {
	if stream {
		eventStream(h)
		return
	}
	h.Set("Openai-Processing-Ms", "1")
	h.Set("Openai-Version", "2020-10-01")
}

func (c *chat) response(object string) chatResponse {
	return chatResponse{ID: c.id, Object: object, Created: c.created, Model: c.Model, ServiceTier: "default"}
}

func (c *chat) usage(t *turn) json.RawMessage {
	u := chatUsage{PromptTokens: t.prompt, CompletionTokens: t.written()}
	u.TotalTokens = u.PromptTokens + u.CompletionTokens
	u.CompletionDetails.ReasoningTokens = t.reply.thought()
	out, _ := json.Marshal(u)
	return out
}

func (c *chat) finish(t *turn) *string {
	switch {
	case t.reply.end == full:
		return new("length")
	case t.reply.end == called && t.req.choice.mode != "named": // the vendor's own peculiarity
		return new("tool_calls")
	}
	return new("stop")
}

func newChatCall(c call) chatCall {
	out := chatCall{ID: "call_" + c.id, Type: "function"}
	out.Function.Name, out.Function.Arguments = c.name, c.arguments
	return out
}

func (c *chat) whole(t *turn) any {
	resp := c.response("chat.completion")
	resp.Usage = c.usage(t)
	message := &chatReply{Role: "assistant", Annotations: []struct{}{}}
	for _, one := range t.reply.calls {
		message.ToolCalls = append(message.ToolCalls, newChatCall(one))
	}
	text := t.reply.text()
	switch {
	case t.reply.refusal:
		message.Refusal = &text
	case text != "" || len(t.reply.calls) == 0:
		message.Content = &text
	}
	for i := range t.req.times() {
		resp.Choices = append(resp.Choices, chatChoice{Index: i, Message: message, FinishReason: c.finish(t)})
	}
	return resp
}
