package pricing_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/request"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

var (
	august = pricing.DayOf(day("2026-08-21"))
	now    = pricing.Service{At: day("2026-08-21")}
)

// priced is a table in which every rule of a cost can be seen, with prices that make the arithmetic plain.
const priced = `
[v]
plain 0 0 s - usd=3,15,0.3,3.75,6
parts 0 0 s - usd=3,15,,,,20,40,80,5,60
cliff 0 0 s - usd=1,10,0.1 usd>200000=2,15,0.2 batch=0.5,5 batch>200000=
dated 0 0 s - usd=2,10 usd@2026-09-01=3,15 usd>1000@2026-09-01=4,16
offers 0 0 s - usd=2,8,0.5 batch=1,4,0.5 flex=1,4,0.25 priority=4,16
units 0 0 s - usd=1,1 units=web_search_requests:10000,fetch:0
search 0 0 s - usd=1,1 units=request:5000
asked 0 0 s - usd=1,1 units=request:
sound 0 0 s - usd=1,1,,,,,9 batch=0.5,0.5
free 0 0 s - usd=0,0
tiny 0 0 s - usd=0.0005,0.0015
dear 0 0 s - usd=1000000000,1000000000
`

// Every name says the sum: tokens in thousands (k) times dollars for a million.
func TestCostByHand(t *testing.T) {
	table := parse(t, priced)
	at := func(date string) pricing.Service { return pricing.Service{At: day(date)} }
	for name, test := range map[string]struct {
		model   string
		usage   request.Usage
		service pricing.Service
		want    string
	}{
		"1k×3 + 1k×15 = 0.003 + 0.015":              {"plain", request.Usage{InputTokens: 1000, OutputTokens: 1000}, now, "$0.018"},
		"40k read×0.3 + 1k×3 = 0.012 + 0.003":       {"plain", request.Usage{InputTokens: 1000, CacheReadTokens: 40_000}, now, "$0.015"},
		"10k write×3.75 + 10k hour×6 = .0375 + .06": {"plain", request.Usage{CacheWrite5mTokens: 10_000, CacheWrite1hTokens: 10_000}, now, "$0.0975"},
		"reasoning is output: 1k×15":                {"plain", request.Usage{OutputTokens: 1000, ReasoningTokens: 900}, now, "$0.015"},
		"sound and images are input: 1k×3":          {"plain", request.Usage{InputTokens: 1000, AudioInputTokens: 200, ImageInputTokens: 300}, now, "$0.003"},
		"(1k-200-300)×3 + 200×40 + 300×5 = .0015 + .008 + .0015": {
			"parts", request.Usage{InputTokens: 1000, AudioInputTokens: 200, ImageInputTokens: 300}, now, "$0.011",
		},
		"(1k-500-100-200)×15 + 500×20 + 100×80 + 200×60 = .003 + .01 + .008 + .012": {
			"parts", request.Usage{OutputTokens: 1000, ReasoningTokens: 500, AudioOutputTokens: 100, ImageOutputTokens: 200}, now, "$0.033",
		},
		"at the cliff: 200k×1 + 1k×10":                            {"cliff", request.Usage{InputTokens: 200_000, OutputTokens: 1000}, now, "$0.21"},
		"one above it, all dearer: 200001×2 + 1k×15":              {"cliff", request.Usage{InputTokens: 200_001, OutputTokens: 1000}, now, "$0.415002"},
		"what is cached counts: 1×2 + 200k×0.2 = 0.000002 + 0.04": {"cliff", request.Usage{InputTokens: 1, CacheReadTokens: 200_000}, now, "$0.040002"},
		"the answer does not count: 1k×1 + 300k×10":               {"cliff", request.Usage{InputTokens: 1000, OutputTokens: 300_000}, now, "$3.001"},
		"the day before: 1k×2 + 1k×10":                            {"dated", request.Usage{InputTokens: 1000, OutputTokens: 1000}, at("2026-08-31"), "$0.012"},
		"the day: 1k×3 + 1k×15":                                   {"dated", request.Usage{InputTokens: 1000, OutputTokens: 1000}, at("2026-09-01"), "$0.018"},
		"a cliff that comes with a date: 1001×4":                  {"dated", request.Usage{InputTokens: 1001}, at("2027-01-01"), "$0.004004"},
		"no cliff before it: 1001×2":                              {"dated", request.Usage{InputTokens: 1001}, now, "$0.002002"},
		"batch: 1k×1 + 1k×4":                                      {"offers", request.Usage{InputTokens: 1000, OutputTokens: 1000}, pricing.Service{At: now.At, Batch: true}, "$0.005"},
		"batch before tier: 1k×1":                                 {"offers", request.Usage{InputTokens: 1000}, pricing.Service{At: now.At, Batch: true, Tier: "flex"}, "$0.001"},
		"flex, cached: 1k×1 + 1k×0.25":                            {"offers", request.Usage{InputTokens: 1000, CacheReadTokens: 1000}, pricing.Service{At: now.At, Tier: "flex"}, "$0.00125"},
		"priority: 1k×4":                                          {"offers", request.Usage{InputTokens: 1000}, pricing.Service{At: now.At, Tier: "PRIORITY"}, "$0.004"},
		"default is standard: 1k×2":                               {"offers", request.Usage{InputTokens: 1000}, pricing.Service{At: now.At, Tier: "default"}, "$0.002"},
		"3 searches×0.01 + 2 fetches×0 + 1k×1":                    {"units", request.Usage{InputTokens: 1000, Units: map[string]int{"web_search_requests": 3, "fetch": 2}}, now, "$0.031"},
		"each request 0.005 + 1k×1":                               {"search", request.Usage{InputTokens: 1000}, now, "$0.006"},
		"free: 1k×0":                                              {"free", request.Usage{InputTokens: 1000}, now, "$0.00"},
		"reported and empty: 0":                                   {"plain", request.Usage{Reported: true}, now, "$0.00"},
		"half a billionth to even, down: 1×0.0005 = 0.5":          {"tiny", request.Usage{InputTokens: 1}, now, "$0.00"},
		"half a billionth to even, up: 1×0.0015 = 1.5":            {"tiny", request.Usage{OutputTokens: 1}, now, "$0.000000002"},
		"rounded once: 1×0.0005 + 1×0.0015 = 2":                   {"tiny", request.Usage{InputTokens: 1, OutputTokens: 1}, now, "$0.000000002"},
	} {
		m, _ := table.Lookup("v", test.model)
		got, ok := m.Cost(&test.usage, test.service)
		if !ok || got.String() != test.want {
			t.Errorf("%s, %s: got %v, %v; want %s; %s", test.model, name, got, ok, test.want, m.Bill(&test.usage, test.service).Why)
		}
	}
}

