package gemini_test

import (
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/request"
)

// An answer that was withheld, or that the provider gave up on, is an error that holds what had come.
func TestFinishReasonsThatAreFailures(t *testing.T) {
	for _, c := range []struct {
		reason string
		class  request.Class
	}{
		{"SAFETY", request.ClassContentPolicy}, {"RECITATION", request.ClassContentPolicy}, {"BLOCKLIST", request.ClassContentPolicy},
		{"PROHIBITED_CONTENT", request.ClassContentPolicy}, {"SPII", request.ClassContentPolicy}, {"IMAGE_SAFETY", request.ClassContentPolicy},
		{"IMAGE_PROHIBITED_CONTENT", request.ClassContentPolicy}, {"IMAGE_RECITATION", request.ClassContentPolicy}, {"MODEL_ARMOR", request.ClassContentPolicy},
		{"MALFORMED_FUNCTION_CALL", request.ClassTransient}, {"UNEXPECTED_TOOL_CALL", request.ClassTransient}, {"TOO_MANY_TOOL_CALLS", request.ClassTransient},
		{"NO_IMAGE", request.ClassTransient}, {"MISSING_THOUGHT_SIGNATURE", request.ClassInvalid},
	} {
		body := `{"candidates":[{"content":{"parts":[{"text":"half"}]},"finishReason":"` + c.reason + `","finishMessage":"because of ` + testKey + `"}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":1}}`
		_, whole := tested.Complete(t, body)
		_, streamed := tested.Collect(t, "data: "+body+"\n\n")
		for _, err := range []error{whole, streamed} {
			e := canned.AsError(t, err)
			if e.Class != c.class || !strings.Contains(e.Message, c.reason) || !strings.Contains(e.Message, "because of [redacted]") || e.Status != 200 || !e.MaybeBilled {
				t.Errorf("%s: got %+v", c.reason, e)
			}
			if e.Partial == nil || e.Partial.Content != "half" || e.Partial.RawFinishReason != c.reason || e.Partial.Usage.InputTokens != 5 {
				t.Errorf("%s: partial %+v", c.reason, e.Partial)
			}
		}
	}
}

func TestNothingUnderAnUnclearReasonIsAFailure(t *testing.T) {
	for _, reason := range []string{"OTHER", "LANGUAGE", "IMAGE_OTHER", "UNHEARD_OF"} {
		_, err := tested.Complete(t, answer(``, reason))
		if e := canned.AsError(t, err); e.Class != request.ClassTransient || !strings.Contains(e.Message, reason) {
			t.Errorf("%s: got %+v", reason, e)
		}
	}
}

func TestBlockedPrompts(t *testing.T) {
	for _, reason := range []string{"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "JAILBREAK"} {
		body := `{"promptFeedback":{"blockReason":"` + reason + `","blockReasonMessage":"no such talk","safetyRatings":[]},"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8},"modelVersion":"m1"}`
		_, whole := tested.Complete(t, body)
		_, streamed := tested.Collect(t, "data: "+body+"\n\n")
		for _, err := range []error{whole, streamed} {
			e := canned.AsError(t, err)
			if e.Class != request.ClassContentPolicy || !strings.Contains(e.Message, reason+": no such talk") || e.Partial.Usage.InputTokens != 8 || e.Partial.RawFinishReason != reason {
				t.Errorf("%s: got %+v", reason, e)
			}
		}
	}
	for _, feedback := range []string{`{"safetyRatings":[]}`, `{"blockReason":"BLOCK_REASON_UNSPECIFIED"}`, `null`} {
		got, err := tested.Complete(t, `{"promptFeedback":`+feedback+`,`+answer(`{"text":"a"}`, "STOP")[1:])
		if err != nil || got.Content != "a" || got.FinishReason != request.FinishStop {
			t.Errorf("%s: %+v, %v", feedback, got, err)
		}
	}
}

func TestErrorsInAGoodStatus(t *testing.T) {
	for _, c := range []struct {
		body, says string
		class      request.Class
	}{
		{`{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}`, "slow down", request.ClassRateLimit},
		{`[{"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}]`, "overloaded", request.ClassOverloaded},
		{`{"error":{"message":"bad","status":"INVALID_ARGUMENT"}}`, "bad", request.ClassInvalid},
		{`{"candidates":[]}`, "holds no answer", request.ClassTransient},
		{`{"candidates":[{}]}`, "holds no answer", request.ClassTransient},
		{`{"usageMetadata":{"promptTokenCount":5}}`, "holds no answer", request.ClassTransient},
		{`{}`, "holds no answer", request.ClassTransient},
		{`[]`, "holds no answer", request.ClassTransient},
		{`null`, "holds no answer", request.ClassTransient},
		{``, "neither content nor a finish reason", request.ClassTruncated},
		{`<!DOCTYPE html><title>Hi</title>`, "check the base URL", request.ClassInvalid},
		{`{"candidates":[{"content":{"parts":[{"text":"a"`, "can't be read", request.ClassTruncated},
		{`{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.x"}]}}]}}]}`, "came in pieces", request.ClassTransient},
		{`{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true}}]}}]}`, "came in pieces", request.ClassTransient},
	} {
		_, err := tested.Complete(t, c.body)
		e := canned.AsError(t, err)
		if e.Class != c.class || !strings.Contains(e.Error(), c.says) || e.Status != 200 || !e.MaybeBilled || e.Partial == nil {
			t.Errorf("%s: got %+v", c.body, e)
		}
	}
}
