package source

import (
	"cmp"
	"maps"

	"github.com/seed63918563/llmgate/request"
)

// fill sets the parameters that a request leaves open. Those that only make sense together come together.
func fill(r, d *request.Request) {
	r.Model = cmp.Or(r.Model, d.Model)
	r.MaxTokens = cmp.Or(r.MaxTokens, d.MaxTokens)
	r.Temperature = cmp.Or(r.Temperature, d.Temperature)
	r.TopP = cmp.Or(r.TopP, d.TopP)
	r.TopK = cmp.Or(r.TopK, d.TopK)
	r.Seed = cmp.Or(r.Seed, d.Seed)
	r.FrequencyPenalty = cmp.Or(r.FrequencyPenalty, d.FrequencyPenalty)
	r.PresencePenalty = cmp.Or(r.PresencePenalty, d.PresencePenalty)
	if r.Stop == nil {
		r.Stop = d.Stop
	}
	if r.ReasoningEffort == "" && r.ReasoningBudget == 0 {
		r.ReasoningEffort, r.ReasoningBudget = d.ReasoningEffort, d.ReasoningBudget
	}
	if r.Tools == nil && r.ToolChoice == (request.ToolChoice{}) {
		r.Tools, r.ToolChoice = d.Tools, d.ToolChoice
		r.ParallelToolCalls = cmp.Or(r.ParallelToolCalls, d.ParallelToolCalls)
	}
	if r.ResponseFormat.Type == "" {
		r.ResponseFormat = d.ResponseFormat
	}
	fillOwn(r, d)
}

// fillOwn sets what is not the model's: for the provider, and for llmgate itself.
func fillOwn(r, d *request.Request) {
	r.ServiceTier = cmp.Or(r.ServiceTier, d.ServiceTier)
	r.User = cmp.Or(r.User, d.User)
	r.PromptCacheKey = cmp.Or(r.PromptCacheKey, d.PromptCacheKey)
	r.Tenant = cmp.Or(r.Tenant, d.Tenant)
	r.Priority = cmp.Or(r.Priority, d.Priority)
	r.NoCache = r.NoCache || d.NoCache
	r.NoStore = r.NoStore || d.NoStore
	if r.Labels == nil {
		r.Labels = d.Labels
	}
	if r.Extra == nil {
		r.Extra = d.Extra
		return
	}
	for provider, fields := range d.Extra {
		both := maps.Clone(fields)
		maps.Copy(both, r.Extra[provider])
		r.Extra[provider] = both
	}
}
