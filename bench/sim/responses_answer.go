package sim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// The vendor's response. What the request says of it comes back as it was said.
type (
	responsesObject struct {
		ID                   string              `json:"id"`
		Object               string              `json:"object"`
		CreatedAt            int64               `json:"created_at"`
		Status               string              `json:"status"`
		Background           bool                `json:"background"`
		Billing              *responsesBilling   `json:"billing,omitempty"`
		CompletedAt          *int64              `json:"completed_at"`
		Error                *responsesError     `json:"error"`
		FrequencyPenalty     float64             `json:"frequency_penalty"`
		IncompleteDetails    *responsesReason    `json:"incomplete_details"`
		Instructions         json.RawMessage     `json:"instructions"`
		MaxOutputTokens      *int                `json:"max_output_tokens"`
		MaxToolCalls         json.RawMessage     `json:"max_tool_calls"`
		Model                string              `json:"model"`
		Moderation           *struct{}           `json:"moderation"`
		Output               []any               `json:"output"` // of the types below
		ParallelToolCalls    json.RawMessage     `json:"parallel_tool_calls"`
		PresencePenalty      float64             `json:"presence_penalty"`
		PreviousResponseID   *string             `json:"previous_response_id"`
		PromptCacheKey       json.RawMessage     `json:"prompt_cache_key"`
		PromptCacheRetention json.RawMessage     `json:"prompt_cache_retention"`
		Reasoning            responsesEcho       `json:"reasoning"`
		SafetyIdentifier     json.RawMessage     `json:"safety_identifier"`
		ServiceTier          string              `json:"service_tier"`
		Store                json.RawMessage     `json:"store"`
		Temperature          json.RawMessage     `json:"temperature"`
		Text                 responsesTextConfig `json:"text"`
		ToolChoice           json.RawMessage     `json:"tool_choice"`
		Tools                json.RawMessage     `json:"tools"`
		TopLogprobs          json.RawMessage     `json:"top_logprobs"`
		TopP                 json.RawMessage     `json:"top_p"`
		Truncation           json.RawMessage     `json:"truncation"`
		Usage                *responsesUsage     `json:"usage"`
		User                 json.RawMessage     `json:"user"`
		Metadata             json.RawMessage     `json:"metadata"`
	}
	responsesBilling struct {
		Payer string `json:"payer"`
	}
	responsesError struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	responsesReason struct {
		Reason string `json:"reason"`
	}
	responsesEcho struct {
		Context *string `json:"context"`
		Effort  *string `json:"effort"`
		Summary *string `json:"summary"`
	}
	responsesTextConfig struct {
		Format    json.RawMessage `json:"format"`
		Verbosity string          `json:"verbosity"`
	}
	responsesUsage struct {
		InputTokens  int `json:"input_tokens"`
		InputDetails struct {
			CachedTokens int `json:"cached_tokens"`
		} `json:"input_tokens_details"`
		OutputTokens  int `json:"output_tokens"`
		OutputDetails struct {
			ReasoningTokens int `json:"reasoning_tokens"`
		} `json:"output_tokens_details"`
		TotalTokens int `json:"total_tokens"`
	}
)

// What a response consists of.
type (
	responsesMessage struct {
		ID      string          `json:"id"`
		Type    string          `json:"type"`
		Status  string          `json:"status"`
		Content []responsesPart `json:"content"`
		Role    string          `json:"role"`
	}
	responsesPart struct {
		Type        string      `json:"type"`
		Annotations *[]struct{} `json:"annotations,omitempty"`
		Logprobs    *[]struct{} `json:"logprobs,omitempty"`
		Text        *string     `json:"text,omitempty"`
		Refusal     *string     `json:"refusal,omitempty"`
	}
	responsesCall struct {
		ID        string `json:"id"`
		Type      string `json:"type"`
		Status    string `json:"status"`
		Arguments string `json:"arguments"`
		CallID    string `json:"call_id"`
		Name      string `json:"name"`
	}
	responsesReasoning struct {
		ID               string             `json:"id"`
		Type             string             `json:"type"`
		Content          []struct{}         `json:"content"`
		EncryptedContent string             `json:"encrypted_content,omitempty"`
		Summary          []responsesSummary `json:"summary"`
	}
	responsesSummary struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
)

func (r *responses) count(t *turn) any {
	return struct {
		Object      string `json:"object"`
		InputTokens int    `json:"input_tokens"`
	}{"response.input_tokens", t.prompt}
}

func (r *responses) whole(t *turn) any {
	out := r.finished(t, r.items(t.reply))
	out.Billing = &responsesBilling{"developer"}
	return out
}

// given is a parameter as it came, nil if it was left out.
func (r *responses) given(name string) json.RawMessage {
	if value := r.fields[name]; string(value) != "null" {
		return value
	}
	return nil
}

