package langchain

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// unset marks a number that no option has set.
const unset = math.MinInt

// apply runs the options over marks, so that a zero which was set can be told from none.
func apply(options []llms.CallOption) llms.CallOptions {
	none := math.NaN()
	o := llms.CallOptions{
		Temperature: none, TopP: none, FrequencyPenalty: none, PresencePenalty: none, RepetitionPenalty: none,
		TopK: unset, Seed: unset, MinLength: unset, MaxLength: unset,
	}
	for _, option := range options {
		option(&o)
	}
	if o.TopK != unset && o.Seed != unset && o.MinLength != unset && o.MaxLength != unset && !math.IsNaN(o.RepetitionPenalty) {
		markZeros(&o) // all were set at once
	}
	return o
}

func markZeros(o *llms.CallOptions) {
	for _, f := range []*float64{&o.Temperature, &o.TopP, &o.FrequencyPenalty, &o.PresencePenalty, &o.RepetitionPenalty} {
		if *f == 0 {
			*f = math.NaN()
		}
	}
	for _, n := range []*int{&o.TopK, &o.Seed, &o.MinLength, &o.MaxLength} {
		if *n == 0 {
			*n = unset
		}
	}
}

// question is a request in the making.
type question struct {
	*dialect.Notes
	req request.Request
}

func (q *question) options(o *llms.CallOptions) {
	r := &q.req
	if o.CandidateCount > 1 || o.N > 1 {
		q.Fault("candidate_count", "a response holds one answer; send the request several times")
	}
	r.Model, r.MaxTokens, r.Stop = o.Model, o.MaxTokens, o.StopWords
	r.Temperature, r.TopP = number64(o.Temperature), number64(o.TopP)
	r.FrequencyPenalty, r.PresencePenalty = number64(o.FrequencyPenalty), number64(o.PresencePenalty)
	if o.TopK != unset {
		r.TopK = &o.TopK
	}
	if o.Seed != unset {
		r.Seed = new(int64(o.Seed))
	}
	for field, set := range map[string]bool{
		"repetition_penalty": !math.IsNaN(o.RepetitionPenalty), "min_length": o.MinLength != unset, "max_length": o.MaxLength != unset,
	} {
		if set {
			q.Warn(field, "not sent: a request has no such parameter")
		}
	}
	q.format(o)
	q.tools(o)
	q.metadata(o.Metadata)
}

func number64(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	return &f
}

func (q *question) format(o *llms.CallOptions) {
	switch o.ResponseMIMEType {
	case "", "text/plain":
	case "application/json":
		q.req.ResponseFormat.Type = request.FormatJSON
	default:
		q.Fault("response_mime_type", fmt.Sprintf("%q is not offered; use application/json or text/plain", o.ResponseMIMEType))
	}
	if o.JSONMode {
		q.req.ResponseFormat.Type = request.FormatJSON
	}
}

// metadata takes what langchaingo keeps there: thinking and caching, which are options in disguise, and the caller's own.
func (q *question) metadata(m map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		switch v := m[key].(type) {
		case *llms.ThinkingConfig:
			q.thinking(v)
		case string:
			if q.req.Labels == nil {
				q.req.Labels = map[string]string{}
			}
			q.req.Labels[key] = v
		default:
			q.Warn("metadata."+key, fmt.Sprintf("left out: a label is a text, not a %T", v))
		}
	}
}

func (q *question) thinking(config *llms.ThinkingConfig) {
	switch {
	case config == nil:
	case config.BudgetTokens > 0:
		q.req.ReasoningBudget = config.BudgetTokens
	case config.Mode != llms.ThinkingModeAuto:
		q.req.ReasoningEffort = request.Effort(config.Mode)
	}
	if config != nil && config.InterleaveThinking {
		q.Warn("metadata.thinking_config", "interleaved thinking can't be asked for; models that can do it by themselves do")
	}
}
