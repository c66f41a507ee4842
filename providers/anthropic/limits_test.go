package anthropic_test

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/request"
)

func TestLimitHeaders(t *testing.T) {
	limit := func(of, left int64, reset time.Duration) request.Limit {
		return request.Limit{Stated: true, Limit: of, Remaining: left, Reset: reset}
	}
	const date = "Date: Wed, 25 Nov 2026 07:00:00 GMT|"
	for _, c := range []struct {
		name, headers string
		want          request.Limits
	}{
		{"none", "", request.Limits{}},
		{"all", date + "Anthropic-Ratelimit-Requests-Limit: 50|Anthropic-Ratelimit-Requests-Remaining: 49|Anthropic-Ratelimit-Requests-Reset: 2026-11-25T07:00:02Z|" +
			"Anthropic-Ratelimit-Tokens-Limit: 38000|Anthropic-Ratelimit-Tokens-Remaining: 38000|Anthropic-Ratelimit-Tokens-Reset: 2026-11-25T07:00:00Z|" +
			"Anthropic-Ratelimit-Input-Tokens-Limit: 30000|Anthropic-Ratelimit-Input-Tokens-Remaining: 15000|Anthropic-Ratelimit-Input-Tokens-Reset: 2026-11-25T07:00:30Z|" +
			"Anthropic-Ratelimit-Output-Tokens-Limit: 8000|Anthropic-Ratelimit-Output-Tokens-Remaining: 0|Anthropic-Ratelimit-Output-Tokens-Reset: 2026-11-25T07:01:00Z",
			request.Limits{Requests: limit(50, 49, 2*time.Second), Tokens: limit(38000, 38000, 0), InputTokens: limit(30000, 15000, 30*time.Second), OutputTokens: limit(8000, 0, time.Minute)}},
		{"one", "Anthropic-Ratelimit-Requests-Remaining: 3", request.Limits{Requests: limit(-1, 3, 0)}},
		{"nonsense", "Anthropic-Ratelimit-Requests-Limit: many|Anthropic-Ratelimit-Tokens-Limit: 5|Anthropic-Ratelimit-Tokens-Reset: soon", request.Limits{Tokens: limit(5, -1, 0)}},
	} {
		tested.CheckLimits(t, c.name, c.headers, c.want)
	}
}

func TestLimitsStandOnErrorsToo(t *testing.T) { tested.CheckLimitsOfErrors(t) }