// echo is a parameter as it came, or the vendor's default.
func (r *responses) echo(name, otherwise string) json.RawMessage {
	if value := r.given(name); value != nil {
		return value
	}
	return json.RawMessage(otherwise)
}

// object is a response that is only begun.
func (r *responses) object() responsesObject {
	return responsesObject{
		ID: r.id, Object: "response", CreatedAt: r.created, Status: "in_progress", Model: r.Model, Output: []any{}, ServiceTier: "auto",
		Instructions: r.echo("instructions", "null"), MaxOutputTokens: r.MaxOutputTokens, MaxToolCalls: r.echo("max_tool_calls", "null"),
		ParallelToolCalls: r.echo("parallel_tool_calls", "true"), PromptCacheKey: r.echo("prompt_cache_key", "null"),
		PromptCacheRetention: r.echo("prompt_cache_retention", "null"), SafetyIdentifier: r.echo("safety_identifier", "null"),
		Reasoning: r.Reasoning.echo(), Store: r.echo("store", "true"), Temperature: r.echo("temperature", "1.0"), Text: r.textConfig(),
		ToolChoice: r.echo("tool_choice", `"auto"`), Tools: r.echo("tools", "[]"), TopLogprobs: r.echo("top_logprobs", "0"),
		TopP: r.echo("top_p", "1.0"), Truncation: r.echo("truncation", `"disabled"`), User: r.echo("user", "null"), Metadata: r.echo("metadata", "{}"),
	}
}

func (e *responsesEffort) echo() (out responsesEcho) {
	if e.Effort != "" {
		out.Context, out.Effort = new("current_turn"), &e.Effort
	}
	if e.Summary != "" {
		out.Summary = new("detailed") // what the vendor makes of whatever is asked
	}
	return out
}

func (r *responses) textConfig() responsesTextConfig {
	var given struct{ Format json.RawMessage }
	_ = json.Unmarshal(r.given("text"), &given)
	out := responsesTextConfig{given.Format, r.Text.Verbosity}
	if len(out.Format) == 0 {
		out.Format = json.RawMessage(`{"type":"text"}`)
	}
	if out.Verbosity == "" {
		out.Verbosity = "medium"
	}
	return out
}

// finished is the response at its end.
func (r *responses) finished(t *turn, items []any) responsesObject {
	out := r.object()
	out.Status, out.ServiceTier, out.Output = "completed", "default", items
	if t.reply.end == full {
		out.Status, out.IncompleteDetails = "incomplete", &responsesReason{"max_output_tokens"}
	} else {
		out.CompletedAt = new(time.Now().Unix())
	}
	out.Usage = &responsesUsage{InputTokens: t.prompt, OutputTokens: t.written(), TotalTokens: t.prompt + t.written()}
	out.Usage.OutputDetails.ReasoningTokens = t.reply.thought()
	return out
}

// items are those of the answer. The one in which the tokens ran out is incomplete.
func (r *responses) items(a *reply) (items []any) {
	items = []any{}
	status := func(last bool) string {
		if last && a.end == full {
			return "incomplete"
		}
		return "completed"
	}
	if a.thought() > 0 {
		items = append(items, r.reasoning(a))
	}
	if len(a.pieces) > 0 || len(a.calls) == 0 && a.end != full {
		items = append(items, responsesMessage{"msg_" + r.itemID(), "message", status(len(a.calls) == 0), []responsesPart{a.part(a.text())}, "assistant"})
	}
	for i, c := range a.calls {
		items = append(items, responsesCall{"fc_" + r.itemID(), "function_call", status(i == len(a.calls)-1), c.arguments, "call_" + c.id, c.name})
	}
	return items
}

func (r *responses) itemID() string { return randomID(r.rng, 50) }

func (r *responses) reasoning(a *reply) responsesReasoning {
	out := responsesReasoning{ID: "rs_" + r.itemID(), Type: "reasoning", Content: []struct{}{}, EncryptedContent: r.encrypted(), Summary: []responsesSummary{}}
	if len(a.thoughts) > 0 {
		out.Summary = append(out.Summary, responsesSummary{"summary_text", strings.Join(a.thoughts, "")})
	}
	return out
}

// encrypted is what the vendor gives of the reasoning to who asks for it.
func (r *responses) encrypted() string {
	if !slices.Contains(r.Include, "reasoning.encrypted_content") {
		return ""
	}
	return encrypted(randomID(r.rng, encryptedOnce))
}

// part is the content of a message with a text, which may be the beginning of what is said.
func (a *reply) part(text string) responsesPart {
	if a.refusal {
		return responsesPart{Type: "refusal", Refusal: &text}
	}
	return responsesPart{Type: "output_text", Annotations: &[]struct{}{}, Logprobs: &[]struct{}{}, Text: &text}
}
