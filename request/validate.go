package request

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
)

// Fault is one thing wrong with a request: the field, by its path, and what to do about it.
type Fault struct {
	Field   string
	Problem string
}

// Faults lists everything wrong with a request.
type Faults []Fault

// Error joins the faults into one line.
func (f Faults) Error() string {
	texts := make([]string, len(f))
	for i, fault := range f {
		texts[i] = fault.Field + ": " + fault.Problem
	}
	return strings.Join(texts, "; ")
}

func (f *Faults) add(field, format string, args ...any) {
	*f = append(*f, Fault{Field: field, Problem: fmt.Sprintf(format, args...)})
}

// Validate checks what is wrong for every provider and reports all of it at once, as an *Error of class invalid that
// wraps [Faults]. What only some providers refuse is left to them. A valid request costs no allocation.
func (r *Request) Validate() error {
	var faults Faults
	r.checkSampling(&faults)
	r.checkReasoning(&faults)
	r.checkTools(&faults)
	r.checkFormat(&faults)
	r.checkMessages(&faults)
	if len(faults) == 0 {
		return nil
	}
	return &Error{Class: ClassInvalid, Model: r.Model, Err: faults}
}

func (r *Request) checkSampling(f *Faults) {
	if r.MaxTokens < 0 {
		f.add("max_tokens", "%d is negative; leave it 0 for the provider's default", r.MaxTokens)
	}
	checkRange(f, "temperature", r.Temperature, 0, math.MaxFloat64)
	checkRange(f, "top_p", r.TopP, 0, 1)
	checkRange(f, "frequency_penalty", r.FrequencyPenalty, -math.MaxFloat64, math.MaxFloat64)
	checkRange(f, "presence_penalty", r.PresencePenalty, -math.MaxFloat64, math.MaxFloat64)
	if r.TopK != nil && *r.TopK < 0 {
		f.add("top_k", "%d is negative", *r.TopK)
	}
	for i, s := range r.Stop {
		if s == "" {
			f.add(fmt.Sprintf("stop[%d]", i), "empty; remove it")
		}
	}
}

// checkRange also refuses NaN and infinities, which JSON can't carry.
func checkRange(f *Faults, field string, v *float64, low, high float64) {
	switch {
	case v == nil:
	case math.IsNaN(*v) || math.IsInf(*v, 0):
		f.add(field, "%v is not a finite number", *v)
	case *v < low:
		f.add(field, "%v is below %v", *v, low)
	case *v > high:
		f.add(field, "%v is above %v", *v, high)
	}
}

func (r *Request) checkReasoning(f *Faults) {
	switch r.ReasoningEffort {
	case "", EffortNone, EffortMinimal, EffortLow, EffortMedium, EffortHigh, EffortXHigh:
	default:
		f.add("reasoning_effort", "%q is unknown; use none, minimal, low, medium, high or xhigh", r.ReasoningEffort)
	}
	if r.ReasoningBudget < 0 {
		f.add("reasoning_budget", "%d is negative", r.ReasoningBudget)
	}
	if r.ReasoningEffort != "" && r.ReasoningBudget > 0 {
		f.add("reasoning_budget", "set together with reasoning_effort; set only one")
	}
}

// toolName is what all big providers accept as a function name.
var toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (r *Request) checkTools(f *Faults) {
	for i := range r.Tools {
		r.checkTool(f, i)
	}
	switch r.ToolChoice.Mode {
	case "", ToolNone:
	case ToolAuto, ToolRequired:
		if len(r.Tools) == 0 {
			f.add("tool_choice", "%q without any tools; give tools or remove it", r.ToolChoice.Mode)
		}
	case ToolNamed:
		if !r.hasTool(r.ToolChoice.Name, len(r.Tools)) {
			f.add("tool_choice.name", "no tool is named %q", r.ToolChoice.Name)
		}
	default:
		f.add("tool_choice", "%q is unknown; use auto, none, required or named", r.ToolChoice.Mode)
	}
}

func (r *Request) checkTool(f *Faults, i int) {
	t := &r.Tools[i]
	switch {
	case !toolName.MatchString(t.Name):
		f.add(fmt.Sprintf("tools[%d].name", i), "%q must be 1 to 64 letters, digits, '_' or '-'", t.Name)
	case r.hasTool(t.Name, i):
		f.add(fmt.Sprintf("tools[%d].name", i), "%q is used twice; names must be unique", t.Name)
	}
	if len(t.Parameters) > 0 && !isJSONObject(t.Parameters) {
		f.add(fmt.Sprintf("tools[%d].parameters", i), "not a JSON object; give a JSON Schema such as {\"type\":\"object\"}")
	}
	if t.Cache != nil && t.Cache.TTL < 0 {
		f.add(fmt.Sprintf("tools[%d].cache.ttl", i), "%v is negative", t.Cache.TTL)
	}
}

// hasTool looks among the first n tools.
func (r *Request) hasTool(name string, n int) bool {
	for i := range r.Tools[:n] {
		if r.Tools[i].Name == name {
			return true
		}
	}
	return false
}

func (r *Request) checkFormat(f *Faults) {
	format := &r.ResponseFormat
	switch format.Type {
	case "", FormatText, FormatJSON:
		if len(format.Schema) > 0 {
			f.add("response_format.schema", "given with type %q; set type json_schema", format.Type)
		}
	case FormatJSONSchema:
		if !isJSONObject(format.Schema) {
			f.add("response_format.schema", "not a JSON object; json_schema needs a JSON Schema")
		}
		if format.Name != "" && !toolName.MatchString(format.Name) {
			f.add("response_format.name", "%q must be 1 to 64 letters, digits, '_' or '-'", format.Name)
		}
	default:
		f.add("response_format.type", "%q is unknown; use text, json or json_schema", format.Type)
	}
}

func isJSONObject(b []byte) bool {
	for _, c := range b {
		switch c {
		case ' ', '\t', '\n', '\r':
			continue
		}
		return c == '{' && json.Valid(b)
	}
	return false
}
