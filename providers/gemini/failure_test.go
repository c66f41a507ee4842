package gemini_test

import (
	"testing"
	"time"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

// failure is a row of the table, without the names of its fields.
type failure canned.Failure

// The ways in which the API refuses, as they come out of every call; the classes of all bodies are tested where they are
// decided.
var failures = []failure{
	{"per minute", 429, "", `{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}`,
		request.ClassRateLimit, "", 34400 * time.Millisecond},
	{"per day", 429, "Date: Sun, 01 Mar 2026 05:30:00 GMT", `[{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}]`,
		request.ClassQuota, request.ReasonDaily, 150 * time.Minute},
	{"not in the plan", 429, "", `{"error":{"code":429,"message":"Quota exceeded for metric: m, limit: 0","status":"RESOURCE_EXHAUSTED"}}`, request.ClassPermission, request.ReasonPlan, 0},
	{"exhausted", 429, "", `{"error":{"code":429,"message":"Resource exhausted.","status":"RESOURCE_EXHAUSTED"}}`, request.ClassRateLimit, "", 0},
	{"key", 400, "", `{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}`, request.ClassAuth, "", 0},
	{"context", 400, "", `[{"error":{"code":400,"message":"The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}]`, request.ClassContextLength, "", 0},
	{"region", 400, "", `{"error":{"code":400,"message":"User location is not supported","status":"FAILED_PRECONDITION"}}`, request.ClassPermission, "", 0},
	{"model", 404, "", `{"error":{"code":404,"message":"models/x is not found","status":"NOT_FOUND"}}`, request.ClassNotFound, "", 0},
	{"overloaded", 503, "", `{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}`, request.ClassOverloaded, "", 0},
	{"slow", 504, "", `{"error":{"code":504,"message":"x","status":"DEADLINE_EXCEEDED"}}`, request.ClassTimeout, "", 0},
}

func TestFailuresAreClassified(t *testing.T) {
	for _, f := range failures {
		tested.CheckFailure(t, canned.Failure(f))
	}
}

func TestCallersEndShowsThroughAllLayers(t *testing.T) {
	tested.CheckCallersEnd(t, event(`{"text":"One"}`, ""))
}