func TestWhatHasNoPriceIsNotFree(t *testing.T) {
	table := parse(t, priced)
	for _, test := range []struct {
		model   string
		usage   request.Usage
		service pricing.Service
		why     string
	}{
		{"plain", request.Usage{}, now, "nothing is known of the usage"},
		{"plain", request.Usage{InputTokens: 1}, pricing.Service{}, "give the time of the answer"},
		{"plain", request.Usage{InputTokens: 1}, pricing.Service{At: now.At, Tier: "scale"}, `no price for the service tier "scale"`},
		{"plain", request.Usage{InputTokens: 1}, pricing.Service{At: now.At, Batch: true}, "no price for batch service"},
		{"parts", request.Usage{InputTokens: 1, CacheReadTokens: 1}, now, "no price for cache read tokens"},
		{"parts", request.Usage{CacheWrite1hTokens: 1}, now, "no price for cache write 1h tokens"},
		{"cliff", request.Usage{InputTokens: 200_001}, pricing.Service{At: now.At, Batch: true}, "no price for input tokens"},
		{"offers", request.Usage{CacheReadTokens: 1}, pricing.Service{At: now.At, Tier: "priority"}, "no price for cache read tokens"},
		{"units", request.Usage{InputTokens: 1, Units: map[string]int{"code": 1}}, now, "no price for code"},
		{"asked", request.Usage{InputTokens: 1}, now, "each request is billed"},
		{"sound", request.Usage{InputTokens: 9, AudioInputTokens: 1}, pricing.Service{At: now.At, Batch: true}, "no price for audio input tokens"},
		{"plain", request.Usage{InputTokens: -1, Reported: true}, now, "the counts don't add up"},
		{"parts", request.Usage{OutputTokens: 1, ReasoningTokens: 1, AudioOutputTokens: 1}, now, "the counts don't add up"},
		{"plain", request.Usage{InputTokens: 1, AudioInputTokens: -1}, now, "the counts don't add up"},
		{"units", request.Usage{InputTokens: 1, Units: map[string]int{"fetch": -1}}, now, "the counts don't add up"},
		{"dear", request.Usage{InputTokens: 10_000_000}, now, "out of range"},
		{"dear", request.Usage{InputTokens: math.MaxInt}, now, "out of range"},
	} {
		m, _ := table.Lookup("v", test.model)
		cost, ok := m.Cost(&test.usage, test.service)
		bill := m.Bill(&test.usage, test.service)
		if ok || cost != 0 || bill.Priced || !strings.Contains(bill.Why, test.why) || !strings.HasPrefix(bill.Why, "v/"+test.model+": ") {
			t.Errorf("%s, %+v: %v, %v, %q; want %q", test.model, test.usage, cost, ok, bill.Why, test.why)
		}
	}
	negative := pricing.Model{Prices: pricing.Prices{Terms: []pricing.Terms{{Rates: pricing.Rates{pricing.PerMillion(-1)}}}}}
	if _, ok := negative.Cost(&request.Usage{InputTokens: 1}, now); ok {
		t.Error("a negative price was taken")
	}
}

