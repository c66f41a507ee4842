package anthropic_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

func failing(kind, message string) string {
	return `{"type":"error","error":{"type":"` + kind + `","message":"` + message + `"},"request_id":"req_body"}`
}

// failure is a row of the table, without the names of its fields.
type failure canned.Failure

// The ways of failing of the API and of the platforms that serve it, each as it looks on the wire.
var failures = []failure{
	{"rate limit", 429, "Retry-After: 7", failing("rate_limit_error", "slow"), request.ClassRateLimit, "", 7 * time.Second},
	{"rate limit, reset header only", 429, "Date: Wed, 25 Nov 2026 07:00:00 GMT|Anthropic-Ratelimit-Input-Tokens-Limit: 100|Anthropic-Ratelimit-Input-Tokens-Remaining: 0|Anthropic-Ratelimit-Input-Tokens-Reset: 2026-11-25T07:01:30Z",
		failing("rate_limit_error", "slow"), request.ClassRateLimit, "", 90 * time.Second},
	{"spend limit", 429, "Date: Mon, 30 Nov 2026 00:00:00 GMT", `{"type":"error","error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}}`, request.ClassQuota, "", 24 * time.Hour},
	{"usage limits", 400, "Date: Mon, 30 Nov 2026 00:00:00 GMT", failing("invalid_request_error", "You have reached your specified API usage limits. You will regain access on 2026-12-01."), request.ClassQuota, "", 24 * time.Hour},
	{"credit", 400, "", failing("invalid_request_error", "Your credit balance is too low to access the Anthropic API."), request.ClassQuota, "", 0},
	{"prompt too long", 400, "", failing("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"), request.ClassContextLength, "", 0},
	{"prompt and answer too long", 400, "", failing("invalid_request_error", "input length and `max_tokens` exceed context limit"), request.ClassContextLength, "", 0},
	{"invalid", 400, "", failing("invalid_request_error", "max_tokens: Field required"), request.ClassInvalid, "", 0},
	{"key", 401, "", failing("authentication_error", "invalid x-api-key "+testKey), request.ClassAuth, "", 0},
	{"billing", 402, "", failing("billing_error", "x"), request.ClassQuota, "", 0},
	{"permission", 403, "", failing("permission_error", "x"), request.ClassPermission, "", 0},
	{"model", 404, "", failing("not_found_error", "model: claude-none"), request.ClassNotFound, "", 0},
	{"conflict", 409, "", failing("conflict_error", "x"), request.ClassInvalid, request.ReasonConflict, 0},
	{"too large", 413, "", failing("request_too_large", "x"), request.ClassInvalid, request.ReasonTooLarge, 0},
	{"server", 500, "", failing("api_error", "Internal server error"), request.ClassTransient, "", 0},
	{"timeout", 504, "", failing("timeout_error", "x"), request.ClassTimeout, "", 0},
	{"overloaded", 529, "Retry-After: 3", failing("overloaded_error", "Overloaded"), request.ClassOverloaded, "", 3 * time.Second},
	{"Vertex rate limit", 429, "", `[{"error":{"code":429,"message":"Quota exceeded for online_prediction_requests_per_base_model","status":"RESOURCE_EXHAUSTED"}}]`, request.ClassRateLimit, "", 0},
	{"Vertex permission", 403, "", `{"error":{"code":403,"message":"Permission denied","status":"PERMISSION_DENIED"}}`, request.ClassPermission, "", 0},
	{"Bedrock throttling", 429, "X-Amzn-Errortype: ThrottlingException:http://x", `{"message":"Too many tokens"}`, request.ClassRateLimit, "", 0},
	{"Bedrock not ready", 429, "X-Amzn-Errortype: ModelNotReadyException", `{"message":"x"}`, request.ClassOverloaded, "", 0},
	{"Bedrock access", 403, "X-Amzn-Errortype: AccessDeniedException", `{"Message":"x"}`, request.ClassPermission, "", 0},
}

func TestFailuresAreClassified(t *testing.T) {
	for _, f := range failures {
		tested.CheckFailure(t, canned.Failure(f))
	}
}

func TestCallersEndShowsThroughAllLayers(t *testing.T) {
	tested.CheckCallersEnd(t, events(messageStart))
}

func TestStreamFailures(t *testing.T) {
	begun := events(append([]string{messageStart}, textBlock(0, "One")...)...)
	for _, c := range []struct {
		name, rest, says string
		class            request.Class
	}{
		{"overloaded", "event: error\ndata: " + failing("overloaded_error", "Overloaded"), "Overloaded", request.ClassOverloaded},
		{"error without its event's name", "data: " + failing("api_error", "broke"), "broke", request.ClassTransient},
		{"untyped error", `data: {"error":{"message":"slow","type":"rate_limit_error"}}`, "slow", request.ClassRateLimit},
		{"error as text", "event: error\ndata: broken pipe", "broken pipe", request.ClassTransient},
		{"not JSON", `data: {"type":"content_block_delta","delta":`, "can't be read", request.ClassTruncated},
		{"bad escape", `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\q"}}`, "can't be read", request.ClassTruncated},
		{"refused", strings.TrimSpace(events(messageDelta("refusal"), messageStop)), "content filter", request.ClassContentPolicy},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tested.Collect(t, begun+c.rest+"\n\n")
			if e := canned.CheckBroken(t, got, err, c.class, c.says); e.Partial.Usage.InputTokens != 5 {
				t.Errorf("usage: %+v", e.Partial.Usage)
			}
		})
	}
}

func TestStreamWithoutAnAnswer(t *testing.T) {
	for _, body := range []string{"", "\n\n", ": ping\n\n", events(`{"type":"ping"}`), events(messageStop), events(messageStart, messageStop), "data: {}\n\n", "data: []\n\n"} {
		if _, err := tested.Collect(t, body); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%q: got %v", body, err)
		}
	}
}

func TestNoSecretInAnyField(t *testing.T) {
	for name, change := range map[string]func(*anthropic.Config){
		"key":    func(c *anthropic.Config) { c.APIKey = canned.Secret },
		"header": func(c *anthropic.Config) { c.Header = http.Header{"x-api-key": {canned.Secret}} },
		"token":  func(c *anthropic.Config) { c.Header = http.Header{"Authorization": {"Bearer " + canned.Secret}} },
	} {
		canned.CheckSecret(t, name, func(transport http.RoundTripper) request.Client { return clientOver(t, transport, change) })
	}
	_, err := tested.Complete(t, `{"content":[],"stop_reason":"refusal","stop_details":{"explanation":"says `+testKey+`"}}`)
	if e := canned.AsError(t, err); strings.Contains(e.Error(), testKey) {
		t.Errorf("the key shows in %v", e)
	}
}
