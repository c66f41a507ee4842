package langchain_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/tmc/langchaingo/llms"
	lcopenai "github.com/tmc/langchaingo/llms/openai"

	"github.com/seed63918563/llmgate/internal/wire"
	"github.com/seed63918563/llmgate/providers/langchain"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

const (
	benchKey    = "sk-benchmark"
	benchModel  = "gpt-4o-mini"
	benchPrompt = "Why is the sky blue? Answer in about two hundred words, for a curious child of ten."
	benchSystem = "You are a helpful assistant."
)

func benchRequest() request.Request {
	return request.Request{
		Model: benchModel, MaxTokens: 300, Temperature: new(0.7),
		Messages: []request.Message{{Role: request.RoleSystem, Content: benchSystem}, {Role: request.RoleUser, Content: benchPrompt}},
	}
}

// The same question in langchaingo's words.
func benchMessages() []llms.MessageContent {
	return []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, benchSystem), llms.TextParts(llms.ChatMessageTypeHuman, benchPrompt),
	}
}

var errBench = errors.New("unexpected answer")

// measure runs call from 64 goroutines and adds the process's CPU time to the report.
func measure(b *testing.B, call func(context.Context) (int, error)) {
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
		for pb.Next() {
			if n, err := call(context.Background()); err != nil || n != want {
				b.Error(errors.Join(err, errBench))
				return
			}
		}
	})
	b.ReportMetric(float64(cpuTime()-before)/float64(b.N), "cpu-ns/op")
}

// contenders are langchaingo alone, langchaingo through this package, and the native client, each with its own transport of
// the same kind, so that only the clients differ.
func contenders(b *testing.B) (bare llms.Model, wrapped, native request.Client) {
	b.Helper()
	url := benchServer(b)
	bare, err := lcopenai.New(lcopenai.WithToken(benchKey), lcopenai.WithModel(benchModel), lcopenai.WithBaseURL(url),
		lcopenai.WithHTTPClient(&http.Client{Transport: wire.NewTransport()}))
	if err != nil {
		b.Fatal(err)
	}
	wrapped, err = langchain.OpenAI(langchain.Config{APIKey: benchKey, BaseURL: url, Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	native, err = openai.New(openai.Config{APIKey: benchKey, BaseURL: url, Transport: wire.NewTransport()})
	if err != nil {
		b.Fatal(err)
	}
	return bare, wrapped, native
}

func BenchmarkComplete(b *testing.B) {
	bare, wrapped, native := contenders(b)
	complete := func(client request.Client) func(context.Context) (int, error) {
		return func(ctx context.Context) (int, error) {
			resp, err := client.Complete(ctx, benchRequest())
			if err != nil {
				return 0, err
			}
			return len(resp.Content), nil
		}
	}
	b.Run("bare", func(b *testing.B) {
		measure(b, func(ctx context.Context) (int, error) {
			resp, err := bare.GenerateContent(ctx, benchMessages(), llms.WithMaxTokens(300), llms.WithTemperature(0.7))
			if err != nil {
				return 0, err
			}
			return len(resp.Choices[0].Content), nil
		})
	})
	b.Run("wrapped", func(b *testing.B) { measure(b, complete(wrapped)) })
	b.Run("native", func(b *testing.B) { measure(b, complete(native)) })
}

func BenchmarkStream100(b *testing.B) {
	bare, wrapped, native := contenders(b)
	stream := func(client request.Client) func(context.Context) (int, error) {
		return func(ctx context.Context) (n int, _ error) {
			for chunk, err := range client.Stream(ctx, benchRequest()) {
				if err != nil {
					return 0, err
				}
				n += len(chunk.Content)
			}
			return n, nil
		}
	}
	b.Run("bare", func(b *testing.B) {
		measure(b, func(ctx context.Context) (n int, _ error) {
			_, err := bare.GenerateContent(ctx, benchMessages(), llms.WithMaxTokens(300), llms.WithTemperature(0.7),
				llms.WithStreamingFunc(func(_ context.Context, chunk []byte) error { n += len(chunk); return nil }))
			return n, err
		})
	})
	b.Run("wrapped", func(b *testing.B) { measure(b, stream(wrapped)) })
	b.Run("native", func(b *testing.B) { measure(b, stream(native)) })
}
