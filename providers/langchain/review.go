package langchain

import (
	"fmt"

	"github.com/seed63918563/llmgate/request"
)

// review warns of the parameters that the model's package drops, changes, or can't tell from unset.
func (c *call) review() {
	r := c.req
	c.lost("model", sendsModel, r.Model != "" && r.Model != c.adapter.cfg.Model)
	c.lost("max_tokens", sendsMaxTokens, r.MaxTokens > 0)
	c.lost("temperature", sendsTemperature, r.Temperature != nil)
	c.lost("top_p", sendsTopP, r.TopP != nil)
	c.lost("top_k", sendsTopK, r.TopK != nil)
	c.lost("seed", sendsSeed, r.Seed != nil)
	c.lost("frequency_penalty", sendsFrequencyPenalty, r.FrequencyPenalty != nil)
	c.lost("presence_penalty", sendsPresencePenalty, r.PresencePenalty != nil)
	c.lost("stop", sendsStop, len(r.Stop) > 0)
	c.lost("reasoning_effort", sendsThinking, r.ReasoningEffort != "")
	c.lost("reasoning_budget", sendsThinking, r.ReasoningBudget > 0)
	c.lost("response_format", sendsJSONMode, wantsJSON(r))
	if r.ResponseFormat.Type == request.FormatJSONSchema && c.has(sendsJSONMode) {
		c.Warn("response_format", "sent as plain JSON mode: langchaingo takes no schema with a call")
	}
	if r.Temperature == nil && c.adapter.takes.zeroTemperature {
		c.Warn("temperature", "langchaingo sends an unset temperature as 0; set it if that is not meant")
	}
	c.zeros()
	c.toolOptions()
	c.identity()
}

func (c *call) lost(field string, o options, asked bool) {
	if asked && !c.has(o) {
		c.Warn(field, "not sent: langchaingo's "+c.adapter.takes.name+" package does not pass it on")
	}
}

// zeros are values that langchaingo takes for unset.
func (c *call) zeros() {
	const problem = "langchaingo can't tell 0 from unset"
	if r := c.req; r.Seed != nil && *r.Seed == 0 {
		c.Warn("seed", problem)
	} else if r.Seed != nil && int64(int(*r.Seed)) != *r.Seed {
		c.Warn("seed", fmt.Sprintf("%d does not fit langchaingo's seed and was shortened", *r.Seed))
	}
	if p := c.req.TopP; p != nil && *p == 0 {
		c.Warn("top_p", problem)
	}
	if k := c.req.TopK; k != nil && *k == 0 {
		c.Warn("top_k", problem)
	}
}

func (c *call) toolOptions() {
	r := c.req
	if r.ToolChoice.Mode != "" && !c.adapter.takes.toolChoice {
		c.Warn("tool_choice", "not sent: langchaingo's "+c.adapter.takes.name+" package does not pass it on")
	}
	c.WarnIf(r.ParallelToolCalls != nil, "parallel_tool_calls", "not sent: langchaingo has no such option")
	for i := range r.Tools {
		if r.Tools[i].Cache != nil {
			c.Warn("tools.cache", "not sent: langchaingo has no place for a cache mark on a tool")
		}
		if strict := r.Tools[i].Strict; strict != nil && *strict && c.adapter.takes.name != "openai" {
			c.Warn("tools.strict", "may not be sent: only langchaingo's openai package passes it on")
		}
	}
}

func (c *call) identity() {
	r := c.req
	const none = "not sent: langchaingo has no such option"
	c.WarnIf(r.ServiceTier != "", "service_tier", none)
	c.WarnIf(r.User != "", "user", none)
	c.WarnIf(r.PromptCacheKey != "", "prompt_cache_key", none)
	if name := c.adapter.cfg.Provider; len(r.Extra[name]) > 0 {
		c.Warn("extra."+name, "not sent: langchaingo has no place for fields of the provider's own")
	}
}
