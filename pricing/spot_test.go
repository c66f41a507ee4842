package pricing_test

import (
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

// What the vendors' own pages say of models that everybody knows.
func TestWellKnownModels(t *testing.T) {
	all := pricing.Streaming | pricing.Tools | pricing.ParallelTools | pricing.JSONSchema | pricing.Vision | pricing.PDF | pricing.PromptCaching
	for _, want := range []struct {
		vendor, name    string
		context, output int
		can, cannot     pricing.Flags
		input, out      string
	}{
		{"anthropic", "claude-sonnet-4-5", 200_000, 64_000, all | pricing.Reasoning | pricing.Sampling, pricing.Audio, "$3.00", "$15.00"},
		{"anthropic", "claude-opus-4-7", 1_000_000, 128_000, all | pricing.Reasoning, pricing.Sampling | pricing.Audio, "$5.00", "$25.00"},
		{"anthropic", "claude-haiku-4-5", 200_000, 64_000, all | pricing.Reasoning | pricing.Sampling, pricing.Audio, "$1.00", "$5.00"},
		{"anthropic", "claude-opus-4-20250514", 200_000, 32_000, all | pricing.Sampling, pricing.Audio, "$15.00", "$75.00"},
		{"bedrock", "anthropic.claude-sonnet-4-5-20250929-v1:0", 200_000, 64_000, all | pricing.Sampling, pricing.Audio, "$3.00", "$15.00"},
		{"vertex", "claude-haiku-4-5@20251001", 200_000, 64_000, pricing.Tools | pricing.Vision | pricing.PDF, 0, "$1.00", "$5.00"},
		{"openai", "gpt-4o", 128_000, 16_384, all | pricing.Sampling, pricing.Reasoning | pricing.Audio, "$2.50", "$10.00"},
		{"openai", "gpt-4o-2024-05-13", 128_000, 4_096, pricing.Tools | pricing.Vision, pricing.Reasoning, "$5.00", "$15.00"},
		{"openai", "gpt-4", 8_192, 8_192, pricing.Tools | pricing.Sampling, pricing.Vision | pricing.PDF | pricing.JSONSchema, "$30.00", "$60.00"},
		{"openai", "o3", 200_000, 100_000, pricing.Tools | pricing.Reasoning | pricing.Vision, pricing.Sampling | pricing.ParallelTools, "$2.00", "$8.00"},
		{"openai", "o3-mini", 200_000, 100_000, pricing.Tools | pricing.Reasoning, pricing.Sampling | pricing.Vision, "$1.10", "$4.40"},
		{"openai", "gpt-5", 400_000, 128_000, all | pricing.Reasoning, pricing.Sampling, "$1.25", "$10.00"},
		{"openai", "gpt-5-mini", 400_000, 128_000, all | pricing.Reasoning, pricing.Sampling, "$0.25", "$2.00"},
		{"openai", "gpt-5-pro", 400_000, 272_000, pricing.Reasoning, pricing.Streaming | pricing.Sampling, "$15.00", "$120.00"},
		{"openai", "gpt-5-chat-latest", 128_000, 16_384, pricing.Sampling, pricing.Tools, "$1.25", "$10.00"},
		{"openai", "gpt-4o-audio-preview", 128_000, 16_384, pricing.Audio | pricing.Tools, pricing.Vision, "$2.50", "$10.00"},
		{"azure", "gpt-5", 0, 128_000, pricing.Reasoning, pricing.Sampling, "$1.25", "$10.00"},
		{"gemini", "gemini-2.5-pro", 1_048_576, 65_536, all | pricing.Audio | pricing.Reasoning | pricing.Sampling, 0, "$1.25", "$10.00"},
		{"gemini", "gemini-2.5-flash", 1_048_576, 65_536, all | pricing.Audio | pricing.Sampling, 0, "$0.30", "$2.50"},
		{"vertex", "gemini-2.5-pro", 1_048_576, 65_536, all | pricing.Audio, 0, "$1.25", "$10.00"},
		{"groq", "llama-3.3-70b-versatile", 131_072, 32_768, pricing.Tools | pricing.Sampling, pricing.JSONSchema | pricing.Vision, "$0.59", "$0.79"},
		{"xai", "grok-4.3", 1_000_000, 0, pricing.Tools | pricing.Vision | pricing.Reasoning, 0, "$1.25", "$2.50"},
		{"deepseek", "deepseek-v4-pro", 1_000_000, 384_000, pricing.Tools | pricing.Reasoning, pricing.Vision, "", ""},
	} {
		m, ok := pricing.Lookup(want.vendor, want.name)
		if !ok {
			t.Errorf("%s/%s is not known", want.vendor, want.name)
			continue
		}
		if want.context != 0 && m.ContextTokens != want.context || want.output != 0 && m.MaxOutputTokens != want.output {
			t.Errorf("%s/%s: limits %d and %d, want %d and %d", m.Vendor, m.Name, m.ContextTokens, m.MaxOutputTokens, want.context, want.output)
		}
		if !m.Flags.Has(want.can|pricing.Described) || m.Flags&want.cannot != 0 {
			t.Errorf("%s/%s: flags %v, want %v and not %v", m.Vendor, m.Name, m.Flags, want.can|pricing.Described, want.cannot|pricing.Described)
		}
		rates := m.Prices.Listed(august)
		if want.input != "" && (rates[pricing.Input].String() != want.input || rates[pricing.Output].String() != want.out) {
			t.Errorf("%s/%s: prices %v and %v, want %s and %s", m.Vendor, m.Name, rates[pricing.Input], rates[pricing.Output], want.input, want.out)
		}
	}
}

func TestCapabilitiesOfTheBuiltInTable(t *testing.T) {
	want := request.Capabilities{
		Known: true, ContextTokens: 200_000, MaxOutputTokens: 100_000, Streaming: true, Tools: true, JSONMode: true, JSONSchema: true,
		Reasoning: true, PromptCaching: true,
	}
	if got := pricing.Capabilities("openai", "o3-mini"); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := pricing.Capabilities("openai", "nobody"); got != (request.Capabilities{}) {
		t.Errorf("of an unknown model: %+v", got)
	}
	// Known, but nobody says what it can do.
	if got := pricing.Capabilities("openai", "gpt-4-0314"); got.Known {
		t.Errorf("of an undescribed model: %+v", got)
	}
}

func TestTheBuiltInTableIsSane(t *testing.T) {
	vendors := map[string]int{}
	letters := ""
	for _, s := range pricing.Sources() {
		letters += string(rune(s.Letter))
	}
	for m := range pricing.Models() {
		vendors[m.Vendor]++
		if m.MaxOutputTokens > m.ContextTokens && m.ContextTokens > 0 {
			t.Errorf("%s/%s answers with %d tokens in a context of %d", m.Vendor, m.Name, m.MaxOutputTokens, m.ContextTokens)
		}
		for _, terms := range m.Prices.Terms {
			for k, p := range terms.Rates {
				if p.Known != (p.PerMillion > 0) || p.PerMillion > 1000*request.Dollar || p.Known && p.Sources == 0 {
					t.Errorf("%s/%s: %v %v: price %v of %v", m.Vendor, m.Name, terms.Offer, pricing.Kind(k), p, p.Sources)
				}
			}
		}
		for _, letter := range m.Sources {
			if !strings.ContainsRune(letters, letter) {
				t.Errorf("%s/%s: source %c has no entry", m.Vendor, m.Name, letter)
			}
		}
	}
	for _, name := range []string{"openai", "anthropic", "gemini", "vertex", "bedrock", "azure", "groq", "mistral", "deepseek", "xai", "together", "fireworks", "openrouter"} {
		if vendors[name] < 5 {
			t.Errorf("%s has %d models", name, vendors[name])
		}
	}
}
