package router_test

import (
	"context"
	"iter"
	"testing"

	"github.com/seed63918563/llmgate/policy/router"
	"github.com/seed63918563/llmgate/request"
)

// broken is a client that breaks promises.
type broken struct {
	complete func() (*request.Response, error)
}

func (b broken) Complete(context.Context, request.Request) (*request.Response, error) {
	return b.complete()
}

func (b broken) Stream(context.Context, request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		if resp, err := b.complete(); err != nil || resp != nil {
			yield(request.Chunk{Response: resp}, err)
		}
	}
}

func (broken) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{}, nil
}

func (broken) Capabilities(string) request.Capabilities { return request.Capabilities{} }

func TestAClientThatReturnsNothing(t *testing.T) {
	nothing := broken{func() (*request.Response, error) { return nil, nil }}
	r := over(t, nothing, script(answer), router.Config{Fallback: func(*request.Error) bool { return true }})
	ask(t, r)
	for chunk, err := range r.Stream(t.Context(), question("?")) {
		if err != nil {
			t.Fatalf("%v after %v", err, chunk)
		}
	}
	failures := r.Stats().Targets[0].Failures
	if failures[request.ClassUnknown] != 1 || failures[request.ClassTruncated] != 1 {
		t.Errorf("failures %v; want an empty call and a cut stream", failures)
	}
}

// A panic is the client's bug: it reaches the caller, and leaves the books in order.
func TestAPanicPassesThrough(t *testing.T) {
	bug := broken{func() (*request.Response, error) { panic("bug") }}
	hedging := router.Config{Hedge: router.Hedge{Share: 1, After: 1}}
	for name, call := range map[string]func(*router.Router){
		"Complete": func(r *router.Router) { _, _ = r.Complete(t.Context(), question("?")) },
		"Stream": func(r *router.Router) {
			for range r.Stream(t.Context(), question("?")) {
			}
		},
	} {
		for _, cfg := range []router.Config{{}, hedging} {
			r := over(t, bug, script(answer), cfg)
			func() {
				defer func() {
					if p := recover(); p != "bug" {
						t.Errorf("%s: recovered %v, want the client's panic", name, p)
					}
				}()
				call(r)
			}()
			for _, target := range r.Stats().Targets {
				if target.InFlight != 0 {
					t.Errorf("%s: %d still in flight at %s", name, target.InFlight, target.Name)
				}
			}
		}
	}
}
