package openai_test

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/request"
)

func TestLimitHeaders(t *testing.T) {
	limit := func(of, left int64, reset time.Duration) request.Limit {
		return request.Limit{Stated: true, Limit: of, Remaining: left, Reset: reset}
	}
	for _, c := range []struct {
		name, headers string
		want          request.Limits
	}{
		{"none", "", request.Limits{}},
		{"OpenAI", "X-Ratelimit-Limit-Requests: 60|X-Ratelimit-Remaining-Requests: 59|X-Ratelimit-Reset-Requests: 1s|X-Ratelimit-Limit-Tokens: 150000|X-Ratelimit-Remaining-Tokens: 149984|X-Ratelimit-Reset-Tokens: 6m0s",
			request.Limits{Requests: limit(60, 59, time.Second), Tokens: limit(150000, 149984, 6*time.Minute)}},
		{"Azure: seconds, and limits it does not count", "X-Ratelimit-Remaining-Requests: 9|X-Ratelimit-Reset-Requests: 30|X-Ratelimit-Limit-Tokens: -1|X-Ratelimit-Remaining-Tokens: -1",
			request.Limits{Requests: limit(-1, 9, 30*time.Second)}},
		{"Azure: zeros", "X-Ratelimit-Limit-Requests: 0|X-Ratelimit-Remaining-Requests: 0", request.Limits{}},
		{"Cerebras", "X-Ratelimit-Limit-Requests-Day: 100|X-Ratelimit-Remaining-Requests-Day: 99|X-Ratelimit-Reset-Requests-Day: 33011.38|X-Ratelimit-Limit-Tokens-Minute: 10|X-Ratelimit-Remaining-Tokens-Minute: 5|X-Ratelimit-Reset-Tokens-Minute: 11.5",
			request.Limits{DailyRequests: limit(100, 99, 33011380*time.Millisecond), Tokens: limit(10, 5, 11500*time.Millisecond)}},
		{"Mistral", "X-Ratelimitbysize-Limit-Minute: 500000|X-Ratelimitbysize-Remaining-Minute: 499000|Ratelimitbysize-Reset: 27",
			request.Limits{Tokens: limit(500000, 499000, 27*time.Second)}},
		{"newer Mistral", "X-Ratelimit-Limit-Req-Minute: 60|X-Ratelimit-Remaining-Req-Minute: 58|X-Ratelimit-Limit-Tokens-Minute: 7|X-Ratelimit-Remaining-Tokens-Minute: 6",
			request.Limits{Requests: limit(60, 58, 0), Tokens: limit(7, 6, 0)}},
		{"nonsense", "X-Ratelimit-Limit-Requests: many|X-Ratelimit-Reset-Requests: soon|X-Ratelimit-Limit-Tokens: 5|X-Ratelimit-Reset-Tokens: -3s",
			request.Limits{Tokens: limit(5, -1, 0)}},
	} {
		tested.CheckLimits(t, c.name, c.headers, c.want)
	}
}

func TestLimitsStandOnErrorsToo(t *testing.T) { tested.CheckLimitsOfErrors(t) }
