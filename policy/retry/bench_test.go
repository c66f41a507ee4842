package retry_test

import (
	"context"
	"iter"
	"testing"

	"github.com/seed63918563/llmgate/policy/retry"
	"github.com/seed63918563/llmgate/request"
)

// instant answers at once; the answer is made before, so that all that is measured is the engine's.
type instant struct{ resp *request.Response }

func (i instant) Complete(context.Context, request.Request) (*request.Response, error) {
	i.resp.Attempts = nil
	return i.resp, nil
}

func (i instant) Stream(context.Context, request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		i.resp.Attempts = nil
		_ = yield(request.Chunk{Content: "yes"}, nil) && yield(request.Chunk{Response: i.resp}, nil)
	}
}

func (instant) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{}, nil
}

func (instant) Capabilities(string) request.Capabilities { return request.Capabilities{} }

// clients are the bare client and the wrapped one, to be compared.
func clients() map[string]request.Client {
	return map[string]request.Client{
		"bare":  instant{new(request.Response)},
		"retry": retry.New(retry.Config{})(instant{new(request.Response)}),
	}
}

func BenchmarkComplete(b *testing.B) {
	for name, client := range clients() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.Complete(context.Background(), question); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStream(b *testing.B) {
	for name, client := range clients() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, err := range client.Stream(context.Background(), question) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// What is on the way of every request stays cheap.
func TestAllocationsOfASuccess(t *testing.T) {
	client := clients()["retry"]
	allocations := testing.AllocsPerRun(100, func() {
		if _, err := client.Complete(context.Background(), question); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 4 {
		t.Errorf("%v allocations, want at most 4", allocations)
	}
}
