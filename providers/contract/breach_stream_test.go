package contract_test

import (
	"context"
	"errors"
	"iter"

	"github.com/seed63918563/llmgate/request"
)

// streamBreaches are ways of streaming wrongly.
var streamBreaches = map[string]breach{
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
	"swallows a panic": {streaming(func(c request.Client, ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
		return func(yield func(request.Chunk, error) bool) {
			defer func() { _ = recover() }()
			c.Stream(ctx, req)(yield)
		}
	}), []string{"stream: a panic in the loop"}, ""},
}
