package cache

import (
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// cloneRequest copies a request with everything in it that could be written to, but for the values of its Extra, which may
// be anything: they are the caller's to leave alone.
func cloneRequest(r *request.Request) request.Request {
	c := *r
	c.Messages = slices.Clone(r.Messages)
	for i := range c.Messages {
		m := &c.Messages[i]
		m.Parts = slices.Clone(m.Parts)
		for j, p := range m.Parts {
			m.Parts[j] = clonePart(p)
		}
	}
	c.Temperature, c.TopP, c.TopK, c.Seed = copied(r.Temperature), copied(r.TopP), copied(r.TopK), copied(r.Seed)
	c.FrequencyPenalty, c.PresencePenalty = copied(r.FrequencyPenalty), copied(r.PresencePenalty)
	c.ParallelToolCalls = copied(r.ParallelToolCalls)
	c.Stop = slices.Clone(r.Stop)
	c.Tools = slices.Clone(r.Tools)
	for i := range c.Tools {
		t := &c.Tools[i]
		t.Parameters, t.Strict, t.Cache = slices.Clone(t.Parameters), copied(t.Strict), copied(t.Cache)
	}
	c.ResponseFormat.Schema = slices.Clone(r.ResponseFormat.Schema)
	c.Extra = maps.Clone(r.Extra)
	for provider, fields := range c.Extra {
		c.Extra[provider] = maps.Clone(fields)
	}
	c.Labels = maps.Clone(r.Labels)
	return c
}

func copied[T any](v *T) *T {
	if v == nil {
		return nil
	}
	return new(*v)
}
