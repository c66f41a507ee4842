package cache_test

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/providers/fake"
	"github.com/seed63918563/llmgate/request"
)

// ask is a request with nothing but a text.
func ask(text string) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: text}}}
}

// wrap puts a cache around a client.
func wrap(t testing.TB, client request.Client, cfg cache.Config) *cache.Cache {
	t.Helper()
	c, err := cache.Wrap(client, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// complete asks and demands an answer.
func complete(t testing.TB, c request.Client, req request.Request) *request.Response {
	t.Helper()
	resp, err := c.Complete(t.Context(), req)
	if err != nil {
		t.Fatalf("Complete: %v", err)
	}
	return resp
}

// stream asks in pieces and demands that they add up to the answer.
func stream(t testing.TB, c request.Client, req request.Request) *request.Response {
	t.Helper()
	resp, err := listen(t.Context(), c, req)
	if err != nil {
		t.Fatalf("Stream: %v", err)
	}
	return resp
}

// listen reads a stream to its end. Deltas that don't add up to the answer are an error.
func listen(ctx context.Context, c request.Client, req request.Request) (whole *request.Response, err error) {
	var pieces request.Assembler
	for chunk, err := range c.Stream(ctx, req) {
		switch {
		case err != nil:
			return nil, err
		case whole != nil:
			return nil, errors.New("a chunk came after the last one")
		}
		pieces.Add(chunk)
		whole = chunk.Response
	}
	if whole == nil {
		return nil, errors.New("the stream ended without its last chunk")
	}
	sum := new(request.Response)
	pieces.Fill(sum)
	for _, pair := range [][2]any{{whole.Content, sum.Content}, {whole.Reasoning, sum.Reasoning}, {whole.ToolCalls, sum.ToolCalls}, {whole.Parts, sum.Parts}} {
		if diff := cmp.Diff(pair[0], pair[1]); diff != "" {
			return nil, errors.New("the pieces don't add up (-whole +pieces):\n" + diff)
		}
	}
	return whole, nil
}

// calls is how often a fake was asked.
func calls(client *fake.Client) int { return len(client.Calls()) }

// stub is a client made of a function, which also makes its streams. It takes requests that are wrong, too.
type stub struct {
	answer func(ctx context.Context, req request.Request) (*request.Response, error)
	calls  atomic.Int64
}

func (s *stub) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	s.calls.Add(1)
	return s.answer(ctx, req)
}

func (s *stub) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		resp, err := s.Complete(ctx, req)
		if err != nil {
			yield(request.Chunk{}, err)
			return
		}
		for chunk := range resp.Chunks() {
			if !yield(chunk, nil) {
				return
			}
		}
		yield(request.Chunk{Response: resp}, nil)
	}
}

func (s *stub) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{Tokens: int(s.calls.Add(1))}, nil
}

func (s *stub) Capabilities(string) request.Capabilities {
	return request.Capabilities{Known: true, ContextTokens: 1000}
}

// okay is a stub that always has the same to say.
func okay() *stub {
	return &stub{answer: func(context.Context, request.Request) (*request.Response, error) {
		return &request.Response{Content: "ok", Parts: []request.Part{request.TextPart{Text: "ok"}}, FinishReason: request.FinishStop}, nil
	}}
}
