package yardstick

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/seed63918563/llmgate/request"
)

var errRaw = errors.New("unexpected answer")

// Call makes one call and returns the length of its answer.
type Call func(context.Context) (int, error)

// Compare measures the hand-written client, plain and with pooled buffers, and ours beside it.
func Compare(b *testing.B, url string, header http.Header, raw func(*Raw) Call, ours Call) {
	b.Run("raw", func(b *testing.B) { measure(b, raw(newRaw(url, header, false))) })
	b.Run("raw-pooled", func(b *testing.B) { measure(b, raw(newRaw(url, header, true))) })
	b.Run("llmgate", func(b *testing.B) { measure(b, ours) })
}

// measure runs call from 64 goroutines and adds the process's CPU time to the report.
func measure(b *testing.B, call Call) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(32)
	want, err := call(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	before := cpuTime()
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
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op")
}

// Completing measures a client's Complete, Streaming its Stream.
func Completing(c request.Client, req func() request.Request) Call {
	return func(ctx context.Context) (int, error) {
		resp, err := c.Complete(ctx, req())
		if err != nil {
			return 0, err
		}
		return len(resp.Content), nil
	}
}

// Streaming ranges over the whole answer.
func Streaming(c request.Client, req func() request.Request) Call {
	return func(ctx context.Context) (int, error) {
		n := 0
		for chunk, err := range c.Stream(ctx, req()) {
			if err != nil {
				return 0, err
			}
			n += len(chunk.Content)
		}
		return n, nil
	}
}
