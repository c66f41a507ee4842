package otel

import (
	"context"
	"iter"
	"time"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// Middleware tells of the requests of a client that is no dispatcher. What the client lists as attempts, as those of package
// policy do, has spans as well; of a stream that was left, nothing is listed.
func (o *Observer) Middleware(next request.Client) request.Client { return &client{next, o} }

type client struct {
	request.Client
	observer *Observer
}

// Complete implements request.Client.
func (c *client) Complete(ctx context.Context, req request.Request) (resp *request.Response, err error) {
	start := time.Now()
	ctx = c.observer.Started(ctx, req)
	defer func() { c.resolved(ctx, req, resp, err, start) }() // after a panic too
	return c.Client.Complete(ctx, req)
}

// Stream implements request.Client.
func (c *client) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		start := time.Now()
		ctx := c.observer.Started(ctx, req)
		var resp *request.Response
		var failure error
		defer func() { c.resolved(ctx, req, resp, failure, start) }()
		for chunk, err := range c.Client.Stream(ctx, req) {
			c.observer.call(ctx).heard(&chunk)
			resp, failure = chunk.Response, err
			if !yield(chunk, err) {
				return
			}
		}
	}
}

// heard notes the first piece of a stream.
func (c *call) heard(chunk *request.Chunk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first.IsZero() && (chunk.Content != "" || chunk.Reasoning != "" || !chunk.ToolCall.IsZero() || chunk.Part != nil) {
		c.first = time.Now()
	}
}

func (c *client) resolved(ctx context.Context, req request.Request, resp *request.Response, err error, start time.Time) {
	list := listed(resp, err)
	for i := range list {
		c.observer.Attempted(ctx, "", &list[i], nil)
	}
	c.observer.Resolved(ctx, dispatcher.Resolution{Request: req, Response: resp, Err: err, Start: start, Latency: time.Since(start)})
}

func listed(resp *request.Response, err error) []request.Attempt {
	switch {
	case resp != nil:
		return resp.Attempts
	case err != nil:
		return request.AsError(err).Attempts
	}
	return nil
}
