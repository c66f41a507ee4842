package edge

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/seed63918563/llmgate/request"
)

// OpenAILimits reads the rate-limit headers of OpenAI and of the providers that follow it, with a suffix for the window or
// for the kind of tokens where a provider adds one. With dailyRequests the limits of requests are those of a day.
func OpenAILimits(h http.Header, dailyRequests bool, l *request.Limits) {
	l.Requests = readLimit(h, "X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests")
	l.Tokens = readLimit(h, "X-Ratelimit-Limit-Tokens", "X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens")
	if dailyRequests {
		l.DailyRequests, l.Requests = l.Requests, request.Limit{}
	}
	l.InputTokens = readLimit(h, "X-Ratelimit-Limit-Tokens-Prompt", "X-Ratelimit-Remaining-Tokens-Prompt", "")
	l.OutputTokens = readLimit(h, "X-Ratelimit-Limit-Tokens-Generated", "X-Ratelimit-Remaining-Tokens-Generated", "")
	if l.Requests.Stated || l.Tokens.Stated {
		return
	}
	readWindows(h, l)
	if !l.Tokens.Stated {
		readTogether(h, l)
	}
}

// readTogether reads Together's names. Those for requests are in use for other windows elsewhere; the others tell.
func readTogether(h http.Header, l *request.Limits) {
	if l.Tokens = readLimit(h, "X-Tokenlimit-Limit", "X-Tokenlimit-Remaining", "X-Ratelimit-Reset"); l.Tokens.Stated {
		l.Requests = readLimit(h, "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset")
	}
}

// readWindows reads the spellings of Cerebras and Mistral.
func readWindows(h http.Header, l *request.Limits) {
	l.Tokens = firstStated(
		readLimit(h, "X-Ratelimit-Limit-Tokens-Minute", "X-Ratelimit-Remaining-Tokens-Minute", "X-Ratelimit-Reset-Tokens-Minute"),
		readLimit(h, "X-Ratelimitbysize-Limit-Minute", "X-Ratelimitbysize-Remaining-Minute", "Ratelimitbysize-Reset"),
	)
	l.Requests = firstStated(
		readLimit(h, "X-Ratelimit-Limit-Requests-Minute", "X-Ratelimit-Remaining-Requests-Minute", "X-Ratelimit-Reset-Requests-Minute"),
		readLimit(h, "X-Ratelimit-Limit-Req-Minute", "X-Ratelimit-Remaining-Req-Minute", "X-Ratelimit-Reset-Req-Minute"),
	)
	if daily := readLimit(h, "X-Ratelimit-Limit-Requests-Day", "X-Ratelimit-Remaining-Requests-Day", "X-Ratelimit-Reset-Requests-Day"); daily.Stated {
		l.DailyRequests = daily
	}
	l.DailyTokens = readLimit(h, "X-Ratelimit-Limit-Tokens-Day", "X-Ratelimit-Remaining-Tokens-Day", "X-Ratelimit-Reset-Tokens-Day")
}

func firstStated(a, b request.Limit) request.Limit {
	if a.Stated {
		return a
	}
	return b
}

// readLimit reads one limit; the names are in canonical form. Azure sends a limit of -1 or 0 for what it does not count.
func readLimit(h http.Header, limit, remaining, reset string) request.Limit {
	l := request.Limit{Limit: number(h[limit]), Remaining: number(h[remaining])}
	if l.Limit <= 0 && (l.Remaining < 0 || len(h[limit]) > 0) {
		return request.Limit{}
	}
	l.Stated = true
	l.Reset = duration(h[reset])
	return l
}

func number(values []string) int64 {
	if len(values) == 0 {
		return -1
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// duration reads "6m0s", "120ms", "7.66s", or plain seconds.
func duration(values []string) time.Duration {
	if len(values) == 0 {
		return 0
	}
	if d, err := time.ParseDuration(values[0]); err == nil {
		return max(0, d)
	}
	s, err := strconv.ParseFloat(values[0], 64)
	if err != nil || !(s >= 0 && s <= 1e9) { // NaN is neither
		return 0
	}
	return time.Duration(math.Round(s * float64(time.Second)))
}

// AnthropicLimits reads Anthropic's rate-limit headers. Their resets are points in time, taken relative to the response's own
// Date, so that the clocks need not agree; now is used where there is none.
func AnthropicLimits(h http.Header, now time.Time, l *request.Limits) {
	if sent, err := http.ParseTime(h.Get("Date")); err == nil {
		now = sent
	}
	l.Requests = limitUntil(h, now, "Anthropic-Ratelimit-Requests-Limit", "Anthropic-Ratelimit-Requests-Remaining", "Anthropic-Ratelimit-Requests-Reset")
	l.Tokens = limitUntil(h, now, "Anthropic-Ratelimit-Tokens-Limit", "Anthropic-Ratelimit-Tokens-Remaining", "Anthropic-Ratelimit-Tokens-Reset")
	l.InputTokens = limitUntil(h, now, "Anthropic-Ratelimit-Input-Tokens-Limit", "Anthropic-Ratelimit-Input-Tokens-Remaining", "Anthropic-Ratelimit-Input-Tokens-Reset")
	l.OutputTokens = limitUntil(h, now, "Anthropic-Ratelimit-Output-Tokens-Limit", "Anthropic-Ratelimit-Output-Tokens-Remaining", "Anthropic-Ratelimit-Output-Tokens-Reset")
}

func limitUntil(h http.Header, now time.Time, limit, remaining, reset string) request.Limit {
	l := readLimit(h, limit, remaining, "")
	if at, err := time.Parse(time.RFC3339, h.Get(reset)); err == nil && l.Stated {
		l.Reset = max(0, at.Sub(now))
	}
	return l
}

// resetWait is how long an exhausted limit takes, by the headers alone: the longest reset of those with nothing left.
func resetWait(l *request.Limits) time.Duration {
	var wait time.Duration
	for _, one := range [...]*request.Limit{&l.Requests, &l.Tokens, &l.InputTokens, &l.OutputTokens, &l.DailyRequests, &l.DailyTokens} {
		if one.Stated && one.Remaining == 0 {
			wait = max(wait, one.Reset)
		}
	}
	return wait
}
