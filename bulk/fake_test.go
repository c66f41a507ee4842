package bulk_test

import (
	"context"
	"iter"
	"strconv"
	"sync/atomic"

	"github.com/seed63918563/llmgate/bulk/source"
	"github.com/seed63918563/llmgate/request"
)

// fake is a client that answers by a function, and counts.
type fake struct {
	request.Client // nil: a run may call nothing but Complete

	answer                func(ctx context.Context, req request.Request) (*request.Response, error)
	calls, inFlight, peak atomic.Int64
}

func (f *fake) Complete(ctx context.Context, req request.Request) (*request.Response, error) {
	f.calls.Add(1)
	n := f.inFlight.Add(1)
	defer f.inFlight.Add(-1)
	for old := f.peak.Load(); n > old && !f.peak.CompareAndSwap(old, n); old = f.peak.Load() {
	}
	return f.answer(ctx, req)
}

// echo repeats the question at once.
func echo(_ context.Context, req request.Request) (*request.Response, error) {
	return &request.Response{Content: req.Messages[0].Content}, nil
}

// untilCanceled never answers.
func untilCanceled(ctx context.Context, _ request.Request) (*request.Response, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// after answers when a channel is closed, or fails when ctx ends.
func after(gate <-chan struct{}) func(context.Context, request.Request) (*request.Response, error) {
	return func(ctx context.Context, req request.Request) (*request.Response, error) {
		select {
		case <-gate:
			return echo(ctx, req)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// numbers gives n items whose question is their number, and counts how many were taken from it.
type numbers struct {
	n     int
	taken atomic.Int64
	// then is called when the n are given, if set; its error ends the sequence.
	then func() error
}

func (s *numbers) items() iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		for i := range s.n {
			s.taken.Add(1)
			if !yield(numbered(i), nil) {
				return
			}
		}
		if s.then == nil {
			return
		}
		if err := s.then(); err != nil {
			yield(source.Item{}, err)
		}
	}
}

func numbered(i int) source.Item {
	text := strconv.Itoa(i)
	return source.Item{ID: text, Line: i + 1, Index: -1, Request: request.Request{
		Messages: []request.Message{{Role: request.RoleUser, Content: text}},
	}}
}

// number is the place of a question in its source.
func number(req request.Request) int {
	n, err := strconv.Atoi(req.Messages[0].Content)
	if err != nil {
		panic(err)
	}
	return n
}
