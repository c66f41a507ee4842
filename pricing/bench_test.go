package pricing_test

import (
	"os"
	"testing"

	"github.com/seed63918563/llmgate/pricing"
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
