package pricing_test

import (
	"os"
	"testing"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

func BenchmarkLookup(b *testing.B) {
	for name, q := range map[string][2]string{
		"exact":   {"openai", "gpt-4o"},
		"dated":   {"anthropic", "claude-sonnet-4-5-20250929"},
		"bedrock": {"bedrock", "us.anthropic.claude-3-opus-20240229-v1:0"},
		"gateway": {"openrouter", "anthropic/claude-3-haiku-20240307"},
		"unknown": {"openai", "nothing-like-it"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pricing.Lookup(q[0], q[1])
			}
		})
	}
}

func BenchmarkCost(b *testing.B) {
	for name, q := range map[string]struct {
		vendor, model string
		usage         request.Usage
	}{
		"plain":  {"openai", "gpt-5-mini", request.Usage{InputTokens: 1000, OutputTokens: 500, Reported: true}},
		"cached": {"anthropic", "claude-sonnet-5", request.Usage{InputTokens: 100, CacheReadTokens: 40_000, CacheWrite5mTokens: 900, OutputTokens: 500, Reported: true}},
		"cliff":  {"gemini", "gemini-2.5-pro", request.Usage{InputTokens: 300_000, OutputTokens: 500, ReasoningTokens: 200, Reported: true}},
	} {
		m, ok := pricing.Lookup(q.vendor, q.model)
		if !ok {
			b.Fatalf("%s is not in the table", q.model)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := m.Cost(&q.usage, now); !ok {
					b.Fatal("unpriced")
				}
			}
		})
	}
}

func BenchmarkEstimate(b *testing.B) {
	m, _ := pricing.Lookup("anthropic", "claude-sonnet-5")
	req := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Why is the sky blue?"}}, MaxTokens: 500}
	b.ReportAllocs()
	for b.Loop() {
		m.Estimate(&req, request.TokenCount{Tokens: 12, Estimated: true}, now)
	}
}

// BenchmarkParse is what the first lookup of a program waits for.
func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile("models.txt")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pricing.Parse(string(text)); err != nil {
			b.Fatal(err)
		}
	}
}
