package main

import (
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestCostOfAUsage(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"every line, and the sum": {
			[]string{"--model", "anthropic/claude-sonnet-4-5-20250929", "--input", "1000", "--output", "500", "--cache-read", "40000", "--cache-write", "2000", "--cache-write-1h", "3000", "--unit", "web_search_requests=3"},
			`anthropic/claude-sonnet-4-5 on 2026-08-21: standard
COUNT A MILLION COST OF
1,000 $3.00 $0.003 input
500 $15.00 $0.0075 output
40,000 $0.30 $0.012 cache read
2,000 $3.75 $0.0075 cache write 5m
3,000 $6.00 $0.018 cache write 1h
3 $10000.00 $0.03 web_search_requests
$0.078 in all
prices by LiteLLM of 2026-08-01, models.dev of 2026-07-02, genai-prices of 2026-08-21, Portkey of 2026-08-21`,
		},
		"above a cliff": {
			[]string{"--model", "gemini/gemini-2.5-pro", "--input", "300000"},
			`gemini/gemini-2.5-pro on 2026-08-21: standard, above 200,000 tokens
COUNT A MILLION COST OF
300,000 $2.50 $0.75 input
$0.75 in all
prices by LiteLLM of 2026-08-01, models.dev of 2026-07-02, genai-prices of 2026-08-21`,
		},
		"a batch of September, by a rule": {
			[]string{"--model", "anthropic/claude-sonnet-5", "--output", "1000", "--batch", "--date", "2026-09-01"},
			`anthropic/claude-sonnet-5 on 2026-09-01: batch, from 2026-09-01
COUNT A MILLION COST OF
1,000 $7.50 $0.0075 output
$0.0075 in all
prices by rules of 2026-08-21`,
		},
		"parts": {
			[]string{"--model", "gemini/gemini-2.5-flash", "--input", "1000", "--audio-input", "400", "--output", "10", "--reasoning", "9"},
			`gemini/gemini-2.5-flash on 2026-08-21: standard
COUNT A MILLION COST OF
600 $0.30 $0.00018 input
10 $2.50 $0.000025 output
400 $1.00 $0.0004 audio input
$0.000605 in all
prices by LiteLLM of 2026-08-01, models.dev of 2026-07-02, genai-prices of 2026-08-21, Portkey of 2026-08-21`,
		},
	} {
		s := newSession()
		s.in = unread{t}
		s.expect(t, exitOK, append([]string{"cost"}, test.args...)...)
		if got := strings.TrimSpace(squeezed(s.out.String())); got != test.want || s.err.String() != "" {
			t.Errorf("%s: got\n%s\nwant\n%s\nsaid %q", name, got, test.want, s.err.String())
		}
	}
}

