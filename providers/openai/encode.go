package openai

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// encoder writes one request body.
type encoder struct {
	*dialect.Encoder
	call     *chat
	quirks   *Quirks
	streamed bool
	marked   int // where the last cache mark ended
}

func (e *encoder) encode() {
	e.Raw("{")
	if e.Field("model") {
		e.String(e.call.Model)
	}
	if e.Field("messages") {
		e.messages()
	}
	e.streaming()
	e.limits()
	e.sampling()
	e.reasoning()
	e.tools()
	e.format()
	e.identity()
	e.Extras(reserved)
	e.Raw("}")
}

// reserved refuses extra fields that would break what the caller is promised.
func reserved(name, value string) string {
	switch {
	case name == "stream":
		return "set by calling Complete or Stream"
	case name == "n" && value != "1":
		return "a response holds one answer; send the request several times"
	}
	return ""
}

func (e *encoder) streaming() {
	if !e.streamed {
		return
	}
	if e.Field("stream") {
		e.Bool(true)
	}
	if !e.quirks.NoStreamOptions && e.Field("stream_options") {
		e.Raw(`{"include_usage":true}`)
	}
}

func (e *encoder) limits() {
	r := e.call.Req
	if r.MaxTokens > 0 && e.Field(e.call.maxTokensField()) {
		e.Int(int64(r.MaxTokens))
	}
	if len(r.Stop) > 0 && e.Field("stop") {
		e.Strings(r.Stop)
	}
}

func (e *encoder) sampling() {
	r := e.call.Req
	if can := &e.call.Can; can.Known && !can.Sampling {
		e.refused("temperature", r.Temperature)
		e.refused("top_p", r.TopP)
	} else {
		e.Optional("temperature", r.Temperature)
		e.Optional("top_p", r.TopP)
	}
	e.Optional("frequency_penalty", r.FrequencyPenalty)
	e.Optional("presence_penalty", r.PresencePenalty)
	if r.Seed != nil && e.Field(e.quirks.seedField()) {
		e.Int(*r.Seed)
	}
	switch {
	case r.TopK == nil:
	case !e.quirks.TopK:
		e.Warn("top_k", "not sent: the provider has no such parameter")
	case e.Field("top_k"):
		e.Int(int64(*r.TopK))
	}
}

// refused leaves out what the model would refuse the whole request for.
func (e *encoder) refused(name string, v *float64) {
	if v != nil {
		e.Warn(name, "not sent: the model takes no sampling parameters")
	}
}

func (e *encoder) reasoning() {
	effort, budget := e.call.Req.ReasoningEffort, e.call.Req.ReasoningBudget
	if effort == "" && budget == 0 {
		return
	}
	switch e.quirks.Reasoning {
	case ReasoningEffort:
		e.effort(effort)
		if budget > 0 {
			e.Warn("reasoning_budget", "not sent: the provider takes only reasoning_effort")
		}
	case ReasoningObject:
		e.reasoningObject(effort, budget)
	case ReasoningThinking:
		e.thinking(effort, budget)
	case ReasoningSwitch:
		e.thinkingSwitch(effort, budget)
	default:
		e.Warn("reasoning_effort", "not sent: the provider has no such parameter")
	}
}

func (e *encoder) effort(effort request.Effort) {
	if effort != "" && e.Field("reasoning_effort") {
		e.String(string(effort))
	}
}

func (e *encoder) reasoningObject(effort request.Effort, budget int) {
	if !e.Field("reasoning") {
		return
	}
	e.B = append(e.B, '{')
	if effort != "" {
		e.Text("effort", string(effort))
	} else {
		e.Key("max_tokens")
		e.Int(int64(budget))
	}
	e.B = append(e.B, '}')
}

// thinking says in words of the field only what reasoning_effort can't say: off, or a budget.
func (e *encoder) thinking(effort request.Effort, budget int) {
	switch {
	case effort == request.EffortNone:
		if e.Field("thinking") {
			e.Raw(`{"type":"disabled"}`)
		}
	case effort != "":
		e.effort(effort)
	case e.Field("thinking"):
		e.Raw(`{"type":"enabled","budget_tokens":`)
		e.Int(int64(budget))
		e.Raw(`}`)
	}
}

func (e *encoder) thinkingSwitch(effort request.Effort, budget int) {
	if e.Field("enable_thinking") {
		e.Bool(effort != request.EffortNone)
	}
	if budget > 0 && e.Field("thinking_budget") {
		e.Int(int64(budget))
	}
	if effort != "" && effort != request.EffortNone {
		e.Warn("reasoning_effort", "the provider knows only on and off; sent as on")
	}
}

func (e *encoder) format() {
	f := &e.call.Req.ResponseFormat
	switch {
	case f.Type == "" || !e.Field("response_format"):
	case f.Type == request.FormatText:
		e.Raw(`{"type":"text"}`)
	case f.Type == request.FormatJSON:
		e.Raw(`{"type":"json_object"}`)
	case e.quirks.NoJSONSchema:
		e.Raw(`{"type":"json_object"}`)
		e.Warn("response_format.schema", "not sent: the provider gives JSON without a schema")
	default:
		e.schema(f)
	}
}

func (e *encoder) schema(f *request.ResponseFormat) {
	e.Raw(`{"type":"json_schema","json_schema":{`)
	writeSchema(&e.Writer, f)
	e.Raw(`}}`)
}

// writeSchema writes the fields of a schema, which both APIs have.
func writeSchema(w *jsontext.Writer, f *request.ResponseFormat) {
	w.Text("name", cmp.Or(f.Name, "response"))
	w.TextIf("description", f.Description)
	w.Key("schema")
	w.B = append(w.B, f.Schema...)
	if f.Strict {
		w.Raw(`,"strict":true`)
	}
}

func (e *encoder) identity() {
	r := e.call.Req
	if r.ServiceTier != "" && e.Field("service_tier") {
		e.String(r.ServiceTier)
	}
	if r.User != "" && e.Field("user") {
		e.String(r.User)
	}
	if r.PromptCacheKey != "" && e.quirks.CacheKey && e.Field("prompt_cache_key") {
		e.String(r.PromptCacheKey)
	}
}
