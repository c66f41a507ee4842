package openai_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/openai"
	"github.com/seed63918563/llmgate/request"
)

// failure is a row of the table, without the names of its fields.
type failure canned.Failure

// The providers' ways of failing, each as it looks on the wire.
var failures = []failure{
	{"OpenAI rate limit", 429, "Retry-After: 2", `{"error":{"message":"Rate limit reached for m on tokens per min. Limit 30000, Used 29000, Requested 2000.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}`, request.ClassRateLimit, "", 2 * time.Second},
	{"OpenAI rate limit, reset header only", 429, "X-Ratelimit-Limit-Tokens: 100|X-Ratelimit-Remaining-Tokens: 0|X-Ratelimit-Reset-Tokens: 1m30s|X-Ratelimit-Limit-Requests: 9|X-Ratelimit-Remaining-Requests: 3|X-Ratelimit-Reset-Requests: 10m", `{"error":{"message":"slow","code":"rate_limit_exceeded"}}`, request.ClassRateLimit, "", 90 * time.Second},
	{"OpenAI request above the limit", 429, "", `{"error":{"message":"Request too large for m on tokens per min (TPM): Limit 30000, Requested 90000.","type":"tokens","code":"rate_limit_exceeded"}}`, request.ClassInvalid, request.ReasonAboveLimit, 0},
	{"OpenAI request too large but within the limit", 429, "", `{"error":{"message":"Request too large for m: Limit 30000, Requested 9000.","type":"tokens","code":"rate_limit_exceeded"}}`, request.ClassRateLimit, "", 0},
	{"OpenAI ramp", 429, "Retry-After: 5", `{"error":{"message":"Slow down","type":"requests","code":"slow_down"}}`, request.ClassOverloaded, request.ReasonRamp, 5 * time.Second},
	{"OpenAI ramp by 503", 503, "", `{"error":{"message":"Slow down","type":"slow_down"}}`, request.ClassOverloaded, request.ReasonRamp, 0},
	{"OpenAI quota by type", 429, "", `{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":null}}`, request.ClassQuota, "", 0},
	{"OpenAI quota by code", 429, "", `{"error":{"message":"no","type":"x","code":"organization_spend_limit_exceeded"}}`, request.ClassQuota, "", 0},
	{"OpenAI project limit", 429, "", `{"error":{"message":"no","code":"project_spend_limit_exceeded"}}`, request.ClassQuota, request.ReasonProject, 0},
	{"OpenAI context", 400, "", `{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`, request.ClassContextLength, "", 0},
	{"OpenAI policy", 400, "", `{"error":{"message":"x","type":"invalid_request_error","code":"content_policy_violation"}}`, request.ClassContentPolicy, "", 0},
	{"OpenAI invalid prompt", 400, "", `{"error":{"message":"x","code":"invalid_prompt"}}`, request.ClassContentPolicy, "", 0},
	{"OpenAI invalid", 400, "", `{"error":{"message":"at most 5000 characters","type":"invalid_request_error","param":"stop","code":null}}`, request.ClassInvalid, "", 0},
	{"OpenAI unprocessable", 422, "", `{"error":{"message":"x","type":"invalid_request_error"}}`, request.ClassInvalid, "", 0},
	{"OpenAI key", 401, "", `{"error":{"message":"Incorrect API key provided: sk-test-0123456789.","type":"invalid_request_error","code":"invalid_api_key"}}`, request.ClassAuth, "", 0},
	{"OpenAI region", 403, "", `{"error":{"message":"Country not supported","code":"unsupported_country_region_territory"}}`, request.ClassPermission, "", 0},
	{"OpenAI model", 404, "", `{"error":{"message":"The model does not exist","code":"model_not_found"}}`, request.ClassNotFound, "", 0},
	{"OpenAI 500", 500, "", `{"error":{"message":"x","type":"server_error"}}`, request.ClassTransient, "", 0},
	{"OpenAI 502 by a proxy", 502, "", "<html><head><title>502 Bad Gateway</title></head></html>", request.ClassTransient, "", 0},
	{"OpenAI 503", 503, "Retry-After-Ms: 1500", `{"error":{"message":"overloaded"}}`, request.ClassOverloaded, "", 1500 * time.Millisecond},
	{"OpenAI 408", 408, "", ``, request.ClassTimeout, "", 0},
	{"OpenAI 409", 409, "", ``, request.ClassTransient, "", 0},
	{"OpenAI 504", 504, "", `upstream timed out`, request.ClassTransient, "", 0},
	{"Azure rate limit", 429, "Retry-After-Ms: 12000", `{"error":{"code":"429","message":"Rate limit is exceeded. Try again in 12 seconds."}}`, request.ClassRateLimit, "", 12 * time.Second},
	{"Azure high demand", 429, "Retry-After-Ms: 500", `{"error":{"code":"429","message":"System is experiencing high demand and cannot process your request."}}`, request.ClassOverloaded, "", 500 * time.Millisecond},
	{"Azure filter", 400, "", `{"error":{"message":"The response was filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","x":{}}}}`, request.ClassContentPolicy, "", 0},
	{"Azure filter, inner only", 400, "", `{"error":{"message":"x","code":"400","innererror":{"content":1,"code":"ResponsibleAIPolicyViolation"}}}`, request.ClassContentPolicy, "", 0},
	{"Azure deployment", 404, "", `{"error":{"code":"DeploymentNotFound","message":"no such deployment"}}`, request.ClassNotFound, "", 0},
	{"Azure gateway", 401, "", `{"statusCode":401,"message":"Access denied due to invalid subscription key."}`, request.ClassAuth, "", 0},
	{"Groq per day, by words", 429, "Retry-After: 600", `{"error":{"message":"Rate limit reached on tokens per day (TPD)","type":"tokens","code":"rate_limit_exceeded"}}`, request.ClassQuota, request.ReasonDaily, 10 * time.Minute},
	{"Groq flex", 498, "", `{"error":{"message":"flex tier capacity exceeded","type":"x","code":"capacity_exceeded"}}`, request.ClassOverloaded, "", 0},
	{"Groq 498 without code", 498, "", ``, request.ClassOverloaded, "", 0},
	{"Mistral rate limit", 429, "", `{"object":"error","message":"Requests rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}`, request.ClassRateLimit, "", 0},
	{"Mistral unknown field", 422, "", `{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","x"],"msg":"Extra inputs are not permitted","input":1}]},"type":"invalid_request_error"}`, request.ClassInvalid, "", 0},
	{"Mistral context", 400, "", `{"message":"Prompt contains 40000 tokens, too large for model with 32768 maximum context length"}`, request.ClassContextLength, "", 0},
	{"OpenRouter credits", 402, "", `{"error":{"message":"Insufficient credits","code":402,"metadata":{"limit_source":"openrouter_credits"}}}`, request.ClassQuota, request.ReasonKey, 0},
	{"OpenRouter key limit", 402, "", `{"error":{"message":"Key limit exceeded","code":402,"metadata":{"limit_source":"openrouter_key_limit"}}}`, request.ClassQuota, request.ReasonKey, 0},
	{"OpenRouter in flight", 402, "Retry-After: 3", `{"error":{"message":"Too much in flight","code":402,"metadata":{"limit_source":"openrouter_in_flight_budget"}}}`, request.ClassRateLimit, request.ReasonInFlight, 3 * time.Second},
	{"OpenRouter moderation", 403, "", `{"error":{"message":"flagged","code":403,"metadata":{"reasons":["hate"],"flagged_input":"…"}}}`, request.ClassContentPolicy, "", 0},
	{"Together, despite the name", 429, "", `{"error":{"message":"request rate limiting","type":"credit_limit","param":null,"code":null}}`, request.ClassRateLimit, "", 0},
	{"DeepSeek balance", 402, "", `{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}`, request.ClassQuota, "", 0},
	{"DeepSeek overloaded", 503, "", `{"error":{"message":"x"}}`, request.ClassOverloaded, "", 0},
	{"vLLM context", 400, "", `{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000.","type":"BadRequestError","param":null,"code":400}`, request.ClassContextLength, "", 0},
	{"llama.cpp context", 400, "", `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error","n_ctx":4096}}`, request.ClassContextLength, "", 0},
	{"FastAPI", 422, "", `{"detail":[{"loc":["body","messages"],"msg":"field required","type":"value_error.missing"}]}`, request.ClassInvalid, "", 0},
	{"FastAPI text", 404, "", `{"detail":"Not Found"}`, request.ClassNotFound, "", 0},
	{"error as text", 500, "", `{"error":"out of memory"}`, request.ClassTransient, "", 0},
	{"error in a list", 400, "", `[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]`, request.ClassInvalid, "", 0},
	{"list of errors", 403, "", `{"success":false,"errors":[{"message":"no access","code":10000}],"result":null}`, request.ClassPermission, "", 0},
	{"too large", 413, "", ``, request.ClassInvalid, request.ReasonTooLarge, 0},
	{"529", 529, "", `{"error":{"type":"overloaded_error","message":"x"}}`, request.ClassOverloaded, "", 0},
	{"redirect", 307, "Location: https://elsewhere/v1", ``, request.ClassInvalid, "", 0},
	{"broken JSON", 400, "", `{"error":{"message":"bro`, request.ClassInvalid, "", 0},
	{"empty 429", 429, "", ``, request.ClassRateLimit, "", 0},
	{"teapot", 418, "", `I'm a teapot`, request.ClassInvalid, "", 0},
}

