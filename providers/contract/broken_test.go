package contract_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"sync"
	"testing"

	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/request"
)

// broken is a client that breaks its word, before the call or after it.
type broken struct {
	request.Client
	before func(context.Context, request.Request) (context.Context, request.Request)
	// response and err change what came; chunk changes a piece of a stream, or drops it.
	response func(*request.Response) *request.Response
	err      func(*request.Error) error
	chunk    func(request.Chunk) (c request.Chunk, keep bool)
}

func (b *broken) begin(ctx context.Context, req request.Request) (context.Context, request.Request) {
	if b.before == nil {
		return ctx, req
	}
	return b.before(ctx, req)
}

func (b *broken) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	resp, err := b.Client.Complete(b.begin(ctx, req))
	if e, ok := errors.AsType[*request.Error](err); ok && b.err != nil {
		return nil, b.err(e)
	}
	if resp != nil && b.response != nil {
		resp = b.response(resp)
	}
	return resp, err
}

func (b *broken) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		for chunk, err := range b.Client.Stream(b.begin(ctx, req)) {
			if e, ok := errors.AsType[*request.Error](err); ok && b.err != nil {
				err = b.err(e)
			}
			keep := true
			if b.chunk != nil && err == nil {
				chunk, keep = b.chunk(chunk)
			}
			if chunk.Response != nil && b.response != nil {
				chunk.Response = b.response(chunk.Response)
			}
			if keep && !yield(chunk, err) {
				return
			}
		}
	}
}

// breakingOf opens a client with a fault in it, breaking the one for Chat Completions.
func breakingOf(open contract.Open, b broken) contract.Open {
	return func(t testing.TB, p *contract.Provider) request.Client {
		wrapped := b
		wrapped.Client = open(t, p)
		return &wrapped
	}
}

func breaking(b broken) contract.Open { return breakingOf(openChat, b) }

// changing changes each request before it is sent.
func changing(change func(*request.Request)) contract.Open {
	return breaking(broken{before: asking(change)})
}

func asking(change func(*request.Request)) func(context.Context, request.Request) (context.Context, request.Request) {
	return func(ctx context.Context, req request.Request) (context.Context, request.Request) {
		change(&req)
		return ctx, req
	}
}

// streams is a client that streams in a way of its own.
type streams struct {
	request.Client
	stream func(c request.Client, ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error]
}

func (s *streams) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return s.stream(s.Client, ctx, req)
}

func streaming(stream func(request.Client, context.Context, request.Request) iter.Seq2[request.Chunk, error]) contract.Open {
	return func(t testing.TB, p *contract.Provider) request.Client { return &streams{openChat(t, p), stream} }
}

// over opens a client whose transport is wrapped.
func over(wrap func(*http.Response)) contract.Open {
	return func(t testing.TB, p *contract.Provider) request.Client {
		inner := p.Transport
		p.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			resp, err := inner.RoundTrip(r)
			if err == nil {
				wrap(resp)
			}
			return resp, err
		})
		return openChat(t, p)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func errorWith(change func(*request.Error)) contract.Open {
	return breaking(broken{err: func(e *request.Error) error { change(e); return e }})
}

// describing claims to know models.
type describing struct {
	request.Client
	capabilities func(string) request.Capabilities
}

func (d *describing) Capabilities(string) request.Capabilities { return d.capabilities(contract.Model) }

// miscounting counts one token, whatever it is asked.
type miscounting struct{ request.Client }

func (m *miscounting) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{Tokens: 1}, nil
}

// confused answers each question with what is due to the one before it.
type confused struct {
	request.Client
	mu     sync.Mutex
	before request.Request
}

func (c *confused) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	c.mu.Lock()
	if c.before.Messages == nil {
		c.before = req
	}
	req, c.before = c.before, req
	c.mu.Unlock()
	return c.Client.Complete(ctx, req)
}
