package gemini_test

import (
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed63918563/llmgate/pricing"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

// counts compares usages without what they cost.
var counts = cmpopts.IgnoreFields(request.Usage{}, "Priced", "Cost", "CostUSD")

func TestAnswersSayWhatTheyCost(t *testing.T) {
	pro := func(c *gemini.Config) { c.Model = "gemini-2.5-pro" }
	for name, test := range map[string]struct {
		fields string
		change func(*gemini.Config)
		want   string // empty: no price
	}{
		// 250,000 × 2.5 + 50,000 × 0.25 + 2,000 × 15 millionths: the cached tokens count for the cliff
		"above the cliff": {`"usageMetadata":{"promptTokenCount":300000,"cachedContentTokenCount":50000,"candidatesTokenCount":500,"thoughtsTokenCount":1500}`, pro, "$0.6675"},
		// 200,000 × 1.25 millionths
		"at the cliff": {`"usageMetadata":{"promptTokenCount":200000}`, pro, "$0.25"},
		// 900 × 0.3 + 100 × 1 millionths
		"sound":                  {`"usageMetadata":{"promptTokenCount":1000,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":100}]}`, nil, "$0.00037"},
		"the model that answers": {`"modelVersion":"gemini-2.5-flash-lite","usageMetadata":{"promptTokenCount":1000}`, pro, "$0.0001"},
		"an unknown version":     {`"modelVersion":"tomorrow","usageMetadata":{"promptTokenCount":1000}`, pro, "$0.00125"},
		"bought capacity":        {`"usageMetadata":{"promptTokenCount":1000,"trafficType":"PROVISIONED_THROUGHPUT"}`, pro, ""},
		"no prices":              {`"usageMetadata":{"promptTokenCount":1000}`, func(c *gemini.Config) { c.Models = &pricing.Table{} }, ""},
	} {
		body := `{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}],` + test.fields + `}`
		got, err := clientOver(t, answering(body), test.change).Complete(t.Context(), ask())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if u := got.Usage; u.Priced != (test.want != "") || u.Priced && u.Cost.String() != test.want {
			t.Errorf("%s: %+v; want %s", name, u, test.want)
		}
	}
}
