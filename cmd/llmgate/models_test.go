package main

import (
	"reflect"
	"strings"
	"testing"
)

// names are the second column of a listing.
func names(t *testing.T, listing string) (list []string) {
	t.Helper()
	listing, _, _ = strings.Cut(listing, "\n\n") // the prices of one
	header, rows, _ := strings.Cut(listing, "\n")
	if fields := strings.Fields(header); strings.Join(fields, " ") != "VENDOR MODEL CONTEXT OUTPUT IN OUT CACHED CAPABILITIES" {
		t.Fatalf("header %q", header)
	}
	for line := range strings.Lines(rows) {
		fields := strings.Fields(line)
		list = append(list, fields[0]+"/"+fields[1])
	}
	return list
}

func TestModelsListsWhatIsAskedFor(t *testing.T) {
	for _, test := range []struct {
		args     []string
		has, not []string
	}{
		{nil, []string{"openai/gpt-4o", "anthropic/claude-sonnet-4-5", "groq/openai/gpt-oss-120b"}, nil},
		{[]string{"GPT-4o"}, []string{"openai/gpt-4o", "openai/gpt-4o-mini", "azure/gpt-4o"}, []string{"openai/gpt-4"}},
		{[]string{"openai/gpt"}, []string{"openai/gpt-4o", "openai/gpt-5"}, []string{"groq/openai/gpt-oss-120b"}},
		{[]string{"--vendor", "groq"}, []string{"groq/openai/gpt-oss-120b"}, []string{"openai/gpt-4o"}},
		{[]string{"gpt-4o", "--vendor", "openai"}, []string{"openai/gpt-4o-mini"}, []string{"azure/gpt-4o"}},
		{[]string{"anthropic/claude-sonnet-4-5-20250929"}, []string{"anthropic/claude-sonnet-4-5"}, []string{"anthropic/claude-sonnet-5"}},
	} {
		s := newSession()
		s.in = unread{t}
		s.expect(t, exitOK, append([]string{"models"}, test.args...)...)
		listed := map[string]bool{}
		for _, name := range names(t, s.out.String()) {
			listed[name] = true
		}
		for _, name := range test.has {
			if !listed[name] {
				t.Errorf("%q does not list %s", test.args, name)
			}
		}
		for _, name := range test.not {
			if listed[name] {
				t.Errorf("%q lists %s", test.args, name)
			}
		}
		if got := s.err.String(); got != "" {
			t.Errorf("%q said %q", test.args, got)
		}
	}
}

// squeezed has one space between words.
func squeezed(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return strings.Join(lines, "\n")
}

func TestModelsShowsFactsAndAllPricesOfOne(t *testing.T) {
	for filter, want := range map[string]string{
		"anthropic/claude-sonnet-5": `anthropic claude-sonnet-5 1,000,000 128,000 $2.00 $10.00 $0.20 stream tools parallel json schema vision pdf reasoning cache

SERVICE INPUT OUTPUT CACHE READ CACHE WRITE 5M CACHE WRITE 1H
standard $2.00 $10.00 $0.20 $2.50 $4.00
standard, from 2026-09-01 $3.00 $15.00 $0.30 $3.75 $6.00
batch $1.00 $5.00 $0.10 $1.25 $2.00
batch, from 2026-09-01 $1.50 $7.50 $0.15 $1.875 $3.00

UNIT FOR A THOUSAND
web_fetch_requests $0.00
web_search_requests $10.00`,
		"gemini/gemini-2.5-pro": `gemini gemini-2.5-pro 1,048,576 65,536 $1.25 $10.00 $0.125 stream tools parallel json schema vision pdf audio reasoning cache sampling

SERVICE INPUT OUTPUT CACHE READ
standard $1.25 $10.00 $0.125
standard, above 200,000 tokens $2.50 $15.00 $0.25
batch $0.625 $5.00 -
batch, above 200,000 tokens - - -`,
		"avian/meta-llama-3.3": `avian Meta-Llama-3.3-70B-Instruct - - $0.45 $0.45 - -

SERVICE INPUT OUTPUT
standard $0.45 $0.45`,
	} {
		s := newSession()
		s.expect(t, exitOK, "models", filter)
		_, rows, _ := strings.Cut(s.out.String(), "\n")
		if got := squeezed(rows); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", filter, got, want)
		}
	}
	s := newSession()
	s.expect(t, exitOK, "models", "OPENAI/gpt-5")
	if _, detail, _ := strings.Cut(squeezed(s.out.String()), "\n\n"); !strings.Contains(detail, "\nflex $0.625 $5.00 $0.0625") {
		t.Errorf("of a model that others begin with: %s", detail)
	}
	s = newSession()
	s.today = "2026-09-01"
	s.expect(t, exitOK, "models", "anthropic/claude-sonnet-5")
	if !strings.Contains(squeezed(s.out.String()), "128,000 $3.00 $15.00 $0.30") {
		t.Errorf("in September: %s", s.out.String())
	}
}

