package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed63918563/llmgate/request"
)

// Feature is something that not every client can do.
type Feature string

// The features that a request can ask for.
const (
	Vision   Feature = "vision"
	ImageURL Feature = "image by URL"
	PDF      Feature = "PDF"
	Audio    Feature = "audio"
	// ToolImages is to answer a call with an image.
	ToolImages Feature = "image from a tool"
	// CacheMarks is to end a prefix worth caching.
	CacheMarks Feature = "cache marks"
	Tools      Feature = "tools"
	// ToolChoice is to demand a tool, or some tool; OneCall is to forbid parallel calls.
	ToolChoice Feature = "tool choice"
	OneCall    Feature = "one call at a time"
	JSON       Feature = "JSON"
	JSONSchema Feature = "JSON Schema"
	Stop       Feature = "stop"
	MaxTokens  Feature = "max tokens"
	// Effort is to ask for reasoning, ReasoningBack to send it back in a tool loop.
	Effort        Feature = "reasoning effort"
	ReasoningBack Feature = "reasoning sent back"
)

// The features that a provider has, or that the way to it has.
const (
	// Wire: the client's calls go over the transport it is given.
	Wire Feature = "wire"
	// Errors: error responses have a set of fixtures.
	Errors Feature = "error responses"
	// ErrorEvents: a stream may end with an error event. ErrorBodies: an error may stand in a good response.
	ErrorEvents Feature = "error events"
	ErrorBodies Feature = "error bodies"
	// LimitHeaders: responses state rate limits.
	LimitHeaders Feature = "limit headers"
	// Reasoning: the model's thoughts can be read, Refusals: its words when it declines.
	Reasoning Feature = "reasoning"
	Refusals  Feature = "refusals"
	// Usage: the counts of tokens are the provider's.
	Usage Feature = "usage"
)

// probe is a request that needs one feature; the warning of a client without it names the field.
type probe struct {
	change func(*request.Request)
	field  string
}

// probes has all features; those that no request asks for have nothing to probe.
var probes = map[Feature]probe{
	Vision:   {addParts(request.ImagePart{Data: png, MediaType: "image/png"}), "messages"},
	ImageURL: {addParts(request.ImagePart{URL: "https://images.example/cat.png", MediaType: "image/png"}), "messages"},
	Audio:    {addParts(request.AudioPart{Data: wav, MediaType: "audio/wav"}), "messages"},
	ToolImages: {func(r *request.Request) {
		*r = loop(request.ToolResult{Content: "See here.", Parts: []request.Part{request.ImagePart{Data: png, MediaType: "image/png"}}}, request.ToolResult{Content: "700,000"})
	}, "messages"},
	CacheMarks: {addParts(request.CacheBreakpoint{}), "cache_breakpoint"},
	PDF:        {addParts(request.FilePart{Data: pdf, MediaType: "application/pdf", Name: "paper.pdf"}), "messages"},
	Tools:      {func(r *request.Request) { r.Tools = []request.Tool{weather} }, "tools"},
	ToolChoice: {func(r *request.Request) {
		r.Tools, r.ToolChoice.Mode = []request.Tool{weather}, request.ToolRequired
	}, "tool_choice"},
	OneCall: {func(r *request.Request) {
		r.Tools, r.ParallelToolCalls = []request.Tool{weather}, new(false)
	}, "parallel_tool_calls"},
	JSON:       {func(r *request.Request) { r.ResponseFormat.Type = request.FormatJSON }, "response_format"},
	JSONSchema: {func(r *request.Request) { r.ResponseFormat = personFormat }, "response_format"},
	Stop:       {func(r *request.Request) { r.Stop = []string{"STOP"} }, "stop"},
	MaxTokens:  {func(r *request.Request) { r.MaxTokens = 16 }, "max_tokens"},
	Effort:     {func(r *request.Request) { r.ReasoningEffort = request.EffortLow }, "reasoning"},
	ReasoningBack: {func(r *request.Request) {
		r.Messages = append(r.Messages,
			request.Message{Role: request.RoleAssistant, Content: "Yes.", Parts: []request.Part{request.ReasoningPart{Text: "Hm.", Signature: "proof"}}},
			request.Message{Role: request.RoleUser, Content: "Sure?"})
	}, "reasoning"},
	Wire: {}, Errors: {}, ErrorEvents: {}, ErrorBodies: {}, LimitHeaders: {}, Reasoning: {}, Refusals: {}, Usage: {},
}

func addParts(parts ...request.Part) func(*request.Request) {
	return func(r *request.Request) {
		m := &r.Messages[len(r.Messages)-1]
		m.Parts = append(slices.Clone(m.Parts), parts...)
	}
}

// refused checks that a client without the feature says so: it refuses the request before sending it, or warns.
func (p probe) refused(s *stage) error {
	if p.change == nil {
		return nil
	}
	req := ask("Hello?")
	p.change(&req)
	for _, w := range ways {
		client, provider := s.open(setting{Config: says("Hello!")})
		end, err := w.ask(s.ctx, client, req)
		if err == nil {
			err = p.said(end, provider)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	return nil
}

func (p probe) said(end *ending, provider *Provider) error {
	if end.err != nil {
		return errors.Join(
			that(end.err.Class == request.ClassInvalid, "refused with class %s, not invalid: %v", end.err.Class, end.raw),
			that(len(provider.sent.all()) == 0, "refused, but sent all the same"),
		)
	}
	return that(warns(end.response, p.field), "neither refused nor warned about; the warnings are %v", end.response.Warnings)
}

// warns tells whether a response has a warning about a field, or a field below it.
func warns(r *request.Response, field string) bool {
	return slices.ContainsFunc(r.Warnings, func(w request.Warning) bool { return strings.HasPrefix(w.Field, field) })
}
