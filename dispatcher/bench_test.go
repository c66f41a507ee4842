package dispatcher_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/dispatcher"
	"github.com/seed63918563/llmgate/request"
)

// instant answers at once, with nothing of its own to measure but the answer that every client makes.
type instant struct{}

func (instant) Complete(context.Context, request.Request) (*request.Response, error) {
	return new(request.Response), nil
}

func (instant) Stream(context.Context, request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		_ = yield(request.Chunk{Content: "yes"}, nil) && yield(request.Chunk{Response: new(request.Response)}, nil)
	}
}

func (instant) CountTokens(context.Context, request.Request) (request.TokenCount, error) {
	return request.TokenCount{}, nil
}

func (instant) Capabilities(string) request.Capabilities { return request.Capabilities{} }

// swift is a dispatcher over so many instant targets.
func swift(b testing.TB, targets int) *dispatcher.Dispatcher {
	cfg := dispatcher.Config{}
	for i := range targets {
		cfg.Targets = append(cfg.Targets, dispatcher.Target{Name: fmt.Sprint(i), Client: instant{}, Provider: "p", Model: "m"})
	}
	return open(b, cfg)
}

func BenchmarkComplete(b *testing.B) {
	clients := map[string]request.Client{"bare": instant{}, "one": swift(b, 1), "three": swift(b, 3), "accounted": accounted(b, instant{}, nil)}
	for _, name := range []string{"bare", "one", "three", "accounted"} {
		b.Run(name, func(b *testing.B) {
			req := limitedQuestion()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := clients[name].Complete(context.Background(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			req := limitedQuestion()
			b.ReportAllocs()
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := clients[name].Complete(context.Background(), req); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// limitedQuestion has an answer of limited length, so that its price has a bound.
func limitedQuestion() request.Request {
	req := question("Why is the sky blue?")
	req.MaxTokens = 300
	return req
}

// The size of the prompt is guessed for the lane, which reads it once.
func BenchmarkPrompt(b *testing.B) {
	for _, size := range []int{100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			d, req := swift(b, 1), question(strings.Repeat("Why is the sky blue?", size/20))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Complete(context.Background(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkStream(b *testing.B) {
	d, req := swift(b, 1), question("Why is the sky blue?")
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range d.Stream(context.Background(), req) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkRun runs b.N jobs; -benchtime 1000000x runs a million. The heap is what is live when a tenth and when nine tenths
// of them are done.
func BenchmarkRun(b *testing.B) {
	for _, order := range []dispatcher.Order{dispatcher.Completion, dispatcher.Input} {
		b.Run("order="+string(order), func(b *testing.B) {
			d, req := swift(b, 1), question("Why is the sky blue?")
			jobs := func(yield func(dispatcher.Job) bool) {
				for range b.N {
					if !yield(dispatcher.Job{Request: req}) {
						return
					}
				}
			}
			done := 0
			b.ReportAllocs()
			b.ResetTimer()
			for r := range d.Run(context.Background(), jobs, dispatcher.RunOptions{Order: order}) {
				if r.Err != nil {
					b.Fatal(r.Err)
				}
				switch done++; done {
				case b.N / 10:
					b.ReportMetric(live(b), "MB-at-10%")
				case b.N * 9 / 10:
					b.ReportMetric(live(b), "MB-at-90%")
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// live is the size of the heap after a collection, in megabytes.
func live(b *testing.B) float64 {
	b.StopTimer()
	defer b.StartTimer()
	return float64(heap()) / 1e6
}

// What is on the way of every request stays cheap.
func TestAllocationsOfASuccess(t *testing.T) {
	for name, d := range map[string]*dispatcher.Dispatcher{
		"one target": swift(t, 1), "three targets": swift(t, 3), "with a ledger": accounted(t, instant{}, nil),
	} {
		req := limitedQuestion()
		allocations := testing.AllocsPerRun(100, func() {
			if _, err := d.Complete(context.Background(), req); err != nil {
				t.Fatal(err)
			}
		})
		if allocations > mostAllocations+1 {
			t.Errorf("%s: %v allocations, want at most %d and the answer", name, allocations, mostAllocations)
		}
	}
}
