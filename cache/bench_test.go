package cache_test

import (
	"context"
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/cache"
	"github.com/seed63918563/llmgate/request"
)

// The benchmarks ask 1 KB and are answered 1 KB, by a client that takes no time:
//
//	go test ./cache -run '^$' -bench . -benchmem
var kilobyte = strings.Repeat("0123456789abcde ", 64)

func instant() *stub {
	return &stub{answer: func(context.Context, request.Request) (*request.Response, error) {
		return &request.Response{Content: kilobyte, Parts: []request.Part{request.TextPart{Text: kilobyte}}, FinishReason: request.FinishStop}, nil
	}}
}

func BenchmarkHit(b *testing.B) {
	c, req := wrap(b, instant(), cache.Config{}), ask(kilobyte)
	complete(b, c, req)
	b.ReportAllocs()
	for b.Loop() {
		if resp, err := c.Complete(context.Background(), req); err != nil || !resp.FromCache {
			b.Fatal(resp, err)
		}
	}
}

func BenchmarkHitParallel(b *testing.B) {
	c, req := wrap(b, instant(), cache.Config{}), ask(kilobyte)
	complete(b, c, req)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if resp, err := c.Complete(context.Background(), req); err != nil || !resp.FromCache {
				b.Error(resp, err)
			}
		}
	})
}

func BenchmarkHitStream(b *testing.B) {
	c, req := wrap(b, instant(), cache.Config{}), ask(kilobyte)
	complete(b, c, req)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range c.Stream(context.Background(), req) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkHitTools has ten tools in the request, with a schema of 0.5 KB each.
func BenchmarkHitTools(b *testing.B) {
	c, req := wrap(b, instant(), cache.Config{}), ask(kilobyte)
	for i := range 10 {
		req.Tools = append(req.Tools, request.Tool{Name: "tool" + strconv.Itoa(i), Parameters: json.RawMessage(schema)})
	}
	complete(b, c, req)
	b.ReportAllocs()
	for b.Loop() {
		if resp, err := c.Complete(context.Background(), req); err != nil || !resp.FromCache {
			b.Fatal(resp, err)
		}
	}
}

var schema = `{"type":"object","required":["city"],"properties":{` +
	strings.Repeat(`"city":{"type":"string","description":"The name of the city, in English"},`, 5) + `"unit":{"enum":["C","F"]}}}`

// BenchmarkMiss is what a cache adds to a call that it has no answer to; BenchmarkNone is the call alone.
func BenchmarkMiss(b *testing.B) {
	c, req := wrap(b, instant(), cache.Config{MaxBytes: 1 << 20}), ask(kilobyte)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		req.MaxTokens = i
		if resp, err := c.Complete(context.Background(), req); err != nil || resp.FromCache {
			b.Fatal(resp, err)
		}
	}
}

func BenchmarkNone(b *testing.B) {
	c, req := instant(), ask(kilobyte)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Complete(context.Background(), req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMissStream has the answer come in 32 pieces.
func BenchmarkMissStream(b *testing.B) {
	client := &pieces{stub: instant(), n: 32}
	c, req := wrap(b, client, cache.Config{MaxBytes: 1 << 20}), ask(kilobyte)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		req.MaxTokens = i
		for _, err := range c.Stream(context.Background(), req) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// pieces streams a kilobyte in n pieces.
type pieces struct {
	*stub
	n int
}

func (p *pieces) Stream(ctx context.Context, req request.Request) iter.Seq2[request.Chunk, error] {
	return func(yield func(request.Chunk, error) bool) {
		size := len(kilobyte) / p.n
		for i := range p.n {
			if !yield(request.Chunk{Content: kilobyte[i*size : (i+1)*size]}, nil) {
				return
			}
		}
		resp, err := p.Complete(ctx, req)
		yield(request.Chunk{Response: resp}, err)
	}
}
