package gemini_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seed63918563/llmgate/providers/gemini"
	"github.com/seed63918563/llmgate/request"
)

// Nesting must not be able to use up the stack.
func TestDeepBodiesEnd(t *testing.T) {
	deep := strings.Repeat("[", 5_000_000)
	for name, body := range map[string]string{
		"brackets": deep + strings.Repeat("]", len(deep)), "open": deep,
		"errors":    `{"error":` + strings.Repeat(`{"error":`, 100_000) + `"deep"` + strings.Repeat("}", 100_000) + `}`,
		"arguments": `{"candidates":[{"content":{"parts":[{"functionCall":{"args":{"x":` + deep,
	} {
		if _, err := complete(t, body); asError(t, err).Class == "" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := stream(t, "data: "+body+"\n\n"); asError(t, err).Class == "" {
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
		if resp, err := complete(t, answer(part, "STOP")); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s: %+v, %v", part, resp, err)
		}
		if got, err := stream(t, event(part, "STOP")); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%s in a stream: %+v, %v", part, got.last, err)
		}
	}
}

func TestToolCallsAreBounded(t *testing.T) {
	var body strings.Builder
	for range 2000 {
		body.WriteString(event(`{"functionCall":{"name":"f"}}`, ""))
	}
	_, err := stream(t, body.String())
	if e := asError(t, err); !strings.Contains(e.Message, "more than 1024 tool calls") {
		t.Errorf("got %v", e)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	for name, part := range map[string]string{
		"text":  fmt.Sprintf(`{"text":%q}`, strings.Repeat("x", 1000)),
		"sound": fmt.Sprintf(`{"inlineData":{"mimeType":"audio/L16","data":%q}}`, strings.Repeat("aaaa", 300)),
	} {
		client := clientOver(t, answering(strings.Repeat(event(part, ""), 100)), func(c *gemini.Config) { c.MaxAnswer = 10_000 })
		got, err := collect(t, client, ask())
		if e := asError(t, err); e.Class != request.ClassTruncated || !strings.Contains(e.Error(), "larger than MaxAnswer") || len(got.content) > 12_000 {
			t.Errorf("%s: %d bytes, %v", name, len(got.content), err)
		}
	}
}

func TestErrorFieldsThatSayNothing(t *testing.T) {
	for _, field := range []string{`"error":null`, `"error":""`, `"error":{}`, `"error":[]`, `"error":0`} {
		if got, err := complete(t, `{`+field+`,`+answer(`{"text":"a"}`, "STOP")[1:]); err != nil || got.Content != "a" {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestNoSecretInAnyField(t *testing.T) {
	const secret = "plainkeywithoutshape0123456789"
	body := `{"error":{"message":"` + strings.Repeat("x", 985) + secret + `","code":"` + secret + `","status":"t ` + secret + `"}}`
	for name, change := range map[string]func(*gemini.Config){
		"key":    func(c *gemini.Config) { c.APIKey = secret },
		"header": func(c *gemini.Config) { c.Header = http.Header{"authorization": {"Bearer " + secret}} },
	} {
		transport := &canned{status: 401, body: strings.NewReader(body)}
		_, err := clientOver(t, transport, change).Complete(t.Context(), ask())
		e := asError(t, err)
		for _, shown := range []string{e.Error(), e.Message, e.Code, e.Type} {
			if strings.Contains(shown, secret[:12]) || strings.Contains(shown, secret[15:]) {
				t.Errorf("%s shows in %q", name, shown)
			}
		}
		if strings.Contains(transport.got.URL.String(), secret) {
			t.Errorf("%s stands in the address %s", name, transport.got.URL)
		}
	}
}

func FuzzComplete(f *testing.F) {
	f.Add([]byte(answer(`{"text":"a"},{"functionCall":{"name":"f","args":{"x":[1]}},"thoughtSignature":"s"}`, "STOP")))
	f.Add([]byte(`[{"error":{"message":"x","code":429,"status":"RESOURCE_EXHAUSTED"}}]`))
	f.Add([]byte(`{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1e9,"candidatesTokenCount":-5,"thoughtsTokenCount":9e18}}`))
	f.Add([]byte(answer(`{"inlineData":{"mimeType":"audio/x","data":"aGk="}},{"fileData":{"fileUri":"u"}},{"executableCode":{}},{"thought":true,"text":"x"}`, "MAX_TOKENS")))
	f.Fuzz(func(t *testing.T, body []byte) {
		resp, err := complete(t, string(body))
		checkFuzzed(t, resp, err)
	})
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(wholeStream))
	f.Add([]byte(event(`{"functionCall":{"name":"f"}},{"text":"","thoughtSignature":"s"}`, "STOP") + "event: error\ndata: {}\n\n"))
	f.Add([]byte(event(`{"text":"a","thought":true}`, "") + "data: [DONE]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := stream(t, string(body))
		if err == nil && (got.last.Content != got.content || got.last.Reasoning != got.reasoning) {
			t.Fatalf("deltas %q and %q, response %+v", got.content, got.reasoning, got.last)
		}
		checkFuzzed(t, got.last, err)
	})
}

// checkFuzzed holds any outcome to what callers rely on.
func checkFuzzed(t *testing.T, resp *request.Response, err error) {
	t.Helper()
	if err != nil {
		if e := asError(t, err); e.Class == "" || e.Provider != "gemini" || e.Error() == "" {
			t.Fatalf("got %+v", e)
		}
		return
	}
	u := resp.Usage
	if u.InputTokens < 0 || u.OutputTokens < 0 || u.ReasoningTokens > u.OutputTokens || u.AudioInputTokens > u.InputTokens || u.Reported == u.Estimated {
		t.Fatalf("usage %+v", u)
	}
	for i, c := range resp.ToolCalls {
		if c.ID == "" {
			t.Fatalf("call %d has no ID: %+v", i, c)
		}
	}
}
