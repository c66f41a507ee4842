package langchain

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"github.com/seed63918563/llmgate/internal/dialect"
	"github.com/seed63918563/llmgate/request"
)

// Model makes a langchaingo model of a client, so that chains and agents run over whatever the client does: routing, retry,
// budget, cache.
//
// Options that have no place in a request are refused, where they ask for another answer (more than one candidate), or named
// under "Warnings" in the choice's GenerationInfo. An option set to zero counts as set, unless all options were set at once
// by llms.WithOptions, where zero can't be told from unset. Metadata with texts as values become the request's Labels.
// Errors are the client's own, unchanged.
func Model(client request.Client) llms.Model { return &model{client: client} }

type model struct{ client request.Client }

var _ llms.ReasoningModel = (*model)(nil)

// Call answers a single prompt.
func (m *model) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, options...)
}

// GenerateContent blocks until the whole answer is there. With a streaming function it is streamed, and an error of that
// function cancels it.
func (m *model) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	o := apply(options)
	ask := question{Notes: new(dialect.Notes)}
	ask.options(&o)
	ask.messages(messages)
	if err := ask.Err(); err != nil {
		return nil, err
	}
	resp, err := m.answer(ctx, ask.req, &o)
	if err != nil {
		return nil, err
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choiceFrom(resp, ask.Warnings)}}, nil
}

func (m *model) answer(ctx context.Context, req request.Request, o *llms.CallOptions) (*request.Response, error) {
	if o.StreamingFunc == nil && o.StreamingReasoningFunc == nil {
		return m.client.Complete(ctx, req)
	}
	var last *request.Response
	for chunk, err := range m.client.Stream(ctx, req) {
		if err != nil {
			return nil, err
		}
		if err := handOn(ctx, chunk, o); err != nil {
			return nil, err
		}
		last = chunk.Response
	}
	if last == nil {
		return nil, &request.Error{Class: request.ClassTruncated, Message: "the stream ended without its last chunk"}
	}
	return last, nil
}

// handOn calls the streaming functions as langchaingo does: both get the text, one of them the reasoning too.
func handOn(ctx context.Context, chunk request.Chunk, o *llms.CallOptions) error {
	if chunk.Content == "" && chunk.Reasoning == "" {
		return nil
	}
	if f := o.StreamingFunc; f != nil && chunk.Content != "" {
		if err := f(ctx, []byte(chunk.Content)); err != nil {
			return fmt.Errorf("the streaming function: %w", err)
		}
	}
	if f := o.StreamingReasoningFunc; f != nil {
		if err := f(ctx, []byte(chunk.Reasoning), []byte(chunk.Content)); err != nil {
			return fmt.Errorf("the streaming function for reasoning: %w", err)
		}
	}
	return nil
}

// SupportsReasoning says so where the client's description of its model does.
func (m *model) SupportsReasoning() bool {
	c := m.client.Capabilities("")
	return c.Known && c.Reasoning
}