func TestFailuresAreClassified(t *testing.T) {
	for _, f := range failures {
		tested.CheckFailure(t, canned.Failure(f))
	}
}

func TestCallersEndShowsThroughAllLayers(t *testing.T) {
	tested.CheckCallersEnd(t, "data: {\"choices\":[{\"delta\":{\"content\":\"One\"}}]}\n\n")
}

func TestGroqsRequestLimitIsDaily(t *testing.T) {
	transport := &canned.Transport{Status: 429, Header: canned.Header("X-Ratelimit-Limit-Requests: 14400|X-Ratelimit-Remaining-Requests: 0|X-Ratelimit-Reset-Requests: 2m59.56s"),
		Body: `{"error":{"message":"x","code":"rate_limit_exceeded"}}`}
	client := clientOver(t, transport, func(cfg *openai.Config) { cfg.Quirks.DailyRequests = true })
	_, err := client.Complete(t.Context(), canned.Ask())
	e := canned.AsError(t, err)
	if e.Class != request.ClassQuota || e.Reason != request.ReasonDaily || e.Limits.DailyRequests.Reset != 179560*time.Millisecond || e.Limits.Requests.Stated {
		t.Errorf("got %+v", e)
	}
}

func TestMessagesAreFoundAndShort(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":{"message":"plain"}}`:                             "plain",
		`{"detail":[{"msg":"one"},{"msg":"two"}]}`:                  "one; two",
		`{"message":{"detail":"deep"}}`:                             "deep",
		"<html><body><h1>Bad\n gateway</h1>nginx</body></html>":     "Bad gateway nginx",
		`{"error":{"message":"` + strings.Repeat("é", 2000) + `"}}`: strings.Repeat("é", 500) + " …",
	} {
		_, err := clientOver(t, &canned.Transport{Status: 500, Body: body}, nil).Complete(t.Context(), canned.Ask())
		if e := canned.AsError(t, err); e.Message != want {
			t.Errorf("%.60s: got %q", body, e.Message)
		}
	}
}

func TestExplicitWordOnRetrying(t *testing.T) {
	transport := &canned.Transport{Status: 500, Header: http.Header{"X-Should-Retry": {"false"}}, Body: ""}
	_, err := clientOver(t, transport, nil).Complete(t.Context(), canned.Ask())
	if e := canned.AsError(t, err); e.ShouldRetry == nil || *e.ShouldRetry {
		t.Errorf("got %+v", e)
	}
}
