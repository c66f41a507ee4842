package router

import (
	"context"
	"iter"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// Stream answers in pieces; see request.Client. A failure before the first piece is retried like any other; after it, it is
// the stream's error. Pieces come through as they arrive, but for rate limits that come before any content: they are held
// back, and come with the first content.
func (r *Router) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		c := r.newCall(ctx, &req)
		for {
			a := c.next()
			if a == nil {
				err := c.failure()
				c.recycle()
				yield(request.Chunk{}, err)
				return
			}
			if c.relay(a, yield) {
				c.recycle()
				return
			}
		}
	}
}

// relay hands on what an attempt gives. It reports false if that failed: what then becomes of the request is decided anew.
func (c *call) relay(a *attempt, yield func(request.Chunk, error) bool) (over bool) {
	defer c.abandon(a) // the caller left, or something panicked
	var held *request.Limits
	for chunk, err := range a.target.Client.Stream(c.ctx, *c.requestFor(a.target)) {
		switch {
		case a.over: // a client that goes on after the last chunk
			continue
		case err != nil:
			c.end(a, result{err: err, at: time.Now()})
			return false
		case empty(&chunk) && a.first.IsZero():
			if chunk.Limits != nil {
				held = chunk.Limits
			}
			continue
		}
		if held != nil && chunk.Limits == nil {
			chunk.Limits = held
		}
		held = nil
		c.take(a, &chunk)
		if !yield(chunk, nil) {
			return true
		}
	}
	if !a.over {
		c.end(a, result{err: cut(a.target), at: time.Now()})
		return false
	}
	return true
}

// take records a chunk before it is handed out, from when on the request can't be sent again.
func (c *call) take(a *attempt, chunk *request.Chunk) {
	switch {
	case chunk.Response != nil:
		c.end(a, result{resp: chunk.Response, at: time.Now()})
	case a.first.IsZero():
		a.first, c.history.HandedOut = time.Now(), true
	}
}

// empty reports that a chunk carries nothing of the answer.
func empty(c *request.Chunk) bool {
	return c.Content == "" && c.Reasoning == "" && c.ToolCall.IsZero() && c.Part == nil && c.Response == nil
}

// cut is the error of a stream that ended without its last chunk. A client that keeps its promises never lets it come to that.
func cut(t *target) error {
	return &request.Error{
		Class: request.ClassTruncated, Provider: t.Provider, Model: t.Model, MaybeBilled: true,
		Message: "the stream ended without its last chunk, which carries the response",
	}
}
