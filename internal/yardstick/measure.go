package yardstick

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/internal/cputime"
	"github.com/seed63918563/llmgate/request"
)

var errRaw = errors.New("unexpected answer")

// Call makes one call and returns the length of its answer.
type Call func(context.Context) (int, error)

// Compare measures the hand-written client, plain and with pooled buffers, and ours beside it.
func Compare(b *testing.B, url string, header http.Header, raw RawCall, ours Call) {
	b.Run("raw", func(b *testing.B) { Measure(b, raw(newRaw(url, header, false))) })
	b.Run("raw-pooled", func(b *testing.B) { Measure(b, raw(newRaw(url, header, true))) })
	b.Run("llmgate", func(b *testing.B) { Measure(b, ours) })
}

// Measure runs call from 64 goroutines and adds the process's CPU time to the report.
func Measure(b *testing.B, call Call) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(32)
	want, err := call(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	before, _ := cputime.Used()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for pb.Next() {
			if n, err := call(ctx); err != nil || n != want {
				b.Error(errors.Join(err, errRaw))
				return
			}
		}
	})
	after, _ := cputime.Used() // the report has 0 where it is not known
	b.ReportMetric(float64(after-before)/float64(b.N), "cpu-ns/op")
}

// Completing has a client answer Request in one piece.
func Completing(c request.Client, model string) Call {
	return func(ctx context.Context) (int, error) {
		resp, err := c.Complete(ctx, Request(model))
		if err != nil {
			return 0, err
		}
		return len(resp.Content), nil
	}
}

// Streaming has it answer as a stream.
func Streaming(c request.Client, model string) Call {
	return func(ctx context.Context) (int, error) {
		n := 0
		for chunk, err := range c.Stream(ctx, Request(model)) {
			if err != nil {
				return 0, err
			}
			n += len(chunk.Content)
		}
		return n, nil
	}
}
