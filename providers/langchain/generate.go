package langchain

import (
	"context"
	"errors"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/request"
)

// errNoAnswer is for a model that returned neither an answer nor an error.
var errNoAnswer = errors.New("langchaingo returned no answer")

// generate calls a model and turns a panic into an error.
func generate(ctx context.Context, m llms.Model, messages []llms.MessageContent, option llms.CallOption) (answer *llms.ContentResponse, err error) {
	defer func() {
		if p := recover(); p != nil {
			answer, err = nil, fmt.Errorf("langchaingo panicked: %v", p)
		}
	}()
	answer, err = m.GenerateContent(ctx, messages, option)
	if err == nil && answer == nil {
		err = errNoAnswer
	}
	return answer, err
}

// complete has the request answered in one piece.
func (c *call) complete(ctx context.Context) (*request.Response, error) {
	return c.generate(ctx, func(*llms.CallOptions) {})
}

// generate has the request answered. stream sets what only this call sets.
func (c *call) generate(ctx context.Context, stream llms.CallOption) (*request.Response, error) {
	seen := new(sighting)
	if ctx.Err() != nil {
		e := c.failure(ctx, nil, seen)
		e.MaybeBilled = false
		return nil, e
	}
	answer, err := generate(context.WithValue(ctx, sightingKey{}, seen), c.adapter.model, c.messages, func(o *llms.CallOptions) {
		c.fill(o)
		stream(o)
	})
	if err == nil && ctx.Err() == nil && seen.failure == nil {
		return c.response(answer, seen)
	}
	return nil, c.failure(ctx, err, seen)
}
