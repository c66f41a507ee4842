package anthropic_test

import (
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

// counts compares usages without what they cost.
var counts = cmpopts.IgnoreFields(request.Usage{}, "Priced", "Cost", "CostUSD")

func TestAnswersSayWhatTheyCost(t *testing.T) {
	own, err := pricing.Parse("[anthropic]\nclaude-sonnet-4-5 0 0 ? - usd=1,1\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		usage  string
		change func(*anthropic.Config)
		want   string // empty: no price
	}{
		// 10 × 3 + 4 × 0.3 + 6 × 3.75 + 3 × 6 + 5 × 15 millionths
		"cache": {`{"input_tokens":10,"cache_read_input_tokens":4,"cache_creation":{"ephemeral_5m_input_tokens":6,"ephemeral_1h_input_tokens":3},"output_tokens":5}`, nil, "$0.0001467"},
		// 5 × 15 millionths + 2 × 0.01
		"searches":             {`{"output_tokens":5,"server_tool_use":{"web_search_requests":2}}`, nil, "$0.020075"},
		"a batch: half":        {`{"input_tokens":1000,"output_tokens":0,"service_tier":"batch"}`, nil, "$0.0015"},
		"use without a price":  {`{"output_tokens":5,"server_tool_use":{"code_runs":2}}`, nil, ""},
		"bought capacity":      {`{"output_tokens":5,"service_tier":"priority"}`, nil, ""},
		"own prices":           {`{"input_tokens":3,"output_tokens":4}`, func(c *anthropic.Config) { c.Models = own }, "$0.000007"},
		"no prices":            {`{"input_tokens":3,"output_tokens":4}`, func(c *anthropic.Config) { c.Models = &pricing.Table{} }, ""},
		"a model unknown here": {`{"input_tokens":3,"output_tokens":4}`, func(c *anthropic.Config) { c.Model = "claude-tomorrow" }, ""},
	} {
		body := `{"content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","usage":` + test.usage + `}`
		got, err := clientOver(t, answering(body), test.change).Complete(t.Context(), ask())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		u := got.Usage
		if u.Priced != (test.want != "") || u.Priced && (u.Cost.String() != test.want || u.CostUSD != u.Cost.USD()) || u.CostReported {
			t.Errorf("%s: %+v; want %s", name, u, test.want)
		}
	}
}

// What had come of an answer may be billed.
func TestABrokenStreamSaysWhatItCostSoFar(t *testing.T) {
	_, err := stream(t, events(append([]string{messageStart}, textBlock(0, "a")...)...))
	partial := asError(t, err).Partial
	if partial == nil || !partial.Usage.Priced || !partial.Usage.Estimated || partial.Usage.Cost <= 0 {
		t.Errorf("partial answer %+v", partial)
	}
}
