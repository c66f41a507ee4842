package pricing_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed63918563/llmgate/request"
)

func ask(parts ...request.Part) request.Request {
	return request.Request{Messages: []request.Message{{Role: request.RoleUser, Parts: parts}}, MaxTokens: 1000}
}

func TestEstimateByHand(t *testing.T) {
	table := parse(t, `
[v]
plain 100000 8000 s - usd=2,10
cached 100000 8000 s - usd=2,10,0.2,2.5,4
cliff 0 8000 s - usd=1,10 usd>100=2,20 priority=3,30
dated 0 8000 s - usd=2,10 usd@2026-08-22=3,15 usd@2026-08-30=4,20
past 0 8000 s - usd=9,90 usd>100=18,180 usd@2026-01-01=2,10
sound 0 8000 s - usd=1,10,,,,30,7,80,3
asked 0 8000 s - usd=1,10 units=request:5000
`)
	count := func(n int) request.TokenCount { return request.TokenCount{Tokens: n} }
	long := ask(request.TextPart{Text: "x"}, request.CacheBreakpoint{TTL: time.Hour})
	open := ask(request.TextPart{Text: "x"})
	open.MaxTokens = 0
	flex := ask(request.TextPart{Text: "x"})
	flex.ServiceTier = "priority"
	auto := flex
	auto.ServiceTier = "auto"
	for name, test := range map[string]struct {
		model           string
		request         request.Request
		prompt          request.TokenCount
		expected, worst string
	}{
		"1k×2 + 1k×10": {"plain", ask(), count(1000), "$0.012", "$0.012"},
		"no MaxTokens, the model's limit: 8k×10":        {"plain", open, count(1000), "$0.082", "$0.082"},
		"all of it may be written to the cache: 1k×2.5": {"cached", ask(), count(1000), "$0.012", "$0.0125"},
		"for an hour: 1k×4":                             {"cached", long, count(1000), "$0.012", "$0.014"},
		"below the cliff: 100×1 + 1k×10":                {"cliff", ask(), count(100), "$0.0101", "$0.0101"},
		"above the cliff: 101×2 + 1k×20":                {"cliff", ask(), count(101), "$0.020202", "$0.020202"},
		"priority: 100×3 + 1k×30":                       {"cliff", flex, count(100), "$0.0303", "$0.0303"},
		"auto may be priority: 100×3 + 1k×30":           {"cliff", auto, count(100), "$0.0101", "$0.0303"},
		"tomorrow it is dearer: 1k×3 + 1k×15":           {"dated", ask(), count(1000), "$0.012", "$0.018"},
		"what held in the past does not count":          {"past", ask(), count(1000), "$0.012", "$0.012"},
		"any of the answer may be sound: 1k×80":         {"sound", ask(), count(1000), "$0.011", "$0.081"},
		"and of the prompt, where it has some: 1k×7":    {"sound", ask(request.AudioPart{}), count(1000), "$0.011", "$0.087"},
		"or images: 1k×3":                               {"sound", ask(request.ImagePart{}), count(1000), "$0.011", "$0.083"},
		"each request 0.005":                            {"asked", ask(), count(1000), "$0.016", "$0.016"},
		// 2,048 + 64 for the message + 64 for its part + 1 byte = 2,177 tokens at most
		"a guess: 10×2 + 1k×10, at most 2177×2 + 1k×10": {"plain", ask(request.TextPart{Text: "x"}), request.TokenCount{Tokens: 10, Estimated: true}, "$0.01002", "$0.014354"},
		"a guess of an image, at most the context":      {"plain", ask(request.ImagePart{}), request.TokenCount{Tokens: 10, Estimated: true}, "$0.01002", "$0.21"},
	} {
		q := table.Estimate("v", test.model, &test.request, test.prompt, now)
		if !q.Priced || !q.Bounded || q.Why != "" || q.Expected.String() != test.expected || q.Worst.String() != test.worst {
			t.Errorf("%s, %s: %+v; want %s and %s", test.model, name, q, test.expected, test.worst)
		}
	}
}

func TestEstimateSaysWhatItCanNot(t *testing.T) {
	table := parse(t, "[v]\nopen 0 0 s - usd=1,1\nhalf 9 9 s - usd=1\nsearch 9 9 s - usd=1,1 units=request:\n")
	extra := ask()
	extra.Extra = map[string]map[string]any{"v": {"n": 4}}
	others := ask()
	others.Extra = map[string]map[string]any{"w": {"n": 4}}
	unlimited := ask()
	unlimited.MaxTokens = 0
	guess := request.TokenCount{Tokens: 1, Estimated: true}
	for _, test := range []struct {
		model           string
		request         request.Request
		prompt          request.TokenCount
		priced, bounded bool
		why             string
	}{
		{"open", ask(), guess, true, true, ""},
		{"open", others, guess, true, true, ""},
		{"w/open", others, guess, true, false, "extra fields"}, // asked of w, which passes it on
		{"open", extra, guess, true, false, "extra fields"},
		{"open", ask(request.FilePart{ID: "f"}), guess, true, false, "count it"},
		{"open", unlimited, guess, false, false, "set MaxTokens"},
		{"half", ask(), guess, false, false, "v/half: no price for output tokens"},
		{"search", ask(), guess, false, false, "each request is billed"},
		{"nobody", ask(), guess, false, false, "v/nobody: the table of models does not have it"},
	} {
		vendor, model := "v", test.model
		if model == "w/open" {
			vendor, model = "w", "v/open"
		}
		q := table.Estimate(vendor, model, &test.request, test.prompt, now)
		if q.Priced != test.priced || q.Bounded != test.bounded || !strings.Contains(q.Why, test.why) || (q.Why == "") != test.bounded {
			t.Errorf("%s: %+v; want %v, %v, %q", test.model, q, test.priced, test.bounded, test.why)
		}
		if !q.Priced && (q.Expected != 0 || q.Worst != 0) {
			t.Errorf("%s: amounts without a price: %+v", test.model, q)
		}
	}
}

// Whatever of a request turns out to be cached, thought, sound or image, no bill is above the worst case.
func TestNoBillIsAboveTheWorstCase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, u, s := costly().Draw(t, "model"), usages().Draw(t, "usage"), services().Draw(t, "service")
		u.Units = nil
		req := ask(request.AudioPart{}, request.ImagePart{}, request.CacheBreakpoint{TTL: time.Hour})
		req.MaxTokens = u.OutputTokens + rapid.IntRange(1, 9).Draw(t, "room")
		q := m.Estimate(&req, request.TokenCount{Tokens: u.PromptTokens() + rapid.IntRange(0, 1e5).Draw(t, "spare")}, s)
		if q.Priced && q.Worst < q.Expected {
			t.Fatalf("%+v", q)
		}
		s.At = s.At.Add(rapid.SampledFrom([]time.Duration{0, 24 * time.Hour}).Draw(t, "later"))
		cost, ok := m.Cost(&u, s)
		if ok && q.Priced && cost > q.Worst {
			t.Fatalf("cost %v, worst %v", cost, q.Worst)
		}
	})
}
