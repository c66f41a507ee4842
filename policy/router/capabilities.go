package router

import (
	"context"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// CountTokens asks the first target that may be used now, in the order of the configuration, or else the first of all. It is
// neither retried nor moved.
func (r *Router) CountTokens(ctx context.Context, req request.Request) (request.TokenCount, error) {
	t := r.firstReady()
	req.Model = t.model(req.Model)
	return t.Client.CountTokens(ctx, req)
}

func (r *Router) firstReady() *target {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.targets {
		if t.ready(now) {
			return t
		}
	}
	return r.targets[0]
}

// Capabilities says what at least one of the targets can do with a request for the model, at whatever model it gets there. It
// is unknown as soon as it is for one of them. Add policy.Capable to the order, so that requests go to a target that can.
func (r *Router) Capabilities(model string) request.Capabilities {
	var all request.Capabilities
	for i, t := range r.targets {
		one := t.capabilities(model)
		switch {
		case !one.Known:
			return request.Capabilities{}
		case i == 0:
			all = one
		default:
			all = union(all, one)
		}
	}
	return all
}

func union(a, b request.Capabilities) request.Capabilities {
	return request.Capabilities{
		Known:           true,
		ContextTokens:   larger(a.ContextTokens, b.ContextTokens),
		MaxOutputTokens: larger(a.MaxOutputTokens, b.MaxOutputTokens),
		Streaming:       a.Streaming || b.Streaming,
		Tools:           a.Tools || b.Tools,
		ParallelTools:   a.ParallelTools || b.ParallelTools,
		JSONMode:        a.JSONMode || b.JSONMode,
		JSONSchema:      a.JSONSchema || b.JSONSchema,
		Vision:          a.Vision || b.Vision,
		PDF:             a.PDF || b.PDF,
		Audio:           a.Audio || b.Audio,
		Reasoning:       a.Reasoning || b.Reasoning,
		PromptCaching:   a.PromptCaching || b.PromptCaching,
		Sampling:        a.Sampling || b.Sampling,
	}
}

// larger bound, of which 0 is unknown.
func larger(a, b int) int {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}
