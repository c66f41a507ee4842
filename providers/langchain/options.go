package langchain

import (
	"cmp"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// call is one request to a wrapped model.
type call struct {
	dialect.Notes
	adapter  *adapter
	req      *request.Request
	model    string
	messages []llms.MessageContent
}

// prepare checks the request and writes its messages; what can't be said is an error before anything is sent.
func (a *adapter) prepare(req *request.Request) (*call, error) {
	c := &call{adapter: a, req: req, model: cmp.Or(req.Model, a.cfg.Model)}
	if err := req.Validate(); err != nil {
		return nil, a.named(err, c.model)
	}
	if err := a.frame.Capabilities(c.model).Check(req); err != nil {
		return nil, a.named(err, c.model)
	}
	if len(req.Tools) > 0 && !a.takes.tools {
		c.Fault("tools", "langchaingo's "+a.takes.name+" package sends no tools; use a native client")
	}
	conv := conversation{Notes: &c.Notes, req: req, takes: a.takes}
	conv.write()
	c.messages = conv.messages
	if err := c.Err(); err != nil {
		return nil, a.named(err, c.model)
	}
	c.review()
	return c, nil
}

// fill sets what the request sets and the model passes on, and leaves the rest to the model's own defaults. The options are
// this call's alone, for langchaingo writes to their metadata.
func (c *call) fill(o *llms.CallOptions) {
	r := c.req
	if c.has(sendsModel) && c.model != "" {
		o.Model = c.model
	}
	if c.has(sendsMaxTokens) && r.MaxTokens > 0 {
		o.MaxTokens = r.MaxTokens
	}
	if c.has(sendsSeed) && r.Seed != nil {
		o.Seed = int(*r.Seed)
	}
	if c.has(sendsStop) {
		o.StopWords = r.Stop
	}
	set(&o.Temperature, r.Temperature, c.has(sendsTemperature))
	set(&o.TopP, r.TopP, c.has(sendsTopP))
	set(&o.TopK, r.TopK, c.has(sendsTopK))
	set(&o.FrequencyPenalty, r.FrequencyPenalty, c.has(sendsFrequencyPenalty))
	set(&o.PresencePenalty, r.PresencePenalty, c.has(sendsPresencePenalty))
	o.JSONMode = c.has(sendsJSONMode) && wantsJSON(r)
	o.Tools = toolsOf(r)
	if c.adapter.takes.toolChoice {
		o.ToolChoice = choiceOf(r.ToolChoice)
	}
	if config := thinkingOf(r); config != nil && c.has(sendsThinking) {
		llms.WithThinking(config)(o)
	}
}

func (c *call) has(o options) bool { return c.adapter.takes.options&o != 0 }

func set[T any](to, v *T, ok bool) {
	if ok && v != nil {
		*to = *v
	}
}

func wantsJSON(r *request.Request) bool {
	return r.ResponseFormat.Type == request.FormatJSON || r.ResponseFormat.Type == request.FormatJSONSchema
}

// thinkingOf asks for thinking in langchaingo's words, or not at all.
func thinkingOf(r *request.Request) *llms.ThinkingConfig {
	config := &llms.ThinkingConfig{BudgetTokens: r.ReasoningBudget, ReturnThinking: true, StreamThinking: true}
	switch r.ReasoningEffort {
	case "":
		if r.ReasoningBudget == 0 {
			return nil
		}
	case request.EffortNone:
		return &llms.ThinkingConfig{Mode: llms.ThinkingModeNone}
	default:
		config.Mode = thinkingMode(r.ReasoningEffort)
	}
	return config
}

func thinkingMode(effort request.Effort) llms.ThinkingMode {
	switch effort {
	case request.EffortMinimal:
		return llms.ThinkingModeLow
	case request.EffortXHigh:
		return llms.ThinkingModeHigh
	}
	return llms.ThinkingMode(effort)
}
