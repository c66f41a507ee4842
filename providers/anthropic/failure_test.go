package anthropic_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed63918563/llmgate/providers/anthropic"
	"github.com/seed63918563/llmgate/request"
)

type failureCase struct {
	name   string
	status int
	header string // "Name: value" separated by "|"
	body   string
	class  request.Class
	reason request.Reason
	wait   time.Duration
}

func (c *failureCase) headers() http.Header {
	h := http.Header{}
	for pair := range strings.SplitSeq(c.header, "|") {
		if name, value, ok := strings.Cut(pair, ": "); ok {
			h.Set(name, value)
		}
	}
	return h
}

func failing(kind, message string) string {
	return `{"type":"error","error":{"type":"` + kind + `","message":"` + message + `"},"request_id":"req_body"}`
}

// The ways of failing of the API and of the platforms that serve it, each as it looks on the wire.
var failures = []failureCase{
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
	for _, c := range failures {
		for mode, call := range map[string]func(*anthropic.Client) error{
			"complete": func(cl *anthropic.Client) error { _, err := cl.Complete(t.Context(), ask()); return err },
			"stream":   func(cl *anthropic.Client) error { _, err := collect(t, cl, ask()); return err },
			"count":    func(cl *anthropic.Client) error { _, err := cl.CountTokens(t.Context(), ask()); return err },
		} {
			t.Run(c.name+" "+mode, func(t *testing.T) {
				transport := &canned{status: c.status, header: c.headers(), body: strings.NewReader(c.body)}
				transport.header.Set("Request-Id", "req_9")
				e := asError(t, call(clientOver(t, transport, nil)))
				if e.Class != c.class || e.Reason != c.reason || e.RetryAfter != c.wait || e.Status != c.status {
					t.Errorf("got %+v", e)
				}
				if e.Provider != "anthropic" || e.Model != "claude-sonnet-4-5" || e.RequestID != "req_9" || e.MaybeBilled != (c.class == request.ClassTimeout) {
					t.Errorf("got %+v", e)
				}
				if strings.Contains(e.Error(), testKey) {
					t.Errorf("the key shows in %v", e)
				}
			})
		}
	}
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
			got, err := stream(t, begun+c.rest+"\n\n")
			e := asError(t, err)
			if e.Class != c.class || !strings.Contains(e.Error(), c.says) || !e.MaybeBilled || got.content != "One" || e.Status != 200 {
				t.Errorf("got %+v after %q", e, got.content)
			}
			if e.Partial == nil || e.Partial.Content != "One" || e.Partial.Usage.InputTokens != 5 || e.Partial.Usage.OutputTokens == 0 {
				t.Errorf("partial: %+v", e.Partial)
			}
		})
	}
}

func TestStreamWithoutAnAnswer(t *testing.T) {
	for _, body := range []string{"", "\n\n", ": ping\n\n", events(`{"type":"ping"}`), events(messageStop), events(messageStart, messageStop), "data: {}\n\n", "data: []\n\n"} {
		if _, err := stream(t, body); !errors.Is(err, request.ErrTruncated) {
			t.Errorf("%q: got %v", body, err)
		}
	}
}

// Whatever the call's stage, the caller's own end is what the error says.
func TestCallersEndShowsThroughAllLayers(t *testing.T) {
	arrived := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte(events(messageStart)))
		w.(http.Flusher).Flush()
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer server.Close()
	client, err := anthropic.New(anthropic.Config{BaseURL: server.URL, Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func(context.Context) error{
		"complete": func(ctx context.Context) error { _, err := client.Complete(ctx, ask()); return err },
		"stream": func(ctx context.Context) error {
			_, err := request.Collect(client.Stream(ctx, ask()))
			return err
		},
		"count": func(ctx context.Context) error { _, err := client.CountTokens(ctx, ask()); return err },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		err = call(ctx)
		if e := asError(t, err); !errors.Is(err, context.Canceled) || !errors.Is(err, request.ErrCanceled) || e.Provider != "anthropic" || e.Model != "m" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestNoSecretInAnyField(t *testing.T) {
	const secret = "plainkeywithoutshape0123456789"
	body := `{"error":{"message":"` + strings.Repeat("x", 985) + secret + `","code":"` + secret + `","type":"t ` + secret + `"}}`
	for name, change := range map[string]func(*anthropic.Config){
		"key":    func(c *anthropic.Config) { c.APIKey = secret },
		"header": func(c *anthropic.Config) { c.Header = http.Header{"x-api-key": {secret}} },
		"token":  func(c *anthropic.Config) { c.Header = http.Header{"Authorization": {"Bearer " + secret}} },
	} {
		_, err := clientOver(t, &canned{status: 401, body: strings.NewReader(body)}, change).Complete(t.Context(), ask())
		e := asError(t, err)
		for _, shown := range []string{e.Error(), e.Message, e.Code, e.Type} {
			if strings.Contains(shown, secret[:12]) || strings.Contains(shown, secret[15:]) {
				t.Errorf("%s shows in %q", name, shown)
			}
		}
	}
	_, err := complete(t, `{"content":[],"stop_reason":"refusal","stop_details":{"explanation":"says `+testKey+`"}}`)
	if e := asError(t, err); strings.Contains(e.Error(), testKey) {
		t.Errorf("the key shows in %v", e)
	}
}