func TestModelsAsJSON(t *testing.T) {
	s := newSession()
	s.expect(t, exitOK, "models", "--json", "--vendor", "openai", "/o3-mini")
	list := objects(t, s.out.String())
	by := func(usd float64, sources ...any) map[string]any {
		return map[string]any{"usd": usd, "sources": sources}
	}
	all := []any{"genai-prices", "LiteLLM", "models.dev", "Portkey"}
	want := []map[string]any{{
		"vendor": "openai", "name": "o3-mini", "context_tokens": 200000.0, "max_output_tokens": 100000.0,
		"input_usd": 1.1, "output_usd": 4.4, "cache_read_usd": 0.55,
		"capabilities": []any{"stream", "tools", "json", "schema", "reasoning", "cache"},
		"sources":      []any{"LiteLLM", "models.dev", "genai-prices", "Portkey"},
		"terms": []any{
			map[string]any{"service": "standard", "usd_per_million": map[string]any{"input": by(1.1, all...), "output": by(4.4, all...), "cache_read": by(0.55, all...)}},
			map[string]any{"service": "batch", "usd_per_million": map[string]any{"input": by(0.55, "Portkey"), "output": by(2.2, "Portkey")}},
		},
		"units": []any{map[string]any{"name": "file_search_call", "usd": 0.0025, "sources": []any{"Portkey"}}},
	}}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got  %v\nwant %v", list, want)
	}
	s = newSession()
	s.expect(t, exitOK, "models", "--json", "openai/gpt-4-0314")
	list = objects(t, s.out.String())
	if _, told := list[0]["capabilities"]; told || list[0]["deprecated"] != "2026-03-26" {
		t.Errorf("of an undescribed model: %v", list)
	}
}

func TestModelsOfAnOwnTable(t *testing.T) {
	own := file(t, "[vllm]", "qwen3 131072 32768 st - usd=0.5,1 usd>1000=1 units=request:", "[azure]", "mine = gpt-4o")
	s := newSession()
	s.expect(t, exitOK, "models", "vllm/", "--prices", own)
	want := "vllm qwen3 131,072 32,768 $0.50 $1.00 - stream tools\n\nSERVICE INPUT OUTPUT\nstandard $0.50 $1.00\nstandard, above 1,000 tokens $1.00 -\n\nUNIT FOR A THOUSAND\nrequest depends"
	if _, got, _ := strings.Cut(squeezed(s.out.String()), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	s = newSession()
	s.expect(t, exitOK, "models", "azure/mine", "--prices", own)
	if got := names(t, s.out.String()); !reflect.DeepEqual(got, []string{"azure/gpt-4o"}) {
		t.Errorf("a deployment is %v", got)
	}
}

func TestModelsThatNobodyKnows(t *testing.T) {
	for _, args := range [][]string{{"models", "nothing-like-it"}, {"models", "--vendor", "nobody"}, {"models", "--json", "nothing-like-it"}} {
		s := newSession()
		s.expect(t, exitOK, args...)
		if got := s.out.String(); got != "" {
			t.Errorf("%q: wrote %q", args, got)
		}
		s.saysErr(t, "llmgate: no known model fits; llmgate models lists all\n")
	}
}

func TestModelsWhoseOutputIsFull(t *testing.T) {
	for _, args := range [][]string{{"models"}, {"models", "--json"}} {
		s := newSession()
		s.to = &full{left: 100}
		s.expect(t, exitFailed, args...)
		s.saysErr(t, "llmgate: "+errFull.Error())
	}
}
