package contract_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/providers/contract"
	"github.com/seed63918563/llmgate/request"
)

// breaches are ways of breaking the contract, each with cases that must notice.
var breaches = map[string]struct {
	open  contract.Open
	cases []string
	says  string
}{
	"drops the error that ends a stream": {streaming(func(c request.Client, ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
		return func(yield func(request.Chunk, error) bool) {
			for chunk, err := range c.Stream(ctx, req) {
				if err != nil || !yield(chunk, nil) {
					return
				}
			}
		}
	}), []string{"answer cut off", "error event in a stream", "error responses"}, "neither response nor error"},
	"takes half an answer for a whole one": {streaming(func(c request.Client, ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
		return func(yield func(request.Chunk, error) bool) {
			for chunk, err := range c.Stream(ctx, req) {
				if e, ok := errors.AsType[*request.Error](err); ok && e.Partial != nil {
					e.Partial.FinishReason = request.FinishStop
					chunk, err = request.Chunk{Response: e.Partial}, nil
				}
				if !yield(chunk, err) {
					return
				}
			}
		}
	}), []string{"answer cut off", "malformed answer"}, "succeeded with"},
	"sends before the loop": {streaming(func(c request.Client, ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
		resp, err := c.Complete(ctx, req)
		return func(yield func(request.Chunk, error) bool) { yield(request.Chunk{Response: resp}, err) }
	}), []string{"stream: nothing is sent before the loop"}, "before the first range"},
	"writes nothing until the end": {streaming(func(c request.Client, ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
		return func(yield func(request.Chunk, error) bool) {
			var held []request.Chunk
			for chunk, err := range c.Stream(ctx, req) {
				if err != nil {
					yield(request.Chunk{}, err)
					return
				}
				held = append(held, chunk)
			}
			for _, chunk := range held {
				if !yield(chunk, nil) {
					return
				}
			}
		}
	}), []string{"stream: pieces come as they are written"}, "the first piece came after"},
	"streams the same answer twice": {streaming(func(c request.Client, ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
		return func(yield func(request.Chunk, error) bool) {
			for range 2 {
				for chunk, err := range c.Stream(ctx, req) {
					if !yield(chunk, err) {
						return
					}
				}
			}
		}
	}), []string{"plain text", "answer cut off"}, "went on after its end"},
	"has no last chunk": {breaking(broken{chunk: func(c request.Chunk) (request.Chunk, bool) { return c, c.Response == nil }}),
		[]string{"plain text"}, "neither response nor error"},
	"keeps tool calls for the end": {breaking(broken{chunk: func(c request.Chunk) (request.Chunk, bool) { return c, c.ToolCall.IsZero() }}),
		[]string{"one tool", "several calls at once"}, "as the pieces add up"},
	"counts a stream differently": {breaking(broken{chunk: func(c request.Chunk) (request.Chunk, bool) {
		if c.Response != nil {
			c.Response.Usage.OutputTokens *= 2
		}
		return c, true
	}}), []string{"plain text", "usage"}, "okens"},
	"counts nothing": {breaking(broken{response: func(r *request.Response) *request.Response {
		r.Usage = request.Usage{}
		return r
	}}), []string{"plain text"}, "either reported or estimated"},
	"leaves bodies open": {over(func(r *http.Response) { r.Body = io.NopCloser(r.Body) }),
		[]string{"plain text", "answer cut off", "stream: leaving the loop early", "error responses"}, "not closed"},
	"shows the key": {errorWith(func(e *request.Error) { e.Message += " for " + contract.Key }),
		[]string{"no secret in an error", "answer cut off"}, "shows the API key"},
	"shortens waits": {errorWith(func(e *request.Error) { e.RetryAfter = min(e.RetryAfter, 10*time.Second) }),
		[]string{"wait hints", "error responses", "rate limit reached"}, "wait"},
	"ignores waits below a second": {errorWith(func(e *request.Error) { e.RetryAfter = e.RetryAfter.Truncate(time.Second) }),
		[]string{"wait hints"}, "the wait of map[Retry-After:[0.25]]"},
	"takes every 429 for a rate limit": {errorWith(func(e *request.Error) {
		if e.Status == 429 {
			e.Class, e.Reason = request.ClassRateLimit, ""
		}
	}), []string{"error responses"}, "quota: Complete: the class"},
	"thinks that nothing is billed": {errorWith(func(e *request.Error) { e.MaybeBilled = false }),
		[]string{"answer cut off", "cancelled while waiting", "refusal", "connection reset"}, "MaybeBilled is false"},
	"thinks that everything is billed": {errorWith(func(e *request.Error) { e.MaybeBilled = true }),
		[]string{"connection refused", "error responses", "refusal of an invalid request", "cancelled before"}, "whether it may be billed"},
	"loses the partial answer": {errorWith(func(e *request.Error) { e.Partial = nil }),
		[]string{"answer cut off", "refusal"}, "Partial"},
	"returns errors of its own": {breaking(broken{err: func(e *request.Error) error { return errors.New(e.Error()) }}),
		[]string{"answer cut off", "refusal"}, "no *request.Error"},
	"hides the context's error": {errorWith(func(e *request.Error) { e.Err = nil }),
		[]string{"cancelled before", "cancelled while waiting", "deadline"}, "does not match"},
	"does not heed the context": {breaking(broken{before: func(ctx context.Context, req request.Request) (context.Context, request.Request) {
		return context.WithoutCancel(ctx), req
	}}), []string{"cancelled before", "cancelled while waiting", "cancelled during the answer"}, "context"},
	"sends zero for unset": {changing(func(r *request.Request) {
		if r.Temperature == nil {
			r.Temperature = new(0.0)
		}
	}), []string{"unset is not sent"}, "temperature is not set, but sent"},
	"takes zero for unset": {changing(func(r *request.Request) {
		if r.Temperature != nil && *r.Temperature == 0 {
			r.Temperature = nil
		}
	}), []string{"zero is sent or warned about"}, "temperature is 0"},
	"sends one system message": {changing(func(r *request.Request) {
		if len(r.Messages) == 3 {
			r.Messages = r.Messages[1:]
		}
	}), []string{"system message"}, "lacks"},
	"drops images": {changing(func(r *request.Request) {
		r.Messages = slices.Clone(r.Messages)
		for i := range r.Messages {
			r.Messages[i].Parts = slices.DeleteFunc(slices.Clone(r.Messages[i].Parts), func(p request.Part) bool {
				_, image := p.(request.ImagePart)
				return image
			})
		}
	}), []string{"image", "image by URL", "refusal of what a model can't do"}, ""},
	"forgets that a tool failed": {changing(func(r *request.Request) {
		for i := range r.Messages {
			for j, p := range r.Messages[i].Parts {
				if result, ok := p.(request.ToolResult); ok {
					result.IsError = false
					r.Messages[i].Parts[j] = result
				}
			}
		}
	}), []string{"failed tool"}, "not told of the failure"},
	"changes the request": {changing(func(r *request.Request) {
		if len(r.Stop) > 0 {
			r.Stop[0] = "\n"
		}
	}), []string{"request is not changed"}, "the request after the calls"},
	"repairs what is invalid": {changing(func(r *request.Request) { r.MaxTokens, r.Temperature = max(0, r.MaxTokens), nil }),
		[]string{"refusal of an invalid request"}, "where it had to fail"},
	"knows what models can do and sends all the same": {func(t testing.TB, p *contract.Provider) request.Client {
		untold := &contract.Provider{Transport: p.Transport}
		return &describing{openChat(t, untold), p.Capabilities}
	}, []string{"refusal of what a model can't do"}, "the model has no vision"},
	"mixes answers up": {func(t testing.TB, p *contract.Provider) request.Client { return &confused{Client: openChat(t, p)} },
		[]string{"one call after the other", "1000 goroutines on one client"}, "answer"},
	"does not escape": {over(func(r *http.Response) {
		text, _ := io.ReadAll(r.Body)
		r.Body.Close()
		r.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(text), `\\`, `\`)))
	}), []string{"Unicode"}, ""},
}

func TestEveryBreachIsNoticed(t *testing.T) {
	features := clients[0].features
	for name, breach := range breaches {
		for _, c := range breach.cases {
			t.Run(name+"/"+c, func(t *testing.T) {
				got := contract.Judge(t, c, breach.open, features)
				if got.Outcome != contract.Failed || !strings.Contains(got.Why, breach.says) {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

// A goroutine that outlives its call is noticed where real time passes.
func TestLeakedGoroutineIsNoticed(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	leaking := changing(func(*request.Request) { go func() { <-end }() })
	got := contract.Judge(t, "goroutines over sockets, and nothing left", leaking, clients[0].features)
	if got.Outcome != contract.Failed || !strings.Contains(got.Why, "goroutines") {
		t.Errorf("got %+v", got)
	}
}

// A connection for each call is noticed.
func TestUnusedConnectionIsNoticed(t *testing.T) {
	wasteful := func(t testing.TB, p *contract.Provider) request.Client {
		inner := p.Transport
		p.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Close = true
			return inner.RoundTrip(r)
		})
		return openChat(t, p)
	}
	got := contract.Judge(t, "goroutines over sockets, and nothing left", wasteful, clients[0].features)
	if got.Outcome != contract.Failed || !strings.Contains(got.Why, "the connections used by 20 calls") {
		t.Errorf("got %+v", got)
	}
}
