package request

import "time"

// Response is a model's whole answer. It belongs to the caller, who may keep and change it.
type Response struct {
	// Content is all text of the answer, joined.
	Content string
	// Parts is the answer in order: text, reasoning, tool calls and media.
	Parts []Part
	// ToolCalls and Reasoning repeat those parts for convenience; Reasoning is the readable text, joined.
	ToolCalls []ToolCall
	Reasoning string
	// Refusal is the model's own words for declining; such an answer comes with an error of class [ClassContentPolicy].
	Refusal string

	FinishReason    FinishReason
	RawFinishReason string

	// Provider is the name of the client that answered, Model the model's name as the provider reported it.
	Provider string
	Model    string
	// ID names the answer, RequestID the exchange, for the provider's support.
	ID          string
	RequestID   string
	ServiceTier string
	// Created is the provider's time of the answer, in whole seconds; zero if it gave none.
	Created time.Time

	Usage Usage
	// Limits are the rate limits that the response headers stated.
	Limits Limits
	// Warnings name what of the request could not be honoured as asked.
	Warnings []Warning
	// FromCache: answered by llmgate's cache, at no cost.
	FromCache bool
	// Attempts lists every try, the successful one last. A client of a single provider leaves it empty; retry, router and
	// dispatcher fill it.
	Attempts []Attempt
}

// Message returns the answer as an assistant message, to continue the conversation with.
func (r *Response) Message() Message {
	return Message{Role: RoleAssistant, Parts: r.Parts}
}

// FinishReason says why an answer ended.
type FinishReason string

// The reasons. FinishLength is a truncated answer: MaxTokens or the context was used up.
const (
	FinishStop          FinishReason = "stop"
	FinishLength        FinishReason = "length"
	FinishToolCalls     FinishReason = "tool_calls"
	FinishContentPolicy FinishReason = "content_policy"
	FinishError         FinishReason = "error"
	// FinishOther is a reason the vocabulary has no name for; RawFinishReason has the provider's.
	FinishOther FinishReason = "other"
)

// Warning names a field of the request that was not honoured as asked, and what happened instead.
type Warning struct {
	Field   string
	Message string
}

// String gives "field: message".
func (w Warning) String() string { return w.Field + ": " + w.Message }
