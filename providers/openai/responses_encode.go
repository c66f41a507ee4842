package openai

import (
	"strings"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// responsesEncoder writes one request body.
type responsesEncoder struct {
	*dialect.Encoder
	call     *dialect.Call
	streamed bool
	reasons  bool // the model does
	seals    bool // it gives its reasoning in encrypted form
}

func (a *responses) encoder(e *dialect.Encoder, streamed bool) *responsesEncoder {
	enc := &responsesEncoder{Encoder: e, call: &a.Call, streamed: streamed}
	if enc.reasons = a.Can.Reasoning; !a.Can.Known { // then its name tells
		enc.reasons = a.Req.ReasoningEffort != "" || reasoningModels.MatchString(a.Model) && !strings.Contains(a.Model, "-chat")
	}
	enc.seals = enc.reasons || strings.HasPrefix(a.Model, "grok-") && !strings.Contains(a.Model, "non-reasoning")
	return enc
}

func (e *responsesEncoder) encode() {
	e.Raw("{")
	e.OptionalText("model", e.call.Model)
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
	e.OptionalText("model", e.call.Model)
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
	e.OptionalCount("max_output_tokens", r.MaxTokens)
	if can := &e.call.Can; !can.Known || can.Sampling {
		e.OptionalFloat("temperature", r.Temperature)
		e.OptionalFloat("top_p", r.TopP)
	} else {
		e.WarnIf(r.Temperature != nil, "temperature", "not sent: the model takes none")
		e.WarnIf(r.TopP != nil, "top_p", "not sent: the model takes none")
	}
	const none = "not sent: the API has no such parameter"
	e.WarnIf(r.TopK != nil, "top_k", none)
	e.WarnIf(r.Seed != nil, "seed", none)
	e.WarnIf(r.FrequencyPenalty != nil, "frequency_penalty", none)
	e.WarnIf(r.PresencePenalty != nil, "presence_penalty", none)
	e.WarnIf(len(r.Stop) > 0, "stop", none)
}

func (e *responsesEncoder) reasoning() {
	r := e.call.Req
	e.Object("reasoning", func() {
		e.OptionalText("effort", string(r.ReasoningEffort))
	})
	e.WarnIf(r.ReasoningBudget > 0, "reasoning_budget", "not sent: the API takes only reasoning_effort")
}

func (e *responsesEncoder) tools() {
	r := e.call.Req
	if len(r.Tools) > 0 && e.Field("tools") {
		e.Raw("[")
		for i := range r.Tools {
			e.tool(&r.Tools[i])
		}
		e.Raw("]")
	}
	if r.ToolChoice.Mode != "" && e.Field("tool_choice") {
		e.toolChoice(r.ToolChoice)
	}
	e.OptionalBool("parallel_tool_calls", r.ParallelToolCalls)
}

func (e *responsesEncoder) tool(t *request.Tool) {
	e.Comma()
	e.Raw(`{"type":"function"`)
	writeFunction(&e.Writer, t)
	e.Raw("}")
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
	e.Raw("}")
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
			e.Raw("}")
		}
	})
}

func (e *responsesEncoder) identity() {
	r := e.call.Req
	e.OptionalText("service_tier", r.ServiceTier)
	e.OptionalText("safety_identifier", r.User)
	e.OptionalText("prompt_cache_key", r.PromptCacheKey)
}
