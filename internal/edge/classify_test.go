package edge_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/edge"
	"github.com/seed63918563/llmgate/request"
)

type failure struct {
	name   string
	status int
	header string // "Name: value" separated by "|"
	body   string
	class  request.Class
	reason request.Reason
	wait   time.Duration
}

func anthropic(kind, message string) string {
	return `{"type":"error","error":{"type":"` + kind + `","message":"` + message + `"},"request_id":"req_1"}`
}

func gemini(code, status, message, details string) string {
	return `{"error":{"code":` + code + `,"message":"` + message + `","status":"` + status + `","details":[` + details + `]}}`
}

const (
	perMinute = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaValue":"10"}]}`
	perDay    = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateContentInputTokensPerModelPerMinute"},{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}`
	in34s     = `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}`
	badKey    = `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com"}`
)

// What the vendors other than OpenAI say, as it looks on the wire. OpenAI and its followers stand in that dialect's tests.
var failures = []failure{
	{"Anthropic rate limit", 429, "Retry-After: 7", anthropic("rate_limit_error", "slow down"), request.ClassRateLimit, "", 7 * time.Second},
	{"Anthropic spend limit", 429, "Date: Mon, 30 Nov 2026 23:59:00 GMT", `{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}`, request.ClassQuota, "", time.Minute},
	{"Anthropic spend limit, in the last month of a year", 429, "Date: Thu, 31 Dec 2026 12:00:00 GMT|Retry-After: 60", `{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}`, request.ClassQuota, "", 12 * time.Hour},
	{"Anthropic usage limits", 400, "Date: Sun, 29 Nov 2026 00:00:00 GMT", anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01."), request.ClassQuota, "", 48 * time.Hour},
	{"Anthropic usage limits, to the minute", 400, "Date: Mon, 30 Nov 2026 22:00:00 GMT", anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:30 UTC."), request.ClassQuota, "", 150 * time.Minute},
	{"Anthropic usage limits, over by now", 400, "Date: Wed, 02 Dec 2026 00:00:00 GMT", anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01."), request.ClassQuota, "", 0},
	{"Anthropic usage limits, on no day", 400, "", anthropic("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-99-99."), request.ClassQuota, "", 0},
	{"Anthropic credit", 400, "", anthropic("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), request.ClassQuota, "", 0},
	{"Anthropic prompt too long", 400, "", anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), request.ClassContextLength, "", 0},
	{"Anthropic prompt and answer too long", 400, "", anthropic("invalid_request_error", "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000"), request.ClassContextLength, "", 0},
	{"Anthropic invalid", 400, "", anthropic("invalid_request_error", "messages: at least one message is required"), request.ClassInvalid, "", 0},
	{"Anthropic key", 401, "", anthropic("authentication_error", "invalid x-api-key"), request.ClassAuth, "", 0},
	{"Anthropic billing", 402, "", anthropic("billing_error", "x"), request.ClassQuota, "", 0},
	{"Anthropic permission", 403, "", anthropic("permission_error", "x"), request.ClassPermission, "", 0},
	{"Anthropic model", 404, "", anthropic("not_found_error", "model: x"), request.ClassNotFound, "", 0},
	{"Anthropic conflict", 409, "", anthropic("conflict_error", "x"), request.ClassInvalid, request.ReasonConflict, 0},
	{"Anthropic too large", 413, "", anthropic("request_too_large", "Request exceeds the maximum size"), request.ClassInvalid, request.ReasonTooLarge, 0},
	{"Anthropic 500", 500, "X-Should-Retry: true", anthropic("api_error", "Internal server error"), request.ClassTransient, "", 0},
	{"Anthropic 504", 504, "", anthropic("timeout_error", "x"), request.ClassTimeout, "", 0},
	{"Anthropic overloaded", 529, "", anthropic("overloaded_error", "Overloaded"), request.ClassOverloaded, "", 0},

	{"Gemini per minute", 429, "", gemini("429", "RESOURCE_EXHAUSTED", "You exceeded your current quota", perMinute+","+in34s), request.ClassRateLimit, "", 34400 * time.Millisecond},
	{"Gemini per day", 429, "Date: Sun, 01 Mar 2026 05:30:00 GMT", gemini("429", "RESOURCE_EXHAUSTED", "You exceeded your current quota", perDay+","+in34s), request.ClassQuota, request.ReasonDaily, 150 * time.Minute},
	{"Gemini per day, before midnight", 429, "Date: Sun, 01 Mar 2026 07:59:50 GMT", gemini("429", "RESOURCE_EXHAUSTED", "x", perDay+","+in34s), request.ClassQuota, request.ReasonDaily, 34400 * time.Millisecond},
	{"Gemini quota word", 429, "Date: Sun, 01 Mar 2026 08:00:00 GMT", `{"error":{"code":"quota_exceeded","message":"x"}}`, request.ClassQuota, request.ReasonDaily, 24 * time.Hour},
	{"Gemini per day, in summer", 429, "Date: Wed, 01 Jul 2026 05:30:00 GMT", gemini("429", "RESOURCE_EXHAUSTED", "x", perDay), request.ClassQuota, request.ReasonDaily, 90 * time.Minute},
	{"Gemini not in the plan", 429, "", gemini("429", "RESOURCE_EXHAUSTED", "Quota exceeded for metric: m, limit: 0, model: gemini-3-pro", perDay), request.ClassPermission, request.ReasonPlan, 0},
	{"Gemini small limit", 429, "", gemini("429", "RESOURCE_EXHAUSTED", "Quota exceeded for metric: m, limit: 0.5, model: x", perMinute), request.ClassRateLimit, "", 0},
	{"Gemini bare 429", 429, "", gemini("429", "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", ""), request.ClassRateLimit, "", 0},
	{"Gemini 402", 402, "", gemini("402", "x", "x", ""), request.ClassQuota, "", 0},
	{"Gemini key", 400, "", gemini("400", "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", badKey), request.ClassAuth, "", 0},
	{"Gemini context", 400, "", gemini("400", "INVALID_ARGUMENT", "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).", ""), request.ClassContextLength, "", 0},
	{"Gemini context, in Vertex's words", 400, "", gemini("400", "INVALID_ARGUMENT", "Unable to submit request because the input token count is 1200000 but model only supports up to 1048576.", ""), request.ClassContextLength, "", 0},
	{"Gemini cancelled", 499, "", gemini("499", "CANCELLED", "The operation was cancelled.", ""), request.ClassTransient, "", 0},
	{"Gemini invalid", 400, "", gemini("400", "INVALID_ARGUMENT", "Invalid JSON payload received. Unknown name", ""), request.ClassInvalid, "", 0},
	{"Gemini region", 400, "", gemini("400", "FAILED_PRECONDITION", "User location is not supported for the API use.", ""), request.ClassPermission, "", 0},
	{"Gemini permission", 403, "", gemini("403", "PERMISSION_DENIED", "x", ""), request.ClassPermission, "", 0},
	{"Gemini model", 404, "", "[" + gemini("404", "NOT_FOUND", "models/x is not found", "") + "]", request.ClassNotFound, "", 0},
	{"Gemini 500", 500, "", gemini("500", "INTERNAL", "x", ""), request.ClassTransient, "", 0},
	{"Gemini 503", 503, "", gemini("503", "UNAVAILABLE", "The model is overloaded.", ""), request.ClassOverloaded, "", 0},
	{"Gemini 504", 504, "", gemini("504", "DEADLINE_EXCEEDED", "x", ""), request.ClassTimeout, "", 0},

	{"Bedrock throttling, by header", 429, "X-Amzn-Errortype: ThrottlingException:http://internal.amazon.com/", `{"message":"Too many requests"}`, request.ClassRateLimit, "", 0},
	{"Bedrock not ready, by body", 429, "", `{"__type":"ModelNotReadyException","message":"x"}`, request.ClassOverloaded, "", 0},
	{"Bedrock access", 403, "X-Amzn-Errortype: AccessDeniedException", `{"message":"x"}`, request.ClassPermission, "", 0},
}

func headers(text string) http.Header {
	h := http.Header{}
	for pair := range strings.SplitSeq(text, "|") {
		if name, value, ok := strings.Cut(pair, ": "); ok {
			h.Set(name, value)
		}
	}
	return h
}

func TestFailuresAreClassified(t *testing.T) {
	clean := func(s string) string { return strings.ReplaceAll(s, "secret", "…") }
	for _, c := range failures {
		e := edge.StatusError(c.status, headers(c.header), []byte(c.body), &request.Limits{}, clean)
		if e.Class != c.class || e.Reason != c.reason || e.RetryAfter != c.wait || e.Status != c.status || e.MaybeBilled != (c.class == request.ClassTimeout) {
			t.Errorf("%s: got %+v", c.name, e)
		}
	}
	e := edge.StatusError(500, nil, []byte(`{"error":{"type":"secret","code":"a secret","message":"the secret"}}`), &request.Limits{}, clean)
	if strings.Contains(e.Error()+e.Type, "secret") {
		t.Errorf("a secret shows in %+v", e)
	}
}

// An error event has no status of its own; its type or code stands in for one.
func TestFailuresInsideAnAnswer(t *testing.T) {
	for body, want := range map[string]request.Class{
		anthropic("overloaded_error", "Overloaded"):                                request.ClassOverloaded,
		anthropic("api_error", "x"):                                                request.ClassTransient,
		anthropic("rate_limit_error", "x"):                                         request.ClassRateLimit,
		anthropic("invalid_request_error", "x"):                                    request.ClassInvalid,
		gemini("503", "UNAVAILABLE", "x", ""):                                      request.ClassOverloaded,
		gemini("429", "RESOURCE_EXHAUSTED", "x", perMinute+","+in34s):              request.ClassRateLimit,
		`{"error":{"status":"UNAUTHENTICATED","message":"x"}}`:                     request.ClassAuth,
		`{"error":{"status":"NOT_FOUND","message":"x"}}`:                           request.ClassNotFound,
		`{"type":"error","code":"rate_limit_exceeded","message":"x","param":null}`: request.ClassRateLimit,
		`{"error":"who knows"}`:                                                    request.ClassTransient,
	} {
		e := edge.ParseBody([]byte(body)).InBandError(strings.TrimSpace)
		if e.Class != want || e.Status != 200 || !e.MaybeBilled || strings.Contains(body, "34.4s") != (e.RetryAfter > 0) {
			t.Errorf("%s: got %+v", body, e)
		}
	}
}

func TestAnthropicsLimits(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	h := headers("Date: Sun, 01 Mar 2026 11:00:00 GMT|Anthropic-Ratelimit-Requests-Limit: 50|Anthropic-Ratelimit-Requests-Remaining: 49|Anthropic-Ratelimit-Requests-Reset: 2026-03-01T11:00:02Z|" +
		"Anthropic-Ratelimit-Input-Tokens-Limit: 30000|Anthropic-Ratelimit-Input-Tokens-Remaining: 0|Anthropic-Ratelimit-Input-Tokens-Reset: 2026-03-01T10:59:59Z|" +
		"Anthropic-Ratelimit-Output-Tokens-Limit: 8000|Anthropic-Ratelimit-Output-Tokens-Remaining: 8000|Anthropic-Ratelimit-Output-Tokens-Reset: soon")
	var got request.Limits
	edge.AnthropicLimits(h, now, &got)
	want := request.Limits{
		Requests:     request.Limit{Stated: true, Limit: 50, Remaining: 49, Reset: 2 * time.Second},
		InputTokens:  request.Limit{Stated: true, Limit: 30000},
		OutputTokens: request.Limit{Stated: true, Limit: 8000, Remaining: 8000},
	}
	if got != want {
		t.Errorf("got %+v", got)
	}
	h.Del("Date")
	if edge.AnthropicLimits(h, now.Add(-time.Hour), &got); got.Requests.Reset != 2*time.Second {
		t.Errorf("without a date: got %+v", got.Requests)
	}
}

func FuzzStatusError(f *testing.F) {
	for _, c := range failures {
		f.Add(c.status, c.body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		e := edge.StatusError(status, http.Header{}, []byte(body), &request.Limits{}, strings.TrimSpace)
		if e.Class == "" || e.RetryAfter < 0 || len(e.Message) > 1100 {
			t.Errorf("got %+v", e)
		}
	})
}
