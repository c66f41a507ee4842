package sim

import (
	"encoding/json"
	"net/http"
	"strings"
)

// The vendor's response, whole and as a stream begins.
type (
	messagesResponse struct {
		Model        string               `json:"model"`
		ID           string               `json:"id"`
		Type         string               `json:"type"`
		Role         string               `json:"role"`
		Content      []any                `json:"content"` // of the types below
		StopReason   *string              `json:"stop_reason"`
		StopSequence *string              `json:"stop_sequence"`
		StopDetails  *messagesStopDetails `json:"stop_details,omitempty"`
		Usage        messagesUsage        `json:"usage"`
	}
	messagesText struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	messagesThought struct {
		Type      string `json:"type"`
		Thinking  string `json:"thinking"`
		Signature string `json:"signature"`
	}
	messagesRedacted struct {
		Type string `json:"type"`
		Data string `json:"data"`
	}
	messagesCall struct {
		Type   string          `json:"type"`
		ID     string          `json:"id"`
		Name   string          `json:"name"`
		Input  json.RawMessage `json:"input"`
		Caller messagesCaller  `json:"caller"`
	}
	messagesCaller struct {
		Type string `json:"type"`
	}
	messagesStopDetails struct {
		Type        string  `json:"type"`
		Category    *string `json:"category"`
		Explanation *string `json:"explanation"`
	}
	messagesUsage struct {
		messagesInput
		CacheCreation struct {
			Ephemeral5m int `json:"ephemeral_5m_input_tokens"`
			Ephemeral1h int `json:"ephemeral_1h_input_tokens"`
		} `json:"cache_creation"`
		messagesOutput
		ServiceTier  string `json:"service_tier"`
		InferenceGeo string `json:"inference_geo"`
	}
	// The parts of usage that the end of a stream has, too.
	messagesInput struct {
		InputTokens              int `json:"input_tokens"`
		CacheCreationInputTokens int `json:"cache_creation_input_tokens"`
		CacheReadInputTokens     int `json:"cache_read_input_tokens"`
	}
	messagesOutput struct {
		OutputTokens        int                    `json:"output_tokens"`
		OutputTokensDetails *messagesOutputDetails `json:"output_tokens_details,omitempty"`
	}
	messagesOutputDetails struct {
		ThinkingTokens int `json:"thinking_tokens"`
	}
)

func (m *messages) open(h http.Header, stream bool) {
	if stream {
		eventStream(h)
	}
}

func (m *messages) count(t *turn) any { return map[string]int{"input_tokens": t.prompt} }

func (m *messages) whole(t *turn) any {
	resp := m.response(t)
	resp.StopReason, resp.StopSequence, resp.StopDetails = m.stop(t.reply)
	resp.Usage.messagesOutput = m.output(t)
	a := t.reply
	switch {
	case a.redacted:
		resp.Content = append(resp.Content, messagesRedacted{"redacted_thinking", a.seal})
	case len(a.thoughts) > 0:
		shown := m.shown(a)
		resp.Content = append(resp.Content, messagesThought{"thinking", strings.Join(shown, ""), m.signature(a)})
	}
	if len(a.pieces) > 0 {
		resp.Content = append(resp.Content, messagesText{"text", a.text()})
	}
	for _, c := range a.calls {
		resp.Content = append(resp.Content, newMessagesCall(c, object(c.arguments)))
	}
	return resp
}

// response is the frame of an answer, as a stream begins with it.
func (m *messages) response(t *turn) messagesResponse {
	resp := messagesResponse{Model: m.Model, ID: m.id, Type: "message", Role: "assistant", Content: []any{}}
	resp.Usage = messagesUsage{messagesInput: m.input(t), ServiceTier: "standard", InferenceGeo: "not_available"}
	resp.Usage.CacheCreation.Ephemeral5m, resp.Usage.CacheCreation.Ephemeral1h = t.cache.brief, t.cache.long
	resp.Usage.OutputTokens = min(1, t.written())
	return resp
}

// input splits the prompt into what was new, went into the cache and came from it.
func (m *messages) input(t *turn) messagesInput {
	read := t.cache.read
	return messagesInput{max(0, t.prompt-read-t.cache.written()), t.cache.written(), read}
}

func (m *messages) output(t *turn) messagesOutput {
	out := messagesOutput{OutputTokens: t.written()}
	if m.Thinking.on() {
		out.OutputTokensDetails = &messagesOutputDetails{t.reply.thought()}
	}
	return out
}

// shown is the thinking that the client sees.
func (m *messages) shown(a *reply) []string {
	if m.Thinking.Display == "omitted" {
		return nil
	}
	return a.thoughts
}

func (m *messages) signature(a *reply) string {
	if m.Thinking.Display == "omitted" {
		return seal("")
	}
	return a.seal
}

func newMessagesCall(c call, input json.RawMessage) messagesCall {
	return messagesCall{Type: "tool_use", ID: "toolu_01" + c.id[:22], Name: c.name, Input: input, Caller: messagesCaller{"direct"}}
}

// object is the arguments of a call where they are written as an object: an empty one for what is none, such as arguments
// that break off at the maximum of tokens.
func object(arguments string) json.RawMessage {
	if !isObject([]byte(arguments)) || !json.Valid([]byte(arguments)) {
		return json.RawMessage("{}")
	}
	return json.RawMessage(arguments)
}

var messagesStops = map[ending]string{ended: "end_turn", stopped: "stop_sequence", full: "max_tokens", called: "tool_use", refused: "refusal"}

func (m *messages) stop(a *reply) (reason, sequence *string, details *messagesStopDetails) {
	reason = new(messagesStops[a.end])
	switch a.end {
	case stopped:
		sequence = &a.stop
	case refused:
		details = &messagesStopDetails{Type: "refusal"}
	}
	return reason, sequence, details
}
