package gemini_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/internal/canned"
	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

// Nesting must not be able to use up the stack.
func TestDeepBodiesEnd(t *testing.T) {
	bodies := canned.Deep()
	bodies["arguments"] = `{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"x":` + bodies["open"]
	for name, body := range bodies {
		if _, err := tested.Complete(t, body); canned.AsError(t, err).Class == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := tested.Collect(t, "data: "+body+"\n\n"); canned.AsError(t, err).Class == "" {
			t.Errorf("%s in a stream: %v", name, err)
		}
	}
	for _, field := range []string{"items", "anyOf", "properties"} {
		schema := strings.Repeat(`{"`+field+`":`, 200_000) + `{}` + strings.Repeat("}", 200_000)
		if _, err := gemini.ParseRequest([]byte(`{"generationConfig":{"responseSchema":`+schema+`}}`), "p"); err != nil {
			t.Errorf("a deep schema by %s: %v", field, err)
		}
	}
}

func TestBadEscapesAreNotLostText(t *testing.T) {
	for _, part := range []string{
		`{"text":"hello \q world"}`, `{"text":"\u12","thought":true}`, `{"text":"a","thoughtSignature":"\q"}`, `{"functionCall":{"name":"f","args":{"x":"\q"}}}`, `{"inlineData":{"mimeType":"image/png","data":"\q"}}`,
	} {
		if resp, err := tested.Complete(t, answer(part, "STOP")); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s: %+v, %v", part, resp, err)
		}
		if got, err := tested.Collect(t, event(part, "STOP")); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s in a stream: %+v, %v", part, got.Last, err)
		}
	}
}

func TestToolCallsAreBounded(t *testing.T) {
	var body strings.Builder
	for range 2000 {
		body.WriteString(event(`{"functionCall":{"name":"f"}}`, ""))
	}
	_, err := tested.Collect(t, body.String())
	if e := canned.AsError(t, err); !strings.Contains(e.Message, "more than 1024 tool calls") {
		t.Errorf("got %v", e)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	for name, part := range map[string]string{
		"text":  fmt.Sprintf(`{"text":%q}`, strings.Repeat("x", 1000)),
		"sound": fmt.Sprintf(`{"inlineData":{"mimeType":"audio/L16","data":%q}}`, strings.Repeat("aaaa", 300)),
	} {
		client := clientOver(t, canned.Answer(strings.Repeat(event(part, ""), 100)), func(c *gemini.Config) { c.MaxAnswer = 10_000 })
		got, err := canned.Collect(t, client, canned.Ask())
		if e := canned.AsError(t, err); e.Class != request.ClassTruncated || !strings.Contains(e.Error(), "larger than MaxAnswer") || len(got.Content) > 12_000 {
			t.Errorf("%s: %d bytes, %v", name, len(got.Content), err)
		}
	}
}

func TestErrorFieldsThatSayNothing(t *testing.T) {
	for _, field := range []string{`"error":null`, `"error":""`, `"error":{}`, `"error":[]`, `"error":0`} {
		if got, err := tested.Complete(t, `{`+field+`,`+answer(`{"text":"a"}`, "STOP")[1:]); err != nil || got.Content != "a" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestNoSecretInAnyField(t *testing.T) {
	for name, change := range map[string]func(*gemini.Config){
		"key":    func(c *gemini.Config) { c.APIKey = canned.Secret },
		"header": func(c *gemini.Config) { c.Header = http.Header{"authorization": {"Bearer " + canned.Secret}} },
	} {
		canned.CheckSecret(t, name, func(transport http.RoundTripper) request.Client { return clientOver(t, transport, change) })
	}
}

func FuzzComplete(f *testing.F) {
	f.Add([]byte(answer(`{"text":"a"},{"functionCall":{"name":"f","args":{"x":[1]}},"thoughtSignature":"s"}`, "STOP")))
	f.Add([]byte(`[{"error":{"message":"x","code":429,"status":"RESOURCE_EXHAUSTED"}}]`))
	f.Add([]byte(`{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1e9,"candidatesTokenCount":-5,"thoughtsTokenCount":9e18}}`))
	f.Add([]byte(answer(`{"inlineData":{"mimeType":"audio/x","data":"aGk="}},{"fileData":{"fileUri":"u"}},{"executableCode":{}},{"thought":true,"text":"x"}`, "MAX_TOKENS")))
	f.Fuzz(func(t *testing.T, body []byte) {
		resp, err := tested.Complete(t, string(body))
		tested.CheckOutcome(t, resp, err)
	})
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(wholeStream))
	f.Add([]byte(event(`{"functionCall":{"name":"f"}},{"text":"","thoughtSignature":"s"}`, "STOP") + "event: error\ndata: {}\n\n"))
	f.Add([]byte(event(`{"text":"a","thought":true}`, "") + "data: [DONE]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := tested.Collect(t, string(body))
		canned.CheckSums(t, got, err)
		tested.CheckOutcome(t, got.Last, err)
	})
}
