package openai

import (
	"cmp"
	"regexp"
)

// Quirks are the ways in which a compatible provider differs from OpenAI's Chat Completions. The zero value is OpenAI.
type Quirks struct {
	// MaxTokensField names the field that bounds the answer. Empty: "max_completion_tokens" at OpenAI and Azure, and for
	// OpenAI's reasoning models anywhere; else "max_tokens", which every other server knows.
	MaxTokensField string
	// SeedField names the seed; "seed" if empty.
	SeedField string
	// RequiredChoice is the word for "must call some tool"; "required" if empty.
	RequiredChoice string
	// NoStreamOptions: stream_options is refused; the provider sends usage unasked.
	NoStreamOptions bool
	// NoJSONSchema: response_format json_schema is refused; it is sent as json_object with a warning.
	NoJSONSchema bool
	// TopK, CacheKey, CacheControl, FileURL: the provider takes top_k, prompt_cache_key, cache_control marks on content,
	// and files by URL.
	TopK         bool
	CacheKey     bool
	CacheControl bool
	FileURL      bool
	// Reasoning is how thinking is asked for.
	Reasoning ReasoningStyle
	// ReasoningBack is where an earlier turn's reasoning goes: the name of a text field ("reasoning_content", "reasoning"),
	// ReasoningDetails or ReasoningContent. Empty: it can't go back.
	ReasoningBack string
	// ReasoningAlways: with tools, every earlier assistant turn must carry ReasoningBack, empty if it had none.
	ReasoningAlways bool
	// DailyRequests: the request limits in the headers count per day.
	DailyRequests bool
	// NoBatches: the provider has no batch API, or not OpenAI's.
	NoBatches bool
}

// Values of Quirks.ReasoningBack that are not plain text fields.
const (
	// ReasoningDetails: the typed list of OpenRouter and Vercel, which keeps signatures and encrypted reasoning.
	ReasoningDetails = "reasoning_details"
	// ReasoningContent: thinking parts inside content, as Mistral has them.
	ReasoningContent = "content"
)

// ReasoningStyle is a provider's way of asking for thinking.
type ReasoningStyle uint8

const (
	// ReasoningEffort sends reasoning_effort; a budget can't be said.
	ReasoningEffort ReasoningStyle = iota
	// ReasoningObject sends reasoning: {effort} or {max_tokens}.
	ReasoningObject
	// ReasoningThinking sends reasoning_effort, and thinking: {type} for none and for a budget.
	ReasoningThinking
	// ReasoningSwitch sends enable_thinking and thinking_budget.
	ReasoningSwitch
	// ReasoningUnsupported can't be asked for.
	ReasoningUnsupported
)

func (q *Quirks) seedField() string      { return cmp.Or(q.SeedField, "seed") }
func (q *Quirks) requiredChoice() string { return cmp.Or(q.RequiredChoice, "required") }

// reasoningModels are the families of OpenAI's that refuse max_tokens.
var reasoningModels = regexp.MustCompile(`^(openai/)?(o[1-9]|gpt-([5-9]|[1-9][0-9]))`)

// maxTokensField names the field that bounds the answer of this call.
func (e *encoder) maxTokensField() string {
	switch {
	case e.quirks.MaxTokensField != "":
		return e.quirks.MaxTokensField
	case e.cfg.Azure, e.cfg.BaseURL == DefaultBaseURL, reasoningModels.MatchString(e.call.Model):
		return "max_completion_tokens"
	}
	return "max_tokens"
}
