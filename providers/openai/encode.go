package openai

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/seed63918563/llmgate/internal/jsontext"
	"github.com/seed63918563/llmgate/request"
)

// encoder writes one request body. Faults (what can't be said and would be lost) and warnings (what is not honoured) are
// collected on the way.
type encoder struct {
	buf      []byte
	call     *call
	quirks   *Quirks
	streamed bool
	extra    map[string]any
	marked   int // where the last cache mark ended
	warnings []request.Warning
	faults   request.Faults
}

func (e *encoder) encode() error {
	e.buf = append(e.buf, '{')
	if e.field("model") {
		e.string(e.call.model)
	}
	if e.field("messages") {
		e.messages()
	}
	e.streaming()
	e.limits()
	e.sampling()
	e.reasoning()
	e.tools()
	e.format()
	e.identity()
	e.extras()
	e.buf = append(e.buf, '}')
	if len(e.faults) > 0 {
		return &request.Error{Class: request.ClassInvalid, Err: e.faults}
	}
	return nil
}

// field begins a field, unless the request's Extra replaces it.
func (e *encoder) field(name string) bool {
	if _, replaced := e.extra[name]; replaced {
		return false
	}
	e.key(name)
	return true
}

// key writes a name, after a comma where something stands before it.
func (e *encoder) key(name string) {
	e.comma()
	e.string(name)
	e.buf = append(e.buf, ':')
}

func (e *encoder) comma() {
	switch e.buf[len(e.buf)-1] {
	case '{', '[', ':':
	default:
		e.buf = append(e.buf, ',')
	}
}

func (e *encoder) string(s string)  { e.buf = jsontext.AppendString(e.buf, s) }
func (e *encoder) raw(s string)     { e.buf = append(e.buf, s...) }
func (e *encoder) int(n int64)      { e.buf = strconv.AppendInt(e.buf, n, 10) }
func (e *encoder) bool(b bool)      { e.buf = strconv.AppendBool(e.buf, b) }
func (e *encoder) float(f float64)  { e.buf = jsontext.AppendFloat(e.buf, f) }
func (e *encoder) text(k, v string) { e.key(k); e.string(v) }
func (e *encoder) fault(f, p string) {
	e.faults = append(e.faults, request.Fault{Field: f, Problem: p})
}

// warn records once for each field what was not honoured.
func (e *encoder) warn(field, message string) {
	for _, w := range e.warnings {
		if w.Field == field {
			return
		}
	}
	e.warnings = append(e.warnings, request.Warning{Field: field, Message: message})
}

func (e *encoder) streaming() {
	if !e.streamed {
		return
	}
	if e.field("stream") {
		e.bool(true)
	}
	if !e.quirks.NoStreamOptions && e.field("stream_options") {
		e.raw(`{"include_usage":true}`)
	}
}

func (e *encoder) limits() {
	r := e.call.req
	if r.MaxTokens > 0 && e.field(e.call.maxTokensField()) {
		e.int(int64(r.MaxTokens))
	}
	if len(r.Stop) > 0 && e.field("stop") {
		e.strings(r.Stop)
	}
}

func (e *encoder) strings(list []string) {
	e.buf = append(e.buf, '[')
	for _, s := range list {
		e.comma()
		e.string(s)
	}
	e.buf = append(e.buf, ']')
}

func (e *encoder) sampling() {
	r := e.call.req
	e.optional("temperature", r.Temperature)
	e.optional("top_p", r.TopP)
	e.optional("frequency_penalty", r.FrequencyPenalty)
	e.optional("presence_penalty", r.PresencePenalty)
	if r.Seed != nil && e.field(e.quirks.seedField()) {
		e.int(*r.Seed)
	}
	switch {
	case r.TopK == nil:
	case !e.quirks.TopK:
		e.warn("top_k", "not sent: the provider has no such parameter")
	case e.field("top_k"):
		e.int(int64(*r.TopK))
	}
}

func (e *encoder) optional(name string, v *float64) {
	if v != nil && e.field(name) {
		e.float(*v)
	}
}

