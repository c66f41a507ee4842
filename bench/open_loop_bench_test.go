package bench_test

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/bench"
	"github.com/seed63918563/llmgate/bench/pace"
	"github.com/seed63918563/llmgate/bench/prompt"
	"github.com/seed63918563/llmgate/bench/raw"
	"github.com/seed63918563/llmgate/internal/yardstick"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// BenchmarkOpenLoop is how many requests a second the load generator sends against a server in a process of its own, on the
// same machine: what the hand-written client reaches from a bare loop, and each client under an open loop that asks for more
// than it can; then how late requests are at some 40 % of that.
//
//	go test ./bench -run '^$' -bench OpenLoop -benchtime 5s
func BenchmarkOpenLoop(b *testing.B) {
	url := yardstick.Start(b) + "/v1"
	hand, err := raw.New(raw.Config{URL: url + "/chat/completions", Model: "gpt-5-mini"})
	if err != nil {
		b.Fatal(err)
	}
	ours, err := openai.New(openai.Config{BaseURL: url, Model: "gpt-5-mini"})
	if err != nil {
		b.Fatal(err)
	}
	for name, stream := range map[string]bool{"whole": false, "stream": true} {
		b.Run(name, func(b *testing.B) {
			b.Run("bare-raw", func(b *testing.B) { bare(b, hand, stream) })
			b.Run("open-raw", func(b *testing.B) { open(b, hand, stream, 1e6) })
			b.Run("open-ours", func(b *testing.B) { open(b, ours, stream, 1e6) })
			// Below what whole answers, and streams of 100 pieces, reach on two cores.
			rate := map[bool]float64{false: 10_000, true: 1000}[stream]
			b.Run("below-raw", func(b *testing.B) { open(b, hand, stream, rate) })
			b.Run("below-ours", func(b *testing.B) { open(b, ours, stream, rate) })
		})
	}
}

const lanes = 64

// bare has as many goroutines as lanes call the client in a loop: the most that there is to reach.
func bare(b *testing.B, client request.Client, stream bool) {
	call := yardstick.Completing(client, "")
	if stream {
		call = yardstick.Streaming(client, "")
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	start := time.Now()
	var wg sync.WaitGroup
	for range lanes {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if _, err := call(context.Background()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "requests/s")
}

func open(b *testing.B, client request.Client, stream bool, rate float64) {
	most := lanes
	if rate < 1e6 {
		most = 0
	}
	rep, err := bench.Run(context.Background(), bench.Config{
		Client: client, Stream: stream, Count: b.N, Load: pace.Load{Rate: pace.Constant(rate)}, MaxInFlight: most,
		Prompts: prompt.Set{yardstick.Request("")}.Source(0), MaxDelay: math.MaxInt64,
	})
	if err != nil || rep.Total.Failed > 0 {
		b.Fatalf("%v, %v", err, rep.Total.Errors)
	}
	b.ReportMetric(rep.Total.Rates.Requests, "requests/s")
	b.ReportMetric(float64(rep.Total.Latencies.Delay.Quantile(0.5).Microseconds()), "delay-p50-µs")
	b.ReportMetric(float64(rep.Total.Latencies.Delay.Quantile(0.99).Microseconds()), "delay-p99-µs")
	if share, ok := rep.CPUShare(); ok {
		b.ReportMetric(share, "cpu-share")
	}
}