func TestCostOfAUsageAsJSON(t *testing.T) {
	s := newSession()
	s.expect(t, exitOK, "cost", "-m", "openai/gpt-5", "--input", "20000", "--tier", "flex", "--json")
	want := []map[string]any{{
		"model": "openai/gpt-5", "date": "2026-08-21", "service": "flex", "cost_usd": 0.0125,
		"lines": []any{map[string]any{"what": "input", "count": 20000.0, "usd_per_million": 0.625, "usd": 0.0125, "sources": []any{"LiteLLM", "Portkey"}}},
	}}
	if got := objects(t, s.out.String()); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCostThatIsUnknownIsNotZero(t *testing.T) {
	for _, test := range []struct{ model, tier, want string }{
		{"openai/nobody", "", "openai/nobody: not in the table of models; give its prices with --prices"},
		{"openai/gpt-4o", "scale", `openai/gpt-4o: no price for the service tier "scale"`},
		{"openai/gpt-5-search-api", "", "openai/gpt-5-search-api: each request is billed"},
	} {
		s := newSession()
		s.expect(t, exitFailed, "cost", "-m", test.model, "--input", "1", "--tier", test.tier)
		if s.saysErr(t, "llmgate: "+test.want); s.out.String() != "" {
			t.Errorf("%s: wrote %q", test.model, s.out.String())
		}
		s = newSession()
		s.expect(t, exitFailed, "cost", "-m", test.model, "--input", "1", "--tier", test.tier, "--json")
		if got := objects(t, s.out.String()); len(got) != 1 || got[0]["cost_usd"] != nil || !strings.Contains(got[0]["unpriced"].(string), test.want) {
			t.Errorf("%s: %v", test.model, got)
		}
	}
}

// results are lines of every form: recorded costs, counts without, failures that used something and that used nothing, and
// OpenAI's Batch form.
var results = []string{
	`{"id":"a","content":"x","provider":"openai","model":"gpt-5-mini-2025-08-07","usage":{"input_tokens":1000,"cache_read_tokens":100,"output_tokens":500,"cost_usd":0.5}}`,
	``,
	`{"id":"b","content":"x","provider":"openai","model":"gpt-5-mini-2025-08-07","service_tier":"flex","usage":{"input_tokens":1000,"output_tokens":500}}`,
	`{"id":"c","error":{"class":"truncated","message":"cut","provider":"openai","model":"gpt-5-mini-2025-08-07","usage":{"input_tokens":2000,"output_tokens":0,"estimated":true}}}`,
	`{"id":"d","error":{"class":"rate_limit","message":"slow down"}}`,
	`{"id":"e","content":"x","provider":"anthropic","model":"claude-haiku-4-5","usage":{"input_tokens":0,"cache_write_tokens":3000,"cache_write_1h_tokens":1000,"output_tokens":100,"units":{"web_search_requests":1}}}`,
	`{"id":"f","custom_id":"f","response":{"status_code":200,"body":{"model":"gpt-4o","usage":{"prompt_tokens":1000,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":400},"cost":0.25}}},"error":null}`,
	`{"id":"g","custom_id":"g","response":{"status_code":200,"body":{"object":"response","model":"gpt-4o","usage":{"input_tokens":500,"output_tokens":20,"input_tokens_details":{"cached_tokens":100},"cost":0.5}}},"error":null}`,
}

func TestCostOfResults(t *testing.T) {
	s := newSession()
	s.expect(t, exitOK, "cost", file(t, results...))
	// haiku: 2000 × 1.25 + 1000 × 2 + 100 × 5 millionths + 0.01; mini: 0.5 + (1000 × 0.125 + 500 × 1 + 2000 × 0.25) millionths
	want := `RESULTS UNPRICED INPUT CACHE READ CACHE WRITE OUTPUT COST MODEL
1 0 0 0 3,000 100 $0.015 anthropic/claude-haiku-4-5
2 0 1,000 500 0 30 $0.75 gpt-4o
3 0 4,000 100 0 1,000 $0.501125 openai/gpt-5-mini-2025-08-07
6 0 5,000 600 3,000 1,130 $1.266125 total`
	if got := strings.TrimSpace(squeezed(s.out.String())); got != want || s.err.String() != "" {
		t.Errorf("got\n%s\nwant\n%s\nsaid %q", got, want, s.err.String())
	}
}

func TestCostOfResultsPricedAnew(t *testing.T) {
	s := newSession()
	s.in = io.NopCloser(strings.NewReader(strings.Join(results[:4], "\n")))
	s.expect(t, exitOK, "cost", "-", "--model", "openai/gpt-5-nano", "--json")
	// (4000 × 0.05 + 100 × 0.005 + 1000 × 0.4) millionths
	sum := map[string]any{"results": 3.0, "unpriced": 0.0, "input_tokens": 4000.0, "cache_read_tokens": 100.0, "cache_write_tokens": 0.0, "output_tokens": 1000.0, "cost_usd": 0.0006005}
	for i, got := range objects(t, s.out.String()) {
		model := []string{"openai/gpt-5-nano", "total"}[i]
		if sum["model"] = model; !reflect.DeepEqual(got, sum) {
			t.Errorf("got %v, want %v", got, sum)
		}
	}
	s = newSession()
	s.expect(t, exitOK, "cost", file(t, results[0]), "--batch", "--json")
	// (1000 × 0.125 + 100 × 0.0125 + 500 × 1) millionths
	if got := objects(t, s.out.String()); got[1]["cost_usd"] != 0.00062625 {
		t.Errorf("as a batch: %v", got)
	}
}

func TestCostOfResultsWithoutAPrice(t *testing.T) {
	s := newSession()
	s.expect(t, exitFailed, "cost", file(t, results[0],
		`{"provider":"openai","model":"nobody","usage":{"input_tokens":7,"output_tokens":0}}`,
		`{"response":{"body":{"model":"gpt-4o","usage":{"prompt_tokens":5}}}}`))
	if got := squeezed(s.out.String()); !strings.Contains(got, "\n1 1 5 0 0 0 - gpt-4o\n") || !strings.Contains(got, "\n3 2 1,012 100 0 500 $0.50 total") {
		t.Errorf("wrote\n%s", got)
	}
	s.saysErr(t, "llmgate: 2 of 3 results have no price and are not in the sum: ", "don't say whose model answered; give it with --model")
	s = newSession()
	s.expect(t, exitOK, "cost", file(t, results[4]))
	s.saysErr(t, "no result says what it used")
}

func TestCostNamesWhatIsWrongInResults(t *testing.T) {
	for line, want := range map[string]string{
		`nonsense`:                                                                 ":2: no line of results: invalid character",
		`{"usage":{"input_tokens":"many"}}`:                                        ":2: usage.input_tokens: a string, where llmgate run writes int",
		`{"usage":{"input_tokens":-1}}`:                                            ":2: usage: a count is negative",
		`{"usage":{"cache_write_1h_tokens":1}}`:                                    ":2: usage: a count is negative, or a part is more than its whole",
		`{"usage":{"cost_usd":"much"}}`:                                            `amount "much"`,
		`{"response":{"body":{"usage":{"prompt_tokens":[]}}}}`:                     ":2: response.body.usage.prompt_tokens: a array",
		`{"provider":"openai","model":"gpt-4o","usage":{"output_tokens":1}} extra`: ":2: no line of results",
		`7`: ":2: the line: a number",
	} {
		s := newSession()
		path := file(t, results[0], line)
		s.expect(t, exitFailed, "cost", path)
		if s.saysErr(t, "llmgate: "+path, want); s.out.String() != "" {
			t.Errorf("%s: wrote %q", line, s.out.String())
		}
	}
}

// What llmgate run writes is what llmgate cost reads, and both say the same.
func TestCostOfARun(t *testing.T) {
	prompts := file(t, `{"id":"a","prompt":"x"}`, `{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"y"}]}}`)
	inBubble(t, func(t *testing.T, s *session) {
		s.expect(t, exitOK, "run", prompts, "--model", "sim/openai/gpt-4o")
		_, cost, _ := strings.Cut(s.err.String(), "$")
		cost, _, _ = strings.Cut("$"+cost, "\n")
		summed := newSession()
		summed.expect(t, exitOK, "cost", file(t, s.out.String()))
		if cost == "$" || !strings.Contains(squeezed(summed.out.String()), cost+" total") {
			t.Errorf("the run cost %s, its results\n%s", cost, summed.out.String())
		}
	})
}