func (e *encoder) reasoning() {
	effort, budget := e.call.req.ReasoningEffort, e.call.req.ReasoningBudget
	if effort == "" && budget == 0 {
		return
	}
	switch e.quirks.Reasoning {
	case ReasoningEffort:
		e.effort(effort)
		if budget > 0 {
			e.warn("reasoning_budget", "not sent: the provider takes only reasoning_effort")
		}
	case ReasoningObject:
		e.reasoningObject(effort, budget)
	case ReasoningThinking:
		e.thinking(effort, budget)
	case ReasoningSwitch:
		e.thinkingSwitch(effort, budget)
	default:
		e.warn("reasoning_effort", "not sent: the provider has no such parameter")
	}
}

func (e *encoder) effort(effort request.Effort) {
	if effort != "" && e.field("reasoning_effort") {
		e.string(string(effort))
	}
}

func (e *encoder) reasoningObject(effort request.Effort, budget int) {
	if !e.field("reasoning") {
		return
	}
	e.buf = append(e.buf, '{')
	if effort != "" {
		e.text("effort", string(effort))
	} else {
		e.key("max_tokens")
		e.int(int64(budget))
	}
	e.buf = append(e.buf, '}')
}

// thinking says in words of the field only what reasoning_effort can't say: off, or a budget.
func (e *encoder) thinking(effort request.Effort, budget int) {
	switch {
	case effort == request.EffortNone:
		if e.field("thinking") {
			e.raw(`{"type":"disabled"}`)
		}
	case effort != "":
		e.effort(effort)
	case e.field("thinking"):
		e.raw(`{"type":"enabled","budget_tokens":`)
		e.int(int64(budget))
		e.raw(`}`)
	}
}

func (e *encoder) thinkingSwitch(effort request.Effort, budget int) {
	if e.field("enable_thinking") {
		e.bool(effort != request.EffortNone)
	}
	if budget > 0 && e.field("thinking_budget") {
		e.int(int64(budget))
	}
	if effort != "" && effort != request.EffortNone {
		e.warn("reasoning_effort", "the provider knows only on and off; sent as on")
	}
}

func (e *encoder) format() {
	f := &e.call.req.ResponseFormat
	switch {
	case f.Type == "" || !e.field("response_format"):
	case f.Type == request.FormatText:
		e.raw(`{"type":"text"}`)
	case f.Type == request.FormatJSON:
		e.raw(`{"type":"json_object"}`)
	case e.quirks.NoJSONSchema:
		e.raw(`{"type":"json_object"}`)
		e.warn("response_format.schema", "not sent: the provider gives JSON without a schema")
	default:
		e.schema(f)
	}
}

func (e *encoder) schema(f *request.ResponseFormat) {
	e.raw(`{"type":"json_schema","json_schema":{`)
	e.text("name", orDefault(f.Name, "response"))
	if f.Description != "" {
		e.text("description", f.Description)
	}
	e.key("schema")
	e.buf = append(e.buf, f.Schema...)
	if f.Strict {
		e.raw(`,"strict":true`)
	}
	e.raw(`}}`)
}

func (e *encoder) identity() {
	r := e.call.req
	if r.ServiceTier != "" && e.field("service_tier") {
		e.string(r.ServiceTier)
	}
	if r.User != "" && e.field("user") {
		e.string(r.User)
	}
	if r.PromptCacheKey != "" && e.quirks.CacheKey && e.field("prompt_cache_key") {
		e.string(r.PromptCacheKey)
	}
}

// extras writes the provider's own fields, in the order of their names so that equal requests have equal bodies.
func (e *encoder) extras() {
	if len(e.extra) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(e.extra)) {
		value, err := json.Marshal(e.extra[name])
		path := "extra." + e.call.client.cfg.Provider + "." + name
		switch {
		case err != nil:
			e.fault(path, fmt.Sprintf("can't be written as JSON: %v", err))
		case name == "n" && string(value) != "1":
			e.fault(path, "a response holds one answer; send the request several times")
		case name == "stream":
			e.fault(path, "set by calling Complete or Stream")
		default:
			e.key(name)
			e.buf = append(e.buf, value...)
		}
	}
}
