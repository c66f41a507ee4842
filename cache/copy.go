package cache

import (
	"maps"
	"slices"

	"github.com/seed63918563/llmgate/request"
)

// clone copies an answer with everything in it that could be written to.
func clone(r *request.Response) *request.Response {
	c := new(*r)
	c.Parts = slices.Clone(r.Parts)
	for i, p := range c.Parts {
		c.Parts[i] = clonePart(p)
	}
	c.ToolCalls = slices.Clone(r.ToolCalls)
	c.Warnings = slices.Clone(r.Warnings)
	c.Usage.Units = maps.Clone(r.Usage.Units)
	c.Attempts = cloneAttempts(r.Attempts)
	return c
}

// clonePart copies a part. Most hold nothing but texts, so that the value itself can't be written to.
func clonePart(p request.Part) request.Part {
	switch p := p.(type) {
	case request.ImagePart:
		p.Data = slices.Clone(p.Data)
		return p
	case request.FilePart:
		p.Data = slices.Clone(p.Data)
		return p
	case request.AudioPart:
		p.Data = slices.Clone(p.Data)
		return p
	case request.ToolResult:
		p.Parts = slices.Clone(p.Parts)
		for i, inner := range p.Parts {
			p.Parts[i] = clonePart(inner)
		}
		return p
	}
	return p
}

func cloneAttempts(list []request.Attempt) []request.Attempt {
	list = slices.Clone(list)
	for i := range list {
		list[i].Usage.Units = maps.Clone(list[i].Usage.Units)
	}
	return list
}

// kept is the copy of an answer that is kept. What was true of the one call only, its attempts and what it was told of rate
// limits, is left out; its cost stays, to tell what is saved.
func kept(r *request.Response) *request.Response {
	own := *r
	own.Attempts, own.Limits = nil, request.Limits{}
	return clone(&own)
}

// free is a kept answer as it is given again: to change at will, and at no cost.
func free(r *request.Response) *request.Response {
	c := clone(r)
	c.FromCache = true
	c.Usage.SetCost(0)
	c.Usage.CostReported = false
	return c
}

// ownError is a failure for one of those who share it. What stands below the *request.Error stays the same for all.
func ownError(err error) error {
	if shared, ok := err.(*request.Error); ok { // one further down can't be replaced in its chain
		return cloneError(shared)
	}
	return err
}

func cloneError(shared *request.Error) *request.Error {
	e := new(*shared)
	e.Attempts = cloneAttempts(e.Attempts)
	if e.Partial != nil {
		e.Partial = clone(e.Partial)
	}
	e.ShouldRetry = copied(e.ShouldRetry)
	return e
}
