package langchain

import (
	"cmp"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// openaiParameters writes the fields of a Chat Completions request that stand beside its messages and tools.
type openaiParameters struct {
	*dialect.Encoder
	*written
}

func (p openaiParameters) write(streamed bool) {
	r := p.Req
	p.OptionalText("model", p.Model)
	if p.Field("stream") {
		p.Bool(streamed)
	}
	if streamed && p.Field("stream_options") {
		p.Raw(`{"include_usage":true}`)
	}
	p.OptionalCount(p.maxTokensField(), r.MaxTokens)
	p.OptionalTexts("stop", r.Stop)
	p.OptionalFloat("temperature", r.Temperature)
	p.OptionalFloat("top_p", r.TopP)
	p.OptionalFloat("frequency_penalty", r.FrequencyPenalty)
	p.OptionalFloat("presence_penalty", r.PresencePenalty)
	if r.Seed != nil && p.Field("seed") {
		p.Int(*r.Seed)
	}
	p.WarnIf(r.TopK != nil, "top_k", "not sent: the API has no such parameter")
	p.OptionalText("reasoning_effort", string(r.ReasoningEffort))
	p.WarnIf(r.ReasoningBudget > 0, "reasoning_budget", "not sent: the API takes only reasoning_effort")
	p.tools()
	p.format()
	p.OptionalText("service_tier", r.ServiceTier)
	p.OptionalText("user", r.User)
	p.OptionalText("prompt_cache_key", r.PromptCacheKey)
}

// maxTokensField is the new name at OpenAI, whose reasoning models refuse the old one, and elsewhere the old one, which every
// server knows.
func (p openaiParameters) maxTokensField() string {
	if p.client.cfg.BaseURL == DefaultOpenAIURL {
		return "max_completion_tokens"
	}
	return "max_tokens"
}

func (p openaiParameters) tools() {
	r := p.Req
	if len(r.Tools) == 0 { // without tools, OpenAI refuses the fields below
		return
	}
	for i := range r.Tools {
		if r.Tools[i].Cache != nil {
			p.Encoder.Warn("cache_breakpoint", "not sent: the provider takes no cache marks; it may cache prefixes by itself")
		}
	}
	if mode := r.ToolChoice.Mode; mode != "" && p.Field("tool_choice") {
		if mode == request.ToolNamed {
			p.Raw(`{"type":"function","function":{`)
			p.Text("name", r.ToolChoice.Name)
			p.Raw(`}}`)
		} else {
			p.String(string(mode))
		}
	}
	p.OptionalBool("parallel_tool_calls", r.ParallelToolCalls)
}

func (p openaiParameters) format() {
	f := &p.Req.ResponseFormat
	if f.Type == "" || !p.Field("response_format") {
		return
	}
	switch f.Type {
	case request.FormatJSON:
		p.Raw(`{"type":"json_object"}`)
	case request.FormatJSONSchema:
		p.Raw(`{"type":"json_schema","json_schema":{`)
		if p.Text("name", cmp.Or(f.Name, "response")); f.Description != "" {
			p.Text("description", f.Description)
		}
		p.Key("schema")
		p.Value(f.Schema)
		p.Key("strict")
		p.Bool(f.Strict)
		p.Raw(`}}`)
	default:
		p.Raw(`{"type":"text"}`)
	}
}