// The two calls of the built-in table that everybody can check on the makers' pages.
func TestWellKnownCosts(t *testing.T) {
	for name, test := range map[string]struct {
		vendor, model string
		usage         request.Usage
		service       pricing.Service
		want          request.Money
	}{
		// 300,000 × $2.50 + 2,000 × $15 for a million, as the prompt is above 200,000
		"300k tokens to Gemini 2.5 Pro: 0.75 + 0.03": {
			"gemini", "gemini-2.5-pro", request.Usage{InputTokens: 300_000, OutputTokens: 2000, ReasoningTokens: 1500}, now, 780_000_000,
		},
		// 123 × $3 + 40,000 × $0.30 + 777 × $15 for a million
		"40k cached tokens of Anthropic: 0.000369 + 0.012 + 0.011655": {
			"anthropic", "claude-sonnet-4-5-20250929", request.Usage{InputTokens: 123, CacheReadTokens: 40_000, OutputTokens: 777}, now, 24_024_000,
		},
		"Claude Sonnet 5 before September: 1k×2 + 1k×10": {
			"anthropic", "claude-sonnet-5", request.Usage{InputTokens: 1000, OutputTokens: 1000}, pricing.Service{At: day("2026-09-01").Add(-time.Second)}, 12_000_000,
		},
		"Claude Sonnet 5 from September on: 1k×3 + 1k×15": {
			"anthropic", "claude-sonnet-5", request.Usage{InputTokens: 1000, OutputTokens: 1000}, pricing.Service{At: day("2026-09-01")}, 18_000_000,
		},
		"and its batches: 1k×1.5 + 1k×7.5": {
			"anthropic", "claude-sonnet-5", request.Usage{InputTokens: 1000, OutputTokens: 1000}, pricing.Service{At: day("2026-09-01"), Batch: true}, 9_000_000,
		},
		"a search of Anthropic's: 0.01 + 1k×5": {
			"anthropic", "claude-haiku-4-5", request.Usage{OutputTokens: 1000, Units: map[string]int{"web_search_requests": 1, "web_fetch_requests": 4}}, now, 15_000_000,
		},
		"GPT-5 with flex: 1k×0.625 + 1k×5": {
			"openai", "gpt-5-2025-08-07", request.Usage{InputTokens: 1000, OutputTokens: 1000}, pricing.Service{At: now.At, Tier: "flex"}, 5_625_000,
		},
		"sound to Gemini 2.5 Flash: 1k×1 + 1k×0.3": {
			"gemini", "gemini-2.5-flash", request.Usage{InputTokens: 2000, AudioInputTokens: 1000}, now, 1_300_000,
		},
	} {
		if got, ok := pricing.Cost(test.vendor, test.model, &test.usage, test.service); !ok || got != test.want {
			m, _ := pricing.Lookup(test.vendor, test.model)
			t.Errorf("%s: %v, %v; want %v; %s", name, got, ok, test.want, m.Bill(&test.usage, test.service).Why)
		}
	}
	if cost, ok := pricing.Cost("openai", "gpt-5", &request.Usage{InputTokens: 1, Units: map[string]int{"code_interpreter_call": 1}}, now); ok {
		t.Errorf("what OpenAI bills by session costs %v", cost)
	}
	if cost, ok := pricing.Cost("openai", "nobody", &request.Usage{InputTokens: 1}, now); ok {
		t.Errorf("an unknown model costs %v", cost)
	}
}

func TestCostsAndEstimatesDoNotAllocate(t *testing.T) {
	m, _ := pricing.Lookup("anthropic", "claude-sonnet-5")
	usage := request.Usage{InputTokens: 1, CacheReadTokens: 2, OutputTokens: 3, ReasoningTokens: 1, Units: map[string]int{"web_search_requests": 1}}
	unpriced := request.Usage{InputTokens: 1, AudioInputTokens: 4, Units: map[string]int{"code": 1}}
	req := request.Request{Messages: []request.Message{{Role: request.RoleUser, Content: "Why is the sky blue?"}}, MaxTokens: 500}
	if n := testing.AllocsPerRun(100, func() {
		m.Cost(&usage, now)
		m.Cost(&unpriced, now)
		m.Cost(&usage, pricing.Service{At: now.At, Tier: "scale"})
		pricing.Cost("anthropic", "claude-sonnet-5", &usage, now)
		pricing.Estimate("anthropic", "claude-sonnet-5", &req, request.TokenCount{Tokens: 9, Estimated: true}, now)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
