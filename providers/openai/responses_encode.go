package openai

import (
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// responsesEncoder writes one request body.
type responsesEncoder struct {
	*dialect.Encoder
	call     *responses
	streamed bool
	reasons  bool // the model does
	seals    bool // it gives its reasoning in encrypted form
}

func (a *responses) encoder(e *dialect.Encoder, streamed bool) *responsesEncoder {
	enc := &responsesEncoder{Encoder: e, call: a, streamed: streamed}
	if enc.reasons = a.Can.Reasoning; !a.Can.Known { // then its name tells
		enc.reasons = a.Req.ReasoningEffort != "" || reasoningModels.MatchString(a.Model) && !strings.Contains(a.Model, "-chat")
	}
	enc.seals = enc.reasons || strings.HasPrefix(a.Model, "grok-") && !strings.Contains(a.Model, "non-reasoning")
	return enc
}

func (e *responsesEncoder) encode() {
	e.Raw("{")
	if e.Field("model") {
		e.String(e.call.Model)
	}
	if e.Field("input") {
		e.input()
	}
	e.state()
	e.sampling()
	e.reasoning()
	e.tools()
	e.text()
	e.identity()
	e.Extras(reservedResponses)
	e.Raw("}")
}

// prompt writes only what the model reads before it answers.
func (e *responsesEncoder) prompt() {
	e.Raw("{")
	if e.Field("model") {
		e.String(e.call.Model)
	}
	if e.Field("input") {
		e.input()
	}
	e.reasoning()
	e.tools()
	e.text()
	e.Raw("}")
}

// reservedResponses refuses extra fields that would break what the caller is promised.
func reservedResponses(name, value string) string {
	switch {
	case name == "stream":
		return "set by calling Complete or Stream"
	case name == "background" && value == "true":
		return "an answer is waited for; leave it out"
	}
	return ""
}

// state keeps the conversation with the caller. Models without encrypted reasoning refuse to be asked for it.
func (e *responsesEncoder) state() {
	if e.Field("store") {
		e.Bool(false)
	}
	if e.seals && e.Field("include") {
		e.Raw(`["reasoning.encrypted_content"]`)
	}
	if e.streamed && e.Field("stream") {
		e.Bool(true)
	}
}

func (e *responsesEncoder) sampling() {
	r := e.call.Req
	if r.MaxTokens > 0 && e.Field("max_output_tokens") {
		e.Int(int64(r.MaxTokens))
	}
	if can := &e.call.Can; !can.Known || can.Sampling {
		e.Optional("temperature", r.Temperature)
		e.Optional("top_p", r.TopP)
	} else {
		e.unsaid("temperature", r.Temperature != nil, "the model takes none")
		e.unsaid("top_p", r.TopP != nil, "the model takes none")
	}
	const none = "the API has no such parameter"
	e.unsaid("top_k", r.TopK != nil, none)
	e.unsaid("seed", r.Seed != nil, none)
	e.unsaid("frequency_penalty", r.FrequencyPenalty != nil, none)
	e.unsaid("presence_penalty", r.PresencePenalty != nil, none)
	e.unsaid("stop", len(r.Stop) > 0, none)
}

func (e *responsesEncoder) unsaid(field string, set bool, why string) {
	if set {
		e.Warn(field, "not sent: "+why)
	}
}

func (e *responsesEncoder) reasoning() {
	r := e.call.Req
	e.Object("reasoning", func() {
		if r.ReasoningEffort != "" && e.Field("effort") {
			e.String(string(r.ReasoningEffort))
		}
	})
	e.unsaid("reasoning_budget", r.ReasoningBudget > 0, "the API takes only reasoning_effort")
}

func (e *responsesEncoder) tools() {
	r := e.call.Req
	if len(r.Tools) > 0 && e.Field("tools") {
		e.B = append(e.B, '[')
		for i := range r.Tools {
			e.tool(&r.Tools[i])
		}
		e.B = append(e.B, ']')
	}
	if r.ToolChoice.Mode != "" && e.Field("tool_choice") {
		e.toolChoice(r.ToolChoice)
	}
	if r.ParallelToolCalls != nil && e.Field("parallel_tool_calls") {
		e.Bool(*r.ParallelToolCalls)
	}
}

func (e *responsesEncoder) tool(t *request.Tool) {
	e.Comma()
	e.Raw(`{"type":"function"`)
	writeFunction(&e.Writer, t)
	e.B = append(e.B, '}')
	if t.Cache != nil {
		e.warnCache()
	}
}

func (e *responsesEncoder) toolChoice(c request.ToolChoice) {
	if c.Mode != request.ToolNamed {
		e.String(string(c.Mode))
		return
	}
	e.Raw(`{"type":"function"`)
	e.Text("name", c.Name)
	e.B = append(e.B, '}')
}

func (e *responsesEncoder) warnCache() {
	e.Warn("cache_breakpoint", "not sent: the API takes no cache marks; it caches prefixes by itself")
}

// text asks for the form of the answer.
func (e *responsesEncoder) text() {
	f := &e.call.Req.ResponseFormat
	e.Object("text", func() {
		if f.Type == "" || !e.Field("format") {
			return
		}
		switch f.Type {
		case request.FormatText:
			e.Raw(`{"type":"text"}`)
		case request.FormatJSON:
			e.Raw(`{"type":"json_object"}`)
		default:
			e.Raw(`{"type":"json_schema"`)
			writeSchema(&e.Writer, f)
			e.B = append(e.B, '}')
		}
	})
}

func (e *responsesEncoder) identity() {
	r := e.call.Req
	if r.ServiceTier != "" && e.Field("service_tier") {
		e.String(r.ServiceTier)
	}
	if r.User != "" && e.Field("safety_identifier") {
		e.String(r.User)
	}
	if r.PromptCacheKey != "" && e.Field("prompt_cache_key") {
		e.String(r.PromptCacheKey)
	}
}
