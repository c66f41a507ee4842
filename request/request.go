// Package request is the vocabulary that every other package of llmgate speaks: what is asked of a language model
// ([Request]), what comes back ([Response], [Chunk]), what it used ([Usage], [Money]), how it failed ([Error]), and the one
// interface that providers, middleware and the dispatcher all satisfy ([Client]).
//
// Use it directly when writing a Client or a Middleware. Programs that only call models can import the root package,
// which repeats these names. The package depends on the standard library alone, starts no goroutine and does no I/O.
package request

// Request is one question to a model. The zero value of every optional field means "not set": the field is not sent and
// the provider's default holds. Fields are pointers where the provider tells zero from unset. A Request is passed by
// value and never changed by llmgate, so one value may be used from several goroutines as long as nobody writes to it.
type Request struct {
	// Model is the name as the provider writes it. Empty means the model the client was made for.
	Model string
	// Messages is the conversation, oldest first. At least one is required.
	Messages []Message

	// MaxTokens bounds the answer in tokens, reasoning included where the provider counts it so. 0 leaves the bound to
	// the provider; providers that demand one get their model's limit.
	MaxTokens int
	// Temperature, TopP and TopK shape the sampling; their ranges are the provider's.
	Temperature *float64
	TopP        *float64
	TopK        *int
	// Seed asks for repeatable sampling where the provider offers it.
	Seed             *int64
	FrequencyPenalty *float64
	PresencePenalty  *float64
	// Stop lists texts that end the answer; they are not part of it.
	Stop []string

	// ReasoningEffort and ReasoningBudget (in tokens) set how long the model thinks. Set at most one of them.
	ReasoningEffort Effort
	ReasoningBudget int

	// Tools are the functions the model may call; ToolChoice says whether it must.
	Tools      []Tool
	ToolChoice ToolChoice
	// ParallelToolCalls allows or forbids several calls in one answer.
	ParallelToolCalls *bool
	// ResponseFormat asks for JSON, or for JSON under a schema.
	ResponseFormat ResponseFormat

	// ServiceTier is the provider's name for a class of service, such as "flex" or "priority".
	ServiceTier string
	// User is a stable, opaque identifier of the end user, for the provider's abuse detection.
	User string
	// PromptCacheKey groups requests that share a long prefix: it is sent where the provider takes such a key, and sticky
	// routing keeps requests of one key on one target.
	PromptCacheKey string

	// Extra holds fields that the vocabulary has no name for, by provider name and then by top-level field name of that
	// provider's request body. Only the entry of the provider that serves the request is sent. A value is encoded with
	// encoding/json, a json.RawMessage too. An extra field replaces a field of the same name.
	Extra map[string]map[string]any

	// Labels, Tenant and Priority stay inside llmgate: accounting sums by label and tenant, the queue is fair between
	// tenants, and a higher priority goes first within a tenant.
	Labels   map[string]string
	Tenant   string
	Priority int
	// NoCache asks for a fresh answer; NoStore keeps the answer out of the cache. Both concern llmgate's own cache.
	NoCache bool
	NoStore bool
}

// Effort is a level of reasoning in the words that most providers share. It is sent as it is: a model that has no such
// level refuses it. Providers that only know on and off get that, and the response says so in a warning.
type Effort string

// The levels, from no reasoning at all to the most a model offers.
const (
	EffortNone    Effort = "none"
	EffortMinimal Effort = "minimal"
	EffortLow     Effort = "low"
	EffortMedium  Effort = "medium"
	EffortHigh    Effort = "high"
	EffortXHigh   Effort = "xhigh"
)
